"""Customer claims: who sees which, tabs, search, filters, order and pages of the all-up list (R-140 to R-148)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext

from claims.models import Claim
from claims.queries import claims_list
from claims.statuses import Status as S
from mci_portal.common.clock import database_now
from tests.export.files import body, read_csv
from tests.factories import CustomerFactory, EngagementFactory, UserFactory, claim_in
from tests.pages.htmx import content, headers, swapped

pytestmark = pytest.mark.django_db
URL = "/incentives/claims/"


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


def numbers(answer) -> list[int]:
    assert answer.status_code == 200, answer.content.decode()
    return [int(found) for found in re.findall(r'<a id="c(\d+)"', answer.content.decode())]


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def rows(answer) -> str:
    """What the table says, without its heads and the filters."""
    return re.sub(r"<[^>]+>", " ", answer.content.decode().split("<tbody")[1].split("</tbody>")[0])


# --- who ------------------------------------------------------------------------------------------------------------


def test_list_shows_the_own_company_and_location_only(client, cast):
    """R-007, R-140: nothing of another company, not even to somebody of the same engagement."""
    engagement = EngagementFactory(exclusive=False)
    places = {key: getattr(cast, key) for key in ("redmond", "toronto", "amsterdam")}
    claims = {
        key: claim_in(S.CUSTOMER_CLAIMED, location=place, engagement=engagement).number for key, place in places.items()
    }
    seen = {}
    for name in ("ana", "ben", "tom", "omar", "rita", "lena", "olga"):
        client.force_login(getattr(cast, name))
        seen[name] = {key for key, number in claims.items() if number in numbers(client.get(URL))}
    everything = {"redmond", "toronto", "amsterdam"}
    assert seen == {
        "ana": {"redmond", "toronto"},
        "ben": {"redmond"},
        "tom": {"toronto"},
        "omar": {"amsterdam"},
        "rita": everything,
        "lena": everything,
        "olga": everything,
    }


def test_list_of_somebody_without_a_role_is_an_explanation(client, db):
    client.force_login(UserFactory())
    assert client.get(URL).status_code == 403


def test_list_without_an_account_leads_to_sign_in(client, db):
    answer = client.get(URL)
    assert (answer.status_code, answer.url) == (302, "/sign-in/?next=/incentives/claims/")


def test_microsoft_people_get_no_actions_and_no_add_customer(client, rita):
    claim_in(S.CONSENT_RECEIVED)
    client.force_login(rita)
    page = client.get(URL).content.decode()
    assert "Submit claim" not in page
    assert "Add customer</a>" not in page
    assert "View claim</a>" in page


# --- rows -----------------------------------------------------------------------------------------------------------


def test_row_says_who_what_where_until_when_and_what_to_do(signed_in, redmond):
    """R-147 in the chosen columns."""
    claim = claim_in(
        S.CONSENT_RECEIVED,
        location=redmond,
        customer=CustomerFactory(name="Northwind Traders"),
        engagement=EngagementFactory(name="Endpoint workshop"),
        name="Autumn pilot",
    )
    answer = signed_in.get(URL)
    wanted = f"{claim.number} Autumn pilot Northwind Traders Endpoint workshop Redmond Customer consent received "
    assert wanted in text(answer)
    assert f'<a class="cmd link" href="{URL}{claim.number}/" aria-describedby="c{claim.number}">Submit claim</a>' in (
        answer.content.decode()
    )


ACTIONS = [
    (S.CUSTOMER_CLAIMED, "Send customer consent email", "consent/"),
    (S.AWAITING_CONSENT, "Re-send email for customer consent", "consent/"),
    (S.CONSENT_RECEIVED, "Submit claim", ""),
    (S.SUBMITTED, "View claim", ""),
    (S.UNDER_REVIEW, "View claim", ""),
    (S.ACTION_REQUIRED, "Submit claim", ""),
    (S.REJECTED, "Dispute", ""),
    (S.DISPUTED, "Submit claim", ""),
    (S.APPROVED, "View claim", ""),
    (S.CANCELED, "View claim", ""),
]


@pytest.mark.parametrize(("status", "label", "page"), ACTIONS, ids=[str(row[0]) for row in ACTIONS])
def test_action_of_a_row_is_the_next_one_of_its_status(signed_in, status, label, page):
    """ui-spec section 7."""
    claim = claim_in(status)
    link = f'<a class="cmd link" href="{URL}{claim.number}/{page}" aria-describedby="c{claim.number}">{label}</a>'
    assert link in signed_in.get(URL).content.decode()


def test_claim_past_its_deadline_shows_as_expired_before_the_sweep_came(signed_in):
    """R-271: the clock decides, not when the job ran; the filter agrees."""
    claim = claim_in(S.AWAITING_CONSENT, now=database_now() - timedelta(days=40))
    assert Claim.objects.get(pk=claim.pk).status == S.AWAITING_CONSENT
    assert "Customer consent expired" in rows(signed_in.get(URL))
    assert numbers(signed_in.get(f"{URL}?status=consent_expired")) == [claim.number]
    assert numbers(signed_in.get(f"{URL}?status=awaiting_consent")) == []


# --- tabs, search, filters ------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(redmond, toronto) -> dict[str, Claim]:
    security = EngagementFactory(name="Endpoint workshop", area="modern-work-and-security", slug="endpoint")
    azure = EngagementFactory(name="Azure migration", area="azure", slug="migration")
    return {
        "a": claim_in(S.CUSTOMER_CLAIMED, engagement=security, location=redmond, customer=CustomerFactory(name="Able")),
        "b": claim_in(
            S.AWAITING_CONSENT,
            engagement=security,
            location=toronto,
            customer=CustomerFactory(name="Baker", country="CA"),
        ),
        "c": claim_in(S.SUBMITTED, engagement=azure, location=redmond, customer=CustomerFactory(name="Charlie")),
        "d": claim_in(S.APPROVED, engagement=azure, location=redmond, customer=CustomerFactory(name="Delta")),
    }


def keys(claims, answer) -> str:
    """The claims of the answer by their letters, in the order of the rows."""
    by_number = {claim.number: key for key, claim in claims.items()}
    return "".join(by_number[number] for number in numbers(answer))


def test_tabs_count_all_claims_of_each_area_whatever_the_filter(signed_in, mixed):
    """R-140."""
    page = text(signed_in.get(f"{URL}?area=azure&status=approved"))
    assert "All (4) Modern Work And Security (2) Azure (2) Business Applications (0)" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abcd"),
        ("?area=azure", "cd"),
        ("?area=business-applications", ""),
        ("?status=submitted", "c"),
        ("?status=submitted&status=approved", "cd"),
        ("?engagement=endpoint", "ab"),
        ("?area=azure&engagement=migration&status=approved", "d"),
        ("?q=able", "a"),
        ("?q=migration", "cd"),
        ("?q=migration&status=approved", "d"),
        ("?q=%25", ""),
        ("?area=azure&q=able", ""),
    ],
)
def test_address_narrows_the_list(signed_in, mixed, query, found):
    """R-144, R-146, R-148."""
    assert "".join(sorted(keys(mixed, signed_in.get(f"{URL}{query}")))) == found


def test_list_can_be_narrowed_to_a_location(signed_in, mixed, redmond, toronto):
    assert sorted(keys(mixed, signed_in.get(f"{URL}?location={toronto.pk}"))) == ["b"]
    both = signed_in.get(f"{URL}?location={toronto.pk}&location={redmond.pk}")
    assert sorted(keys(mixed, both)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "query",
    ["?area=x", "?sort=secret", "?sort=search", "?status=paid", "?engagement=none", "?location=0", "?location=x",
     "?at=tampered", "?sort=name&at=eyJh"],
)  # fmt: skip
def test_value_that_the_list_does_not_offer_is_a_bad_request(signed_in, mixed, query):
    """A04."""
    assert signed_in.get(f"{URL}{query}").status_code == 400


def test_filters_of_another_company_are_not_offered(signed_in, mixed, amsterdam):
    """R-272: neither its locations nor the engagements only it works on."""
    claim_in(S.CUSTOMER_CLAIMED, location=amsterdam, engagement=EngagementFactory(slug="theirs", name="Their secret"))
    assert signed_in.get(f"{URL}?location={amsterdam.pk}").status_code == 400
    assert signed_in.get(f"{URL}?engagement=theirs").status_code == 400
    assert "Their secret" not in signed_in.get(URL).content.decode()


def test_empty_list_says_why(signed_in, mixed):
    assert "No claim matches." in text(signed_in.get(f"{URL}?q=nobody"))
    assert "No claims yet." in text(signed_in.get(f"{URL}?area=business-applications"))


# --- order and pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("number", "abcd"),
        ("-number", "dcba"),
        ("customer", "abcd"),
        ("-customer", "dcba"),
        ("engagement", "cdab"),
        ("-location", "bdca"),
        ("status", "abcd"),
        ("-status", "dcba"),
        ("due", "bacd"),
        ("-due", "dcab"),
        ("-updated", "dcba"),
        ("updated", "abcd"),
        ("name", "abcd"),
    ],
)
def test_every_column_sorts_both_ways(signed_in, mixed, sort, order):
    """R-144. Claims without a running date stand at the end."""
    assert keys(mixed, signed_in.get(f"{URL}?sort={sort}")) == order


def test_default_order_is_the_newest_change_first(signed_in, mixed):
    assert keys(mixed, signed_in.get(URL)) == "dcba"
    assert 'aria-sort="descending"' in signed_in.get(URL).content.decode()


def test_pages_of_every_order_meet_without_gap(signed_in):
    """Equal and missing keys at the border of a page lose nothing (R-146)."""
    engagement = EngagementFactory(evidence=())
    for number in range(12):
        claim_in([S.CUSTOMER_CLAIMED, S.SUBMITTED, S.APPROVED][number % 3], engagement=engagement, name="The same")
    for sort in [f"{sign}{sort}" for sort in claims_list.SORTS for sign in ("", "-")]:
        whole = numbers(signed_in.get(f"{URL}?sort={sort}&per_page=25"))
        first = signed_in.get(f"{URL}?sort={sort}&per_page=10")
        second = signed_in.get(first.context["pager"]["next_url"])
        back = signed_in.get(second.context["pager"]["previous_url"])
        found = (sort, len(whole), numbers(first) + numbers(second), numbers(back))
        assert found == (sort, 12, whole, numbers(first))


@pytest.mark.parametrize("query", ["?q=migration", "?q=nobody", "?per_page=10&at={next}"])
def test_swapped_rows_equal_a_fresh_page(signed_in, query):
    """House rule: HTMX shortens the way and changes nothing; the box itself holds what was just typed."""
    for _number in range(11):
        claim_in(S.CUSTOMER_CLAIMED)
    start = signed_in.get(f"{URL}?per_page=10")
    query = signed_in.get(f"{URL}?per_page=10").context["pager"]["next_url"] if "at=" in query else f"{URL}{query}"
    page = start if "at=" in query else signed_in.get(URL)
    part = signed_in.get(query, headers=headers("rows", URL))
    assert "<html" not in part.content.decode()
    after = swapped(page.content.decode(), part, "rows")
    assert without_box(after) == without_box(parse_html(signed_in.get(query).content.decode()))


def without_box(document) -> list[str]:
    return [line for line in content(document) if 'class="q"' not in line]


def test_statements_are_few_and_the_same_for_any_number_of_rows(signed_in, ana):
    """Performance goal 6."""
    counted = []
    engagement = EngagementFactory(evidence=())
    for wanted in (1, 10, 100):
        while Claim.objects.count() < wanted:
            claim_in(S.CUSTOMER_CLAIMED, engagement=engagement, name="Autumn")
        with CaptureQueriesContext(connection) as queries:
            shown = numbers(signed_in.get(f"{URL}?per_page=100&q=autumn&status=customer_claimed&sort=due"))
        assert len(shown) == wanted
        counted.append(len(queries))
    # Session with user and roles, what may be chosen, how frequent the words of the search are, rows.
    assert counted == [4, 4, 4]


# --- role, owner, deadline, activity --------------------------------------------------------------------------------


@pytest.fixture
def four(cast) -> dict[str, int]:
    """Claims of Contoso that differ in whose they are, when they are due and when they were touched last."""
    now = database_now()
    due = {"soon": timedelta(days=7, hours=5), "later": timedelta(days=8, hours=1), "far": timedelta(days=31, hours=1)}
    found = {name: claim_in(S.CONSENT_RECEIVED) for name in due} | {"none": claim_in(S.SUBMITTED)}
    for name, left in due.items():
        Claim.objects.filter(pk=found[name].pk).update(due_at=now + left, owner=cast.ben, stand_in=cast.tom)
    Claim.objects.filter(pk=found["none"].pk).update(owner=cast.ben)
    Claim.objects.filter(pk=found["soon"].pk).update(owner=cast.ana, stand_in=None)
    Claim.objects.filter(pk=found["later"].pk).update(stand_in=cast.ana)
    for name, days in {"soon": 0, "later": 8, "far": 31, "none": 91}.items():
        Claim.objects.filter(pk=found[name].pk).update(updated_at=now - timedelta(days=days, hours=1))
    return {name: claim.number for name, claim in found.items()}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("due=week", "soon"),  # the list says "7 days left"
        ("due=month", "later"),
        ("due=later", "far"),
        ("due=none", "none"),
        ("due=week&due=later", "soon far"),
        ("owner=mine", "soon later"),
        ("owner=alone", "soon none"),
        ("owner=mine&owner=alone", "soon"),
        ("updated=week", "soon"),
        ("updated=month", "later"),
        ("updated=quarter", "far"),
        ("updated=before", "none"),
        ("role=build_intent", "soon later far none"),
        ("role=transact", ""),
        ("role=build_intent&due=week&owner=mine&updated=week", "soon"),
    ],
)
def test_list_is_narrowed_by_role_owner_deadline_and_activity(client, cast, four, query, expected):
    """Each shows its chips, and its export takes the same claims."""
    client.force_login(cast.ana)
    page = client.get(f"{URL}?{query}")
    assert sorted(numbers(page)) == sorted(four[name] for name in expected.split())
    assert len(page.context["chips"]) == query.count("&") + 1
    assert len(read_csv(body(client.get(f"{URL}export.csv?{query}")))) == len(expected.split())


def test_deadline_that_is_past_counts_as_none(client, cast, four):
    """As the list shows it before the sweep has come by."""
    Claim.objects.filter(number=four["soon"]).update(due_at=database_now() - timedelta(minutes=1))
    client.force_login(cast.ana)
    assert sorted(numbers(client.get(f"{URL}?due=none"))) == sorted([four["soon"], four["none"]])
    assert numbers(client.get(f"{URL}?due=week")) == []


def test_filter_that_is_not_offered_to_somebody_is_refused_and_not_ignored(client, cast, four):
    """A04: a partner's address for "mine" must not show a reviewer everything."""
    client.force_login(cast.rita)
    for query in ("owner=mine", f"location={cast.redmond.pk}"):
        assert client.get(f"{URL}?{query}").status_code == 400
        assert client.get(f"{URL}export.csv?{query}").status_code == 400


def test_ticked_claims_that_are_gone_leave_an_empty_list_that_says_so(client, cast, four):
    """R-144: the claims were handed to a company that the reader does not see; all of it can be cleared."""
    client.force_login(cast.omar)
    claim_in(S.APPROVED, location=cast.amsterdam)
    page = client.get(f"{URL}?ids={four['soon']}&ids={four['far']}")
    assert "No claim matches." in text(page)
    assert "2 ticked claims" in text(page)
    assert len(numbers(client.get(page.context["clear_url"]))) == 1
