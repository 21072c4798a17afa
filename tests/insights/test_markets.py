"""Insights by market: the countries of one share its rates (C-28)."""

from datetime import timedelta

from engagements.models import ANY_COUNTRY, MarketCountry
from engagements.rates import in_market, market_of
from mci_portal.accounts.models import Location
from mci_portal.common.clock import database_now
from tests.cast import make_cast


def test_market_filter_takes_the_countries_of_the_market(db):
    """C-28: a country without a row of its own shares the row of "*"."""
    today = database_now().date()
    for country, market in (("US", "A"), ("CA", "B"), (ANY_COUNTRY, "C")):
        MarketCountry.objects.create(country=country, market=market, valid_from=today - timedelta(days=9))
    make_cast()
    for market in "ABC":
        found = {place.country for place in Location.objects.filter(in_market(market, today, "country"))}
        assert found == {
            one for one in Location.objects.values_list("country", flat=True) if market_of(one, today) == market
        }
