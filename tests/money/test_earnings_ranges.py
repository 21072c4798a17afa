"""The ranges and filters of the transaction view: two dates of one's own, and what narrows them (R-253)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from claims.statuses import Status as S
from engagements.models import MarketCountry
from mci_portal.common.clock import database_now
from tests.factories import EngagementFactory, claim_in
from tests.money.test_earnings_page import URL, numbers, paid, text

pytestmark = pytest.mark.django_db
DAYS = (
    datetime(2024, 2, 29, 23, 59, tzinfo=UTC),
    datetime(2024, 3, 1, 0, 0, tzinfo=UTC),
    datetime(2025, 1, 5, tzinfo=UTC),
)


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def on_days(redmond):
    """One earning per day of DAYS; the claim is approved at the last step of its walk, which ``now`` names."""
    return [claim_in(S.APPROVED, location=redmond, now=day) for day in DAYS]


def approved_at(claims) -> list[datetime]:
    return [claim.earning.created_at for claim in claims]


def test_range_of_ones_own_holds_both_its_days_whole(signed_in, on_days):
    assert approved_at(on_days) == list(DAYS)
    first, second, third = (claim.number for claim in on_days)
    for since, until, wanted in (
        ("2024-02-29", "2024-02-29", {first}),
        ("2024-02-29", "2024-03-01", {first, second}),
        ("2024-03-01", "2025-01-04", {second}),
        ("2024-03-01", "2025-01-05", {second, third}),
        ("2025-01-06", "2025-02-01", set()),
    ):
        query = {"period": "custom", "from": since, "to": until}
        assert set(numbers(signed_in.get(URL, query))) == wanted, query


def test_custom_range_begins_as_the_default_one_and_stays_in_the_address(signed_in, redmond):
    now = database_now()
    new, _old = (claim_in(S.APPROVED, location=redmond, now=now - timedelta(days=days)) for days in (1, 800))
    page = signed_in.get(URL, {"period": "custom"})
    assert numbers(page) == [new.number]
    assert f'value="{now:%Y-%m-%d}"' in page.content.decode()
    chosen = signed_in.get(URL, {"period": "custom", "from": "2020-01-01", "to": "2030-12-31", "per_page": 10})
    assert len(numbers(chosen)) == 2
    kept = "period=custom&amp;from=2020-01-01&amp;to=2030-12-31"
    heads = re.findall(r'<a href="\?([^"]*)"', chosen.content.decode()) or re.findall(
        r'href="[^"]*earnings/\?([^"]*sort=[^"]*)"', chosen.content.decode()
    )
    assert heads
    assert all(kept in address for address in heads if "sort=" in address)


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("2025-02-30", "2025-03-01", "Enter a valid date."),
        ("2025-03-02", "2025-03-01", "The last day lies before the first day."),
        ("", "2025-03-01", "This field is required."),
        ("9999-12-31", "9999-12-31", "Ensure this value is less than or equal to"),
        ("x" * 5000, "2025-03-01", "Enter a valid date."),
    ],
    ids=["no such day", "turned round", "empty", "end of time", "long"],
)
def test_wrong_dates_are_told_at_the_field_and_nothing_is_listed(signed_in, redmond, since, until, sentence):
    claim = claim_in(S.APPROVED, location=redmond)
    answer = signed_in.get(URL, {"period": "custom", "from": since, "to": until})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert f'value="{until}"' in answer.content.decode()
    assert f'id="c{claim.number}"' not in answer.content.decode()
    assert "Nothing is listed until the dates are right." in text(answer)


def test_filters_of_the_transaction_view(signed_in, redmond, olga):
    """R-253: payment ID, earning type, estimated payment month; those that do not exist are refused (A04)."""
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    first = claim_in(S.APPROVED, location=redmond, now=at)
    second = claim_in(S.APPROVED, location=redmond, now=at + timedelta(days=40))
    paid(second, olga, "CN/2026-77")
    in_2026 = {"period": "custom", "from": "2026-01-01", "to": "2026-12-31"}  # by itself the page shows the last year
    for query, wanted in (
        ({"payment": "CN/2026-77"}, {second.number}),
        ({"payment": "cn/2026"}, {second.number}),
        ({"payment": "2026"}, set()),
        ({"earning_type": "fixed"}, {first.number, second.number}),
        ({"earning_type": ["true_up", "hours"]}, set()),
        ({"payment_month": "2026-04"}, {first.number}),
        ({"payment_month": ["2026-04", "2026-05"]}, {first.number, second.number}),
    ):
        assert set(numbers(signed_in.get(URL, in_2026 | query))) == wanted, query
    for query in ({"earning_type": "fee"}, {"payment_month": "2031-01"}, {"payment_month": "x"}):
        assert signed_in.get(URL, query).status_code == 400, query


def test_payment_filter_shows_as_a_chip_and_survives_the_other_filters(signed_in, redmond, olga):
    claim = claim_in(S.APPROVED, location=redmond)
    paid(claim, olga, "CN/2026-77")
    page = signed_in.get(URL, {"payment": "CN/2026", "status": "sent"})
    html = page.content.decode()
    assert "Payment ID - CN/2026" in text(page)
    assert f'<a class="chip" href="{URL}?payment=CN%2F2026"' in html  # without the status
    assert f'<a class="chip" href="{URL}?status=sent"' in html  # without the payment
    assert html.count('name="payment"') == 3  # kept by the search and by the rows per page, typed in the panel


def test_enrollment_and_lever_narrow_to_a_location_and_to_the_rate_of_a_market(signed_in, redmond, toronto):
    """R-253: a location is enrolled under its own ID; a lever is the rate card of one market."""
    MarketCountry.objects.create(country="CA", market="A", valid_from=date(2020, 1, 1))
    here, there = claim_in(S.APPROVED, location=redmond), claim_in(S.APPROVED, location=toronto)
    assert (here.earning.market, there.earning.market) == ("C", "A")
    for query, wanted in (
        ({"enrollment": redmond.code}, {here.number}),
        ({"enrollment": toronto.code[:-1]}, {here.number, there.number}),
        ({"enrollment": "x"}, set()),
        ({"lever": "A"}, {there.number}),
        ({"lever": ["A", "C"]}, {here.number, there.number}),
        ({"lever": "C", "enrollment": toronto.code}, set()),
    ):
        assert set(numbers(signed_in.get(URL, query))) == wanted, query
    assert signed_in.get(URL, {"lever": "D"}).status_code == 400
    page = signed_in.get(URL, {"enrollment": redmond.code, "lever": "C"})
    assert f"Enrollment ID (location ID) - {redmond.code}" in text(page)
    assert "Rate of market C" in text(page)
    assert f'<a class="chip" href="{URL}?lever=C"' in page.content.decode()


def test_variable_and_divided_pay_are_told_apart(signed_in, redmond, settings):
    """R-047, R-093: what is paid by the hour, and what is paid in two cycles."""
    settings.FOUR_EYES_ABOVE = 0  # how many must agree is not what this is about
    true_up = EngagementFactory()
    true_up.rates.update(true_up=True)
    hourly = EngagementFactory(pay="variable", hour_options=[40, 80])
    hourly.rates.update(per_hour=True)
    claims = {
        "fixed": claim_in(S.APPROVED, location=redmond),
        "true_up": claim_in(S.APPROVED, location=redmond, engagement=true_up),
        "hours": claim_in(S.APPROVED, location=redmond, engagement=hourly, hours=80),
    }
    for kind, claim in claims.items():
        assert numbers(signed_in.get(URL, {"earning_type": kind})) == [claim.number]
