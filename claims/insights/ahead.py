"""What falls due in the next twelve weeks, by whose clock it is."""

from collections import Counter

from django.db.models import Count, F
from django.utils.translation import gettext as _

from claims.insights import buckets, figures
from claims.insights.asked import Asked
from claims.insights.figures import Figure
from claims.models.claim import REVIEW_BY
from claims.queries import slice_words
from claims.queries.slices import CLOCKS
from mci_portal.common import charts
from mci_portal.common.charts import Series


def due(asked: Asked, bounds: list) -> Counter:
    """(kind of clock, week) -> claims. One query, and one for the reviews where Microsoft's people ask."""
    found: Counter = Counter()
    kinds = {status: name for name in CLOCKS if name != "review" for status in CLOCKS[name]}
    running = asked.claims().filter(due_at__gte=bounds[0], due_at__lt=bounds[-1]).order_by()
    groups = running.values_list("status", buckets.Bucket(F("due_at"), bounds)).annotate(n=Count("pk"))
    for status, week, count in groups:
        found[kinds.get(status), week] += count
    if asked.by.is_microsoft:
        reviews = asked.claims().filter(status__in=sorted(CLOCKS["review"])).order_by().annotate(by=REVIEW_BY)
        reviews = reviews.filter(by__gte=bounds[0], by__lt=bounds[-1])
        for week, count in reviews.values_list(buckets.Bucket(F("by"), bounds)).annotate(n=Count("pk")):
            found["review", week] += count
    return found


def figures_of(asked: Asked) -> list[Figure]:
    bounds = buckets.weeks_ahead(asked.now, asked.zone)
    found = due(asked, bounds)
    names = [name for name in CLOCKS if name != "review" or asked.by.is_microsoft]
    weeks = range(len(bounds) - 1)
    words = slice_words.clocks()
    series = [Series(words[name], look, [found[name, week] for week in weeks]) for look, name in enumerate(names, 1)]
    title = _("Deadlines ahead")
    note = _("Claims whose time runs out in the next twelve weeks, if nothing happens before.")
    short = [_("This week"), *(figures.day(bound) for bound in bounds[1:-1])]
    rows = [_("This week"), *(figures.full_day(bound) for bound in bounds[1:-1])]

    def link(row: int, column: int) -> str:
        return asked.link("due", names[column], bounds[row], bounds[row + 1])

    chart = charts.columns(title, note, short, series, stacked=True)
    heads = [_("Week from"), *(one.label for one in series)]
    table = figures.table(rows, series, link)
    return [Figure("deadlines", title, note, heads, table, [chart], figures.is_empty(series))]
