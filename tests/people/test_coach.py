"""The eligibility coach: what is missing, who can fix it, what it is worth (R-052, R-057)."""

from datetime import date
from decimal import Decimal

import pytest

from eligibility import coach
from eligibility.models import Enrolment, EnrolmentStatus, PayeeProfile, PayeeStatus
from eligibility.refresh import refresh
from engagements.models import Engagement, Invitation, MarketCountry, PartnerCriterion
from mci_portal.accounts.models import Role
from tests.people.conftest import NOW
from tests.rows import EngagementFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
ADDRESS = "/incentives/eligibility-coach/"


@pytest.fixture(autouse=True)
def markets(db) -> None:
    for country, market in (("US", "A"), ("CA", "B"), ("NL", "A")):
        MarketCountry.objects.create(country=country, market=market, valid_from=date(2020, 1, 1))


def engagement(name: str, amount: int = 5000, **fields) -> Engagement:
    """Asks for a membership that nobody holds."""
    made = EngagementFactory(name=name, slug=name.lower(), **fields)
    made.rates.filter(market="A").update(amount=amount)
    PartnerCriterion.objects.create(
        engagement=made, title="Membership", text="Join the program.", any_of=["Gold", "Silver"]
    )
    return made


def advice(actor) -> list[coach.Advice]:
    refresh(NOW)
    return coach.advise(list(coach.unfinished(actor, TODAY).order_by(*coach.ORDER)), actor, TODAY)


def test_most_valuable_comes_first(ben, act):
    for name, amount in (("Small", 1000), ("Large", 9000), ("Middle", 5000)):
        engagement(name, amount)
    assert [(one.verdict.engagement.name, one.worth) for one in advice(act(ben))] == [
        ("Large", Decimal(9000)),
        ("Middle", Decimal(5000)),
        ("Small", Decimal(1000)),
    ]


def test_step_names_what_helps_and_who_can(ben, grace, act):
    engagement("One")
    (one,) = advice(act(ben))
    (step,) = one.steps
    assert (step.title, step.text, step.any_of, step.who) == (
        "Membership", "Join the program.", ("Gold", "Silver"), ("Grace Hall",),
    )  # fmt: skip


def test_without_company_admin_the_incentives_admins_are_named(ben, ana, act):
    engagement("One")
    assert advice(act(ben))[0].steps[0].who == ("Ana Silva",)


def test_without_anybody_microsoft_is_named(ben, client, act):
    engagement("One")
    assert advice(act(ben))[0].steps[0].who == ()
    client.force_login(ben)
    assert "Who can fix it: Microsoft" in client.get(ADDRESS).content.decode()


def test_payee_alone_is_a_step_of_the_locations_admins(ben, ana, redmond, contoso, act):
    """R-051, R-009: Toronto's admin is not named for Redmond."""
    MembershipFactory(user=UserFactory(name="Zoe"), partner=contoso, role=Role.INCENTIVES_ADMIN,
                      location=contoso.locations.create(code="6612099", name="Lima", country="PE"))  # fmt: skip
    EngagementFactory(name="Free")
    PayeeProfile.objects.filter(location=redmond).update(tax_status=PayeeStatus.EXPIRED)
    (one,) = advice(act(ben))
    assert [(step.title, step.who) for step in one.steps] == [("Payee profile", ("Ana Silva",))]
    PayeeProfile.objects.filter(location=redmond).update(tax_status=PayeeStatus.PENDING)
    assert advice(act(ben))[0].steps[0].who == ()


@pytest.mark.parametrize(
    ("status", "who"),
    [(EnrolmentStatus.ACTION_REQUIRED, ("Ana Silva",)), (EnrolmentStatus.VALIDATING, ()), (None, ("Ana Silva",))],
)
def test_enrolment_is_the_admins_or_microsofts(ben, ana, redmond, act, status, who):
    EngagementFactory(name="Free")
    rows = Enrolment.objects.filter(location=redmond)
    rows.update(status=status) if status else rows.delete()
    (one,) = advice(act(ben))
    assert [(step.key, step.who) for step in one.steps] == [("enrolment", who)]


def test_what_earns_or_cannot_be_fixed_is_left_out(ben, redmond, act):
    EngagementFactory(name="Earning")
    engagement("Over", ends_on=date(2026, 1, 1))
    engagement("Closed", last_claim_on=date(2026, 6, 30))
    engagement("Elsewhere").rates.filter(market="A").update(amount=None)
    engagement("Kept")
    assert [one.verdict.engagement.name for one in advice(act(ben))] == ["Kept"]


def test_engagement_by_invitation_shows_to_the_invited_only(ben, contoso, act):
    """R-031"""
    hidden = engagement("Hidden", visibility="invitation")
    assert advice(act(ben)) == []
    Invitation.objects.create(engagement=hidden, partner=contoso)
    assert len(advice(act(ben))) == 1


def test_worth_is_the_rate_of_the_locations_market(cast, act):
    """C-28: Redmond is in market A, Toronto in B, Singapore without a row of its own in C."""
    engagement("One")
    worth = {one.verdict.location.name: one.worth for one in advice(act(cast.ana))}
    assert worth == {"Redmond": Decimal(5000), "Toronto": Decimal(3000), "Singapore": Decimal(2000)}


def test_worth_by_hours_counts_the_most_hours(ben, act):
    made = engagement("Hourly", 150, hour_options=[24, 60, 40])
    made.rates.update(per_hour=True)
    (one,) = advice(act(ben))
    assert (one.worth, one.hourly) == (Decimal(9000), True)


def test_nobody_sees_another_location_or_partner(cast, client, act):
    """R-007, R-008: Ben only Redmond, Omar nothing of Contoso."""
    engagement("One")
    refresh(NOW)
    pages = {}
    for name in ("ana", "ben", "omar"):
        client.force_login(getattr(cast, name))
        pages[name] = client.get(ADDRESS).content.decode()
    places = ("Redmond (66", "Toronto (66", "Amsterdam (66")
    assert [[place in pages[name] for place in places] for name in ("ana", "ben", "omar")] == [
        [True, True, False],
        [True, False, False],
        [False, False, True],
    ]
    assert "Ana Silva" not in pages["omar"].replace("Account of Omar", "")


def test_page_takes_at_most_twelve_queries_however_long(
    cast, client, django_assert_num_queries, django_assert_max_num_queries
):
    engagement("One")
    refresh(NOW)
    client.force_login(cast.ana)
    with django_assert_max_num_queries(12) as few:
        client.get(ADDRESS)
    for number in range(12):
        engagement(f"More{number}")
    refresh(NOW)
    with django_assert_num_queries(len(few)):
        client.get(ADDRESS)


def test_pages_follow_each_other_without_gap_or_double(cast, client):
    for number in range(9):
        engagement(f"More{number}", 1000 + 500 * (number % 3))
    refresh(NOW)
    client.force_login(cast.ana)
    address, seen = f"{ADDRESS}?per_page=10", []
    while address:
        answer = client.get(address)
        seen += [(row["engagement"], row["location"]) for row in answer.context["rows"]]
        address = answer.context["pager"]["next_url"]
    assert len(seen) == len(set(seen)) == 27


def test_search_and_location_narrow(cast, client):
    for name in ("Alpha", "Beta"):
        engagement(name)
    refresh(NOW)
    client.force_login(cast.ana)
    rows = client.get(f"{ADDRESS}?q=alp&location={cast.toronto.pk}").context["rows"]
    assert [(row["engagement"], row["location"]) for row in rows] == [("Alpha", "Toronto (6612002)")]
    assert client.get(f"{ADDRESS}?location={cast.amsterdam.pk}").status_code == 400


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_coach_is_for_partners(cast, client, who):
    client.force_login(getattr(cast, who))
    assert client.get(ADDRESS).status_code == 403
