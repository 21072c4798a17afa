"""The market of a country and the rate in force there on a day (R-047, C-28)."""

from datetime import date

from django.db.models import Q

from engagements.models import ANY_COUNTRY, Engagement, Market, MarketCountry, Rate


def market_of(country: str, on: date) -> str:
    """The market of ``country`` (ISO 3166 alpha-2) on a day.

    A country without a row of its own shares the row of ``*``; where there is none either, it is C.
    """
    rows = MarketCountry.objects.filter(country__in=(country, ANY_COUNTRY), valid_from__lte=on)
    row = max(rows, key=lambda row: (row.country != ANY_COUNTRY, row.valid_from), default=None)
    return row.market if row else Market.C


def rate_on(engagement: Engagement, market: str, on: date) -> Rate | None:
    """The rate of ``market`` in force on ``on``, or None where the engagement is not offered then and there."""
    rate = (
        Rate.objects.filter(engagement=engagement, market=market, valid_from__lte=on)
        .exclude(valid_to__lt=on)
        .order_by("-valid_from")
        .first()
    )
    return rate if rate and rate.amount is not None else None


def in_market(market: str, on: date, path: str) -> Q:
    """The condition that the country at ``path`` belongs to ``market`` on a day, as ``market_of`` says. One query."""
    rows = MarketCountry.objects.filter(valid_from__lte=on).order_by("valid_from")
    known = dict(rows.values_list("country", "market"))
    rest = known.pop(ANY_COUNTRY, Market.C)
    if market == rest:
        return ~Q(**{f"{path}__in": sorted(country for country, of in known.items() if of != market)})
    return Q(**{f"{path}__in": sorted(country for country, of in known.items() if of == market)})
