"""Earnings by month: earned when the claim was approved, estimated while they wait, paid when the payment was sent.

Never for reviewers (``earnings.visible`` refuses them). One chart per currency: different money is never added up.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims.insights import buckets, figures
from claims.insights.asked import Asked
from claims.insights.figures import Cell, Figure
from claims.models import Earning, EarningEvent, EarningState
from claims.queries import earnings
from claims.queries.slices import UNPAID
from mci_portal.common import charts
from mci_portal.common.charts import Series
from mci_portal.common.templatetags.ui import money

KINDS = ("earned", "payable", "paid")
Sums = dict[tuple[str, str, int], Decimal]


def sums(asked: Asked, bounds: list[datetime]) -> Sums:
    """(currency, kind, month) -> amount. Three queries."""
    mine = earnings.visible(asked.by).filter(claim__in=asked.claims().order_by().values("pk")).order_by()
    first, last = bounds[0], bounds[-1]
    earned = mine.filter(created_at__gte=first, created_at__lt=last)
    payable = mine.filter(
        state__in=UNPAID, estimated_payment_on__gte=first.date(), estimated_payment_on__lt=last.date()
    )
    found: Sums = defaultdict(Decimal)
    _add(found, "earned", _by_month(earned, buckets.Bucket(F("created_at"), bounds)))
    _add(found, "payable", _by_month(payable, buckets.Bucket(F("estimated_payment_on"), bounds, days=True)))
    later = EarningEvent.objects.filter(earning=OuterRef("earning"), to_state=EarningState.SENT, pk__gt=OuterRef("pk"))
    sent = EarningEvent.objects.filter(to_state=EarningState.SENT, at__gte=first, at__lt=last, earning__in=mine)
    sent = sent.filter(~Exists(later), earning__state=EarningState.SENT).order_by()
    paid = sent.values_list(buckets.Bucket(F("at"), bounds), "earning__currency").annotate(sum=Sum("earning__amount"))
    _add(found, "paid", paid)
    return found


def _by_month(rows: QuerySet[Earning], month: buckets.Bucket) -> QuerySet:
    return rows.values_list(month, "currency").annotate(sum=Sum("amount"))


def _add(found: Sums, kind: str, rows: Iterable[tuple[int, str, Decimal]]) -> None:
    for month, currency, amount in rows:
        found[currency, kind, month] += amount


def figures_of(asked: Asked) -> list[Figure]:
    bounds = buckets.months(asked.now, asked.months, asked.zone)
    found = sums(asked, bounds)
    months = bounds[:-1]
    title, note = _("Earnings by month"), _(
        "Earned: approved in the month. Estimated: still to be paid, by the estimated month. Paid: sent in the month."
    )  # fmt: skip
    labels = {"earned": _("Earned"), "payable": _("Estimated"), "paid": pgettext("an amount", "Paid")}
    rows, drawn = [], []
    currencies = sorted({currency for currency, _kind, _month in found})
    for currency in currencies:
        series = [
            Series(labels[kind], look, [float(found.get((currency, kind, place), 0)) for place in range(len(months))])
            for look, kind in enumerate(KINDS, start=1)
        ]
        named = _("{title}, {currency}").format(title=title, currency=currency)
        drawn.append(charts.columns(named, note, [figures.month(one) for one in months], series, stacked=False))
        for place, begin in enumerate(months):
            cells = [_cell(asked, found, currency, kind, bounds, place) for kind in KINDS]
            rows.append([Cell(figures.month(begin)), Cell(currency), *cells])
    heads = [_("Month"), _("Currency"), *(labels[kind] for kind in KINDS)]
    return [Figure("earnings", title, note, heads, rows, drawn, not found)]


def _cell(asked: Asked, found: Sums, currency: str, kind: str, bounds: list[datetime], place: int) -> Cell:
    amount = found.get((currency, kind, place), Decimal())
    if not amount:
        return Cell("-", "", 0)
    url = asked.link(kind, currency, bounds[place], bounds[place + 1])
    return Cell(money(amount, currency), url, float(amount))
