"""Earnings: who sees which, from claim to earning to payment and back, filters, sums and pages (R-250 to R-253)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext

from claims import payments
from claims.models import Earning, EarningState
from claims.statuses import Status as S
from eligibility.models import PayeeProfile
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import CustomerFactory, EngagementFactory, UserFactory, claim_in
from tests.pages.htmx import content, headers, swapped

pytestmark = pytest.mark.django_db
URL = "/incentives/earnings/"


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


def numbers(answer) -> list[int]:
    assert answer.status_code == 200, answer.content.decode()
    return [int(found) for found in re.findall(r'<a id="c(\d+)"', answer.content.decode())]


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def paid(claim, olga, payment_id: str = "PAY-1") -> Earning:
    """The claim's earning after an operator has sent it."""
    by, now, earning = actor_for(olga), database_now(), claim.earning
    for state in (EarningState.UPCOMING, EarningState.IN_PROGRESS, EarningState.SENT):
        earning = payments.advance(earning, state, by, now, payment_id if state != EarningState.UPCOMING else "")
    return earning


def test_earnings_are_of_the_own_company_and_locations_and_reviewers_see_none(client, cast):
    """R-007, R-009; reliability's matrix: own company, operators all, reviewers nothing."""
    engagement = EngagementFactory(exclusive=False)
    places = {key: getattr(cast, key) for key in ("redmond", "toronto", "amsterdam")}
    claims = {key: claim_in(S.APPROVED, location=place, engagement=engagement) for key, place in places.items()}
    seen = {}
    for name in ("ana", "ben", "tom", "omar", "olga"):
        client.force_login(getattr(cast, name))
        seen[name] = {key for key, claim in claims.items() if claim.number in numbers(client.get(URL))}
    assert seen == {
        "ana": {"redmond", "toronto"},
        "ben": {"redmond"},
        "tom": {"toronto"},
        "omar": {"amsterdam"},
        "olga": {"redmond", "toronto", "amsterdam"},
    }
    single = {}
    for name in ("ana", "ben", "tom", "omar", "olga", "rita", "lena"):
        client.force_login(getattr(cast, name))
        single[name] = client.get(f"{URL}{claims['redmond'].number}/").status_code
    assert single == {"ana": 200, "ben": 200, "tom": 404, "omar": 404, "olga": 200, "rita": 403, "lena": 403}
    client.force_login(cast.rita)
    assert client.get(URL).status_code == 403


def test_earnings_without_a_role_are_an_explanation(client, db):
    client.force_login(UserFactory())
    assert client.get(URL).status_code == 403


def test_nothing_of_the_bank_is_on_the_page(signed_in, redmond):
    """R-009."""
    claim = claim_in(S.APPROVED, location=redmond)
    for url in (URL, f"{URL}{claim.number}/"):
        assert "4711" not in signed_in.get(url).content.decode()


def test_row_says_claim_amount_state_action_month_and_payment(signed_in, redmond, olga):
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    claim = claim_in(
        S.APPROVED,
        location=redmond,
        now=now,
        customer=CustomerFactory(name="Northwind Traders"),
        engagement=EngagementFactory(name="Endpoint workshop"),
    )
    wanted = f"{claim.number} Northwind Traders Endpoint workshop Redmond 2,000.00 USD "
    assert f"{wanted}Unprocessed No December 2026 - Details" in text(signed_in.get(URL))
    paid(claim, olga)
    payments.advance(claim.earning, EarningState.FAILED, actor_for(olga), now)
    assert (
        f"{wanted}Failed Correct the bank account in the payout and tax profile. December 2026 PAY-1 Details"
        in text(signed_in.get(URL))
    )


def test_claim_earning_and_payment_lead_to_each_other(signed_in, redmond, olga):
    """R-252: one click each, there and back."""
    claims = [claim_in(S.APPROVED, location=redmond) for _ in range(2)]
    for claim in claims:
        paid(claim, olga, "CN/2026-77")
    number = claims[0].number
    assert (
        f'<a href="{URL}{number}/">Sent (CN/2026-77)</a>'
        in signed_in.get(f"/incentives/claims/{number}/").content.decode()
    )
    page = signed_in.get(f"{URL}{number}/").content.decode()
    assert f'<a href="/incentives/claims/{number}/">{number}</a>' in page
    (payment,) = re.findall(r'<a href="([^"]+)">CN/2026-77</a>', page)
    assert sorted(numbers(signed_in.get(payment.replace("&amp;", "&")))) == sorted(claim.number for claim in claims)


def test_claim_that_is_not_approved_has_no_payment_row(signed_in, redmond):
    claim = claim_in(S.UNDER_REVIEW, location=redmond)
    assert (
        f"/incentives/earnings/{claim.number}/"
        not in signed_in.get(f"/incentives/claims/{claim.number}/").content.decode()
    )


@pytest.mark.parametrize(
    ("period", "shown"), [("3M", 1), ("6M", 2), ("", 3), ("12M", 3), ("36M", 4), ("all", 5)], ids=str
)
def test_period_reaches_back_so_many_months(signed_in, redmond, period, shown):
    """R-253: 12 months unless another one is chosen; whole months."""
    now = database_now()
    for days in (1, 140, 300, 900, 1500):
        claim_in(S.APPROVED, location=redmond, now=now - timedelta(days=days))
    assert len(numbers(signed_in.get(URL, {"period": period} if period else {}))) == shown


def test_unknown_period_state_and_sort_are_refused(signed_in):
    """A04."""
    for query in ({"period": "5M"}, {"status": "lost"}, {"sort": "partner"}, {"at": "x"}):
        assert signed_in.get(URL, query).status_code == 400, query


def test_filters_and_search_narrow_the_rows_and_the_sums(signed_in, redmond, toronto, olga):
    one, other = EngagementFactory(name="One"), EngagementFactory(name="Other", rates={"C": 250})
    first = claim_in(S.APPROVED, location=redmond, engagement=one)
    second = claim_in(S.APPROVED, location=toronto, engagement=one)
    third = claim_in(S.APPROVED, location=redmond, engagement=other)
    paid(third, olga)
    assert "Unprocessed (2) 4,000.00 USD Sent (1) 250.00 USD" in text(signed_in.get(URL))
    cases = [
        ({"status": "sent"}, {third.number}),
        ({"engagement": one.slug}, {first.number, second.number}),
        ({"location": toronto.pk}, {second.number}),
        ({"q": str(first.number)}, {first.number}),
        ({"q": "PAY-1"}, {third.number}),
        ({"q": "Other"}, {third.number}),
        ({"status": ["sent", "unprocessed"], "location": redmond.pk}, {first.number, third.number}),
    ]
    for query, wanted in cases:
        assert set(numbers(signed_in.get(URL, query))) == wanted, query
    assert "Sent (1) 250.00 USD" in text(signed_in.get(URL, {"status": "sent"}))
    assert "Unprocessed (2)" not in text(signed_in.get(URL, {"status": "sent"}))


def test_sums_stand_apart_by_currency(signed_in, redmond, settings):
    settings.FOUR_EYES_ABOVE = 0  # without a rate of the month a second reviewer would have to look
    engagement = EngagementFactory()
    engagement.rates.update(currency="EUR")
    claim_in(S.APPROVED, location=redmond, engagement=engagement)
    claim_in(S.APPROVED, location=redmond)
    assert "Unprocessed (1) 2,000.00 EUR Unprocessed (1) 2,000.00 USD" in text(signed_in.get(URL))


@pytest.mark.parametrize("sort", ["claim", "-claim", "engagement", "location", "amount", "-amount", "month", "earned"])
def test_every_order_pages_through_all_rows_once(signed_in, redmond, toronto, sort):
    for position in range(12):
        claim_in(S.APPROVED, location=(redmond, toronto)[position % 2])
    url, seen = f"{URL}?sort={sort}&per_page=10", []
    while url:
        answer = signed_in.get(url)
        seen.append(numbers(answer))
        url = answer.context["pager"]["next_url"]
    assert [len(page) for page in seen] == [10, 2]
    assert len({number for page in seen for number in page}) == 12


def test_part_equals_the_page(signed_in, redmond):
    """HTMX: the rows alone, the sums with them."""
    claim_in(S.APPROVED, location=redmond)
    before, url = signed_in.get(URL).content.decode(), f"{URL}?q=nothing-like-it"
    part = signed_in.get(url, headers=headers("rows", URL))
    assert "<html" not in part.content.decode()
    fresh = signed_in.get(url).content.decode()
    wanted = [element for element in content(parse_html(fresh)) if "No earning matches." in element]
    assert wanted
    assert "No earning matches." in "".join(content(swapped(before, part, "rows")))


def test_number_of_statements_does_not_grow_with_the_rows(signed_in, redmond):
    """The same with 1, 6 and 26 earnings: session, user, actor, two filters, rows, sums."""
    measured = []
    for more in (1, 5, 20):
        for _ in range(more):
            claim_in(S.APPROVED, location=redmond)
        with CaptureQueriesContext(connection) as statements:
            signed_in.get(f"{URL}?per_page=100")
        measured.append(len(statements))
    assert measured[0] == measured[1] == measured[2] <= 10


# --- the operator's move ---------------------------------------------------------------------------------------------


def test_operator_moves_an_earning_and_the_line_stays(client, olga, redmond):
    claim = claim_in(S.APPROVED, location=redmond)
    client.force_login(olga)
    url = f"{URL}{claim.number}/move/"
    assert client.post(url, {"state": "upcoming", "payment_id": ""}).status_code == 302
    missing = client.post(url, {"state": "in_progress", "payment_id": ""})
    assert (missing.status_code, list(missing.context["form"].errors)) == (422, ["payment_id"])
    wrong = client.post(url, {"state": "in_progress", "payment_id": "<script>"})
    assert (wrong.status_code, wrong.context["form"]["payment_id"].value()) == (422, "<script>")
    assert client.post(url, {"state": "in_progress", "payment_id": "PAY-9"}).status_code == 302
    late = client.post(url, {"state": "upcoming", "payment_id": ""})
    assert late.status_code == 409
    assert "“Upcoming” cannot follow “In progress”." in late.content.decode()
    page = text(client.get(f"{URL}{claim.number}/"))
    assert "In progress Olga Novak" in page
    assert "Payment ID: PAY-9 Upcoming Olga Novak" in page


@pytest.mark.parametrize("name", ["ana", "ben", "rita", "lena"])
def test_nobody_else_moves_an_earning(client, cast, name):
    claim = claim_in(S.APPROVED, location=cast.redmond)
    client.force_login(getattr(cast, name))
    assert client.post(f"{URL}{claim.number}/move/", {"state": "upcoming"}).status_code == 403
    assert Earning.objects.get().state == EarningState.UNPROCESSED


def test_earning_of_a_location_that_cannot_be_paid_says_what_to_do(client, redmond, ana):
    """R-051, R-251: it stays Unprocessed whatever its month, so both pages ask for the profile."""
    claim = claim_in(S.APPROVED, location=redmond)
    client.force_login(ana)
    words = "Complete the payout and tax profile of the location."
    addresses = ("/incentives/earnings/", f"/incentives/earnings/{claim.number}/")
    assert [words in client.get(address).content.decode() for address in addresses] == [False, False]
    PayeeProfile.objects.filter(location=redmond).update(tax_status="expired")
    assert [words in client.get(address).content.decode() for address in addresses] == [True, True]
    PayeeProfile.objects.filter(location=redmond).delete()
    assert [words in client.get(address).content.decode() for address in addresses] == [True, True]
