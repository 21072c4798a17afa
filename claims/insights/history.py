"""Where the claims stood at the end of every week: from where they stand now, back through their history.

A claim that a deadline has moved but the sweep has not reached yet stands where the clock says, but only now:
its history knows of no move so far (R-271).
"""

from collections import Counter
from datetime import datetime

from django.db.models import Count, F
from django.utils.translation import gettext as _

from claims.insights import buckets, figures
from claims.insights.asked import Asked
from claims.insights.figures import Figure
from claims.queries import slice_words
from claims.queries.scope import with_effective_status
from claims.queries.slices import GROUPS
from mci_portal.common import charts
from mci_portal.common.charts import Series

OPEN_GROUPS = ("consent", "evidence", "review", "action", "dispute")
FINISHED_GROUPS = ("approved", "declined", "expired", "canceled", "refused")
GROUP_OF = {status.value: name for name, statuses in GROUPS.items() for status in statuses}


def snapshots(asked: Asked, bounds: list[datetime]) -> list[Counter]:
    """How many claims of each group there were at the end of each bucket. Two queries."""
    standing: Counter = Counter()
    by_clock: Counter = Counter()
    groups = with_effective_status(asked.claims(), asked.now).order_by().values_list("status", "effective")
    for status, effective, count in groups.annotate(n=Count("pk")):
        standing[GROUP_OF[status]] += count
        by_clock[GROUP_OF[effective]] += count
    found = [by_clock]
    moves = _moves(asked, bounds)
    for bucket in range(len(bounds) - 2, 0, -1):
        for (number, left, entered), count in moves.items():
            if number == bucket:
                standing[entered] -= count
                standing[left] += count
        found.append(Counter(standing))
    return found[::-1]


def _moves(asked: Asked, bounds: list[datetime]) -> Counter:
    """(bucket, group left or "", group entered) -> how many; what happened after the last bound counts as just now."""
    moves: Counter = Counter()
    changes = asked.events(bounds[1] if len(bounds) > 2 else bounds[0]).exclude(from_status=F("to_status"))
    bucket = buckets.Bucket(F("at"), bounds)
    for number, left, entered, count in changes.values_list(bucket, "from_status", "to_status").annotate(n=Count("pk")):
        moves[min(number, len(bounds) - 2), GROUP_OF.get(left, ""), GROUP_OF[entered]] += count
    return moves


def figures_of(asked: Asked) -> list[Figure]:
    """Open claims and finished ones, week by week."""
    bounds = buckets.weeks_back(asked.now, asked.months, asked.zone)
    stood = snapshots(asked, bounds)
    opened = _("Open claims at the end of each week, by where they stood. The last column is now.")
    finished = _("Finished claims so far, at the end of each week. The last point is now.")
    return [
        _figure(asked, "open", _("Open claims by status"), opened, OPEN_GROUPS, bounds, stood),
        _figure(asked, "finished", _("Finished claims by status"), finished, FINISHED_GROUPS, bounds, stood),
    ]


def _figure(asked: Asked, code: str, title: str, note: str, groups, bounds, stood: list[Counter]) -> Figure:
    ends = bounds[1:]
    series = [
        Series(slice_words.group(name), look, [max(one[name], 0) for one in stood])
        for look, name in enumerate(groups, start=1)
    ]
    short = [*(figures.day(bound) for bound in ends[:-1]), _("Now")]
    rows = [*(figures.full_day(bound) for bound in ends[:-1]), _("Now")]

    def link(row: int, column: int) -> str:
        name = groups[column]
        if row == len(ends) - 1:
            return asked.link(statuses=[status.value for status in GROUPS[name]])
        return asked.link("stood", name, until=ends[row])

    if code == "open":
        chart = charts.columns(title, note, short, series, stacked=True)
    else:
        chart = charts.lines(title, note, short, series)
    heads = [_("Before"), *(one.label for one in series)]
    return Figure(code, title, note, heads, figures.table(rows, series, link), [chart], figures.is_empty(series))
