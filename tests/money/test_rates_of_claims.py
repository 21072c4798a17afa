"""What a claim is paid: the rate of the consent day, its market, and where nothing is offered (R-047, R-056, C-28)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from claims import intake
from claims.actions import Action
from claims.consent import Held
from claims.lifecycle import Refused
from claims.models import Claim, Earning
from claims.statuses import Status as S
from eligibility.models import Enrolment, PayeeProfile, PayeeStatus
from engagements.models import Engagement, MarketCountry, Rate
from mci_portal.accounts.actors import actor_for
from tests.cast import admin_of
from tests.factories import (
    CustomerFactory,
    EngagementFactory,
    EnrolmentFactory,
    LocationFactory,
    PayeeProfileFactory,
    Walk,
    allow,
    claim_in,
    contacts_of,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
OCTOBER = datetime(2022, 10, 31, 23, 59, 59, tzinfo=UTC)
NOVEMBER = datetime(2022, 11, 1, tzinfo=UTC)


@pytest.fixture
def markets(db) -> None:
    """C-28: A and B until 31 October 2022, C for everybody else since."""
    MarketCountry.objects.bulk_create(
        MarketCountry(country=country, market=market, valid_from=date(*since))
        for country, market, since in (
            ("US", "A", (2021, 7, 1)),
            ("SG", "B", (2021, 7, 1)),
            ("*", "B", (2021, 7, 1)),
            ("*", "C", (2022, 11, 1)),
        )
    )


@pytest.fixture
def workshop(markets) -> Engagement:
    """Old and new rates of the change of 1 November 2022."""
    engagement = EngagementFactory(rates={})
    old = {"valid_from": date(2021, 7, 1), "valid_to": date(2022, 10, 31), "true_up": True}
    Rate.objects.bulk_create(
        [
            *(Rate(engagement=engagement, market=m, amount=a, **old) for m, a in {"A": 4000, "B": 2000}.items()),
            *(
                Rate(engagement=engagement, market=m, amount=a, valid_from=date(2022, 11, 1))
                for m, a in {"A": 5000, "B": 3000, "C": 1000}.items()
            ),
        ]
    )
    return engagement


def location_in(country: str):
    location = LocationFactory(country=country)
    EnrolmentFactory(location=location)
    PayeeProfileFactory(location=location)
    return location


@pytest.mark.parametrize(
    ("country", "consented_at", "market", "amount", "true_up"),
    [
        ("US", OCTOBER, "A", 4000, True),
        ("US", NOVEMBER, "A", 5000, False),
        ("SG", OCTOBER, "B", 2000, True),
        ("SG", NOVEMBER, "B", 3000, False),
        ("IN", OCTOBER, "B", 2000, True),  # no market C yet
        ("IN", NOVEMBER, "C", 1000, False),
    ],
    ids=str,
)
def test_rate_of_the_consent_day_is_paid_whenever_the_claim_is_approved(
    workshop, country, consented_at, market, amount, true_up
):
    """R-047: consents up to 31 October keep the old rate, as base and true-up; from 1 November the new one."""
    claim = claim_in(S.CONSENT_RECEIVED, location=location_in(country), engagement=workshop, now=consented_at)
    assert (claim.market, claim.amount) == (market, Decimal(amount))
    walk = Walk(claim, by=_member(claim))
    for step, days in (("hand_in", 30), ("submit", 40), ("start", 60), ("approve", 70)):
        getattr(walk, step)(consented_at + timedelta(days=days))
    earning = Earning.objects.get(claim=claim)
    assert (earning.market, earning.amount, earning.true_up) == (market, Decimal(amount), true_up)


def _member(claim: Claim):
    return actor_for(claim.owner)


def test_later_rate_never_touches_a_consented_claim(workshop):
    """P22."""
    claim = claim_in(S.CONSENT_RECEIVED, location=location_in("US"), engagement=workshop, now=NOVEMBER)
    workshop.rates.update(amount=1)
    claim.refresh_from_db()
    assert claim.amount == Decimal(5000)


def test_customer_added_in_october_who_consents_in_november_earns_the_new_rate(workshop):
    claim = claim_in(S.AWAITING_CONSENT, location=location_in("US"), engagement=workshop, now=OCTOBER)
    walk = Walk(claim, by=_member(claim))
    walk.accept(NOVEMBER)
    assert walk.claim.amount == Decimal(5000)


def test_true_up_is_told_on_the_earnings_page(client, workshop, redmond, ana):
    claim = claim_in(S.APPROVED, location=redmond, engagement=workshop, now=OCTOBER)
    client.force_login(ana)
    page = client.get("/incentives/earnings/?period=all").content.decode()
    assert f">{claim.number}</a>" in page
    assert "Base and true-up" in page
    page = client.get(f"/incentives/earnings/{claim.number}/").content.decode()
    assert "Paid as a base amount, with the true-up to the full rate in the next payment cycle." in page


def start(location, engagement, now):
    customer = CustomerFactory(country=location.country)
    allow(location, engagement)
    return intake.start(
        action=Action.ADD_CUSTOMER,
        by=actor_for(admin_of(location.partner), location.partner_id),
        location=location,
        customer=customer,
        engagements=[engagement],
        contacts=contacts_of(location.partner, customer),
        name="A workshop",
        id_type="domain",
        id_value=customer.domain,
        now=now,
    )


@pytest.mark.parametrize(
    ("country", "now", "offered"),
    [
        ("US", NOVEMBER, True),
        ("SG", NOVEMBER, False),  # n/a
        ("IN", NOVEMBER, False),  # n/a
        ("SG", OCTOBER, False),
        ("IN", OCTOBER, False),  # market B then
    ],
    ids=str,
)
def test_market_in_which_it_is_not_offered_refuses_at_intake(markets, country, now, offered):
    """IVDGEO, R-043: United States only, as the Executive Order 14028 Workshop."""
    engagement = EngagementFactory(rates={})
    for market, amount in (("A", 5000), ("B", None), ("C", None)):
        Rate.objects.create(engagement=engagement, market=market, amount=amount, valid_from=date(2021, 7, 1))
    if offered:
        assert len(start(location_in(country), engagement, now)) == 1
        return
    with pytest.raises(Refused, match="The engagement is not offered in the country of this location") as refusal:
        start(location_in(country), engagement, now)
    assert engagement.name in refusal.value.sentence
    assert not Claim.objects.exists()


def test_acceptance_is_held_where_the_engagement_pays_nothing_any_more(workshop):
    """R-043, T06: an amount must be fixed at consent. Nothing is lost: once there is a rate, the same link works."""
    claim = claim_in(S.AWAITING_CONSENT, location=location_in("US"), engagement=workshop, now=NOVEMBER)
    workshop.rates.update(amount=None)
    walk = Walk(claim, by=_member(claim))
    with pytest.raises(Held):
        walk.accept(NOVEMBER + HOUR)
    assert Claim.objects.get().status == S.AWAITING_CONSENT
    workshop.rates.update(amount=900)
    walk.accept(NOVEMBER + 2 * HOUR)
    assert walk.claim.amount == Decimal(900)


# --- R-056 -----------------------------------------------------------------------------------------------------------


def test_location_complete_at_consent_earns_without_a_mark(workshop, redmond):
    claim = claim_in(S.APPROVED, location=redmond, engagement=workshop, now=NOVEMBER)
    assert "not_yet_eligible" not in claim.events.get(action="accept").data
    assert claim.earning.counts_from_on is None


def test_eligibility_completed_after_consent_is_marked_with_its_month(workshop, redmond):
    """R-056: the consent keeps what was missing then; the earning says from which month it counts."""
    PayeeProfile.objects.filter(location=redmond).update(tax_status=PayeeStatus.PENDING)
    claim = claim_in(S.CONSENT_RECEIVED, location=redmond, engagement=workshop, now=NOVEMBER)
    assert claim.events.get(action="accept").data == {"not_yet_eligible": ["payee"]}
    PayeeProfile.objects.filter(location=redmond).update(
        tax_status=PayeeStatus.APPROVED, submitted_at=datetime(2022, 12, 20, tzinfo=UTC)
    )
    walk = Walk(claim, by=_member(claim))
    for step in ("hand_in", "submit", "start", "approve"):
        getattr(walk, step)(NOVEMBER + timedelta(days=70))
    earning = Earning.objects.get(claim=claim)
    assert (earning.amount, earning.counts_from_on) == (Decimal(5000), date(2022, 12, 1))


def test_enrolment_missing_at_consent_is_marked(workshop, redmond):
    claim = claim_in(S.AWAITING_CONSENT, location=redmond, engagement=workshop, now=NOVEMBER)
    Enrolment.objects.filter(location=redmond).update(status="validating")
    walk = Walk(claim, by=_member(claim))
    walk.accept(NOVEMBER + HOUR)
    assert claim.events.get(action="accept").data == {"not_yet_eligible": ["enrolment"]}
