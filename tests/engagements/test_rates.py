"""Markets and rates by day: R-047, C-28, acceptance check 7."""

from datetime import date

import pytest

from engagements.models import Engagement, MarketCountry
from engagements.rates import market_of, rate_on
from tests.engagements.small_catalogue import load_text

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = date(2022, 10, 31), date(2022, 11, 1)


@pytest.fixture
def workshop(tmp_path) -> Engagement:
    load_text(tmp_path)
    return Engagement.objects.get(slug="first-workshop")


@pytest.mark.parametrize(
    ("market", "day", "amount"),
    [
        ("A", OCTOBER, 4000),
        ("A", NOVEMBER, 5000),
        ("B", OCTOBER, 2000),
        ("B", NOVEMBER, None),  # n/a
        ("C", OCTOBER, None),  # did not exist
        ("C", NOVEMBER, 1000),
        ("A", date(2021, 6, 30), None),
    ],
)
def test_rate_goes_by_market_and_day(workshop, market, day, amount):
    rate = rate_on(workshop, market, day)
    assert (rate.amount if rate else None) == amount


@pytest.mark.parametrize(
    ("country", "day", "market"),
    [("US", OCTOBER, "A"), ("IN", OCTOBER, "B"), ("IN", NOVEMBER, "C"), ("SG", NOVEMBER, "B"), ("NL", NOVEMBER, "A")],
)
def test_market_goes_by_country_and_day(workshop, country, day, market):
    assert market_of(country, day) == market


def test_country_of_its_own_row_ignores_the_row_of_all_others(workshop):
    """A later row for "*" does not reach a country that has one of its own."""
    MarketCountry.objects.create(country="*", market="A", valid_from=date(2024, 1, 1))
    assert (market_of("SG", date(2025, 1, 1)), market_of("IN", date(2025, 1, 1))) == ("B", "A")


def test_market_without_any_row_is_c():
    assert market_of("US", NOVEMBER) == "C"
