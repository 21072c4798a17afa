"""The reviewers' work: what came in and went out, how long the queue waits, how and how soon is decided (R-195)."""

from datetime import datetime
from itertools import pairwise

from django.db.models import Case, Count, F, When
from django.utils.translation import gettext as _

from claims.insights import buckets, figures
from claims.insights.asked import Asked
from claims.insights.figures import Cell, Figure, counted
from claims.insights.phases import Percentile, span
from claims.queries import slice_words
from claims.queries.slices import IN_DISPUTE, IS_INCOMING, OUTCOMES
from claims.statuses import WITH_MICROSOFT
from mci_portal.common import charts
from mci_portal.common.charts import Series

AGES = (3, 7, 14, 30)  # days
MOST_BARS = 10
SHOWN = ("approved", "rejected", "refused", "requested")
BEGIN = Case(When(IN_DISPUTE, then="claim__dispute_submitted_at"), default="claim__first_submitted_at")


def weekly(asked: Asked, bounds: list[datetime]) -> dict[str, list[int]]:
    """ "incoming" and each of ``OUTCOMES`` -> claims per week. One query."""
    wanted = {"incoming": IS_INCOMING} | OUTCOMES
    named = {f"n_{name or 'decided'}": condition for name, condition in wanted.items()}
    counts = {name: Count("claim", filter=condition, distinct=True) for name, condition in named.items()}
    events = asked.events(bounds[0]).filter(IS_INCOMING | OUTCOMES[""] | OUTCOMES["requested"], at__lt=asked.now)
    found = {name.removeprefix("n_"): [0] * (len(bounds) - 1) for name in named}
    for week, *numbers in events.values_list(buckets.Bucket(F("at"), bounds)).annotate(**counts):
        for name, number in zip(found, numbers, strict=True):
            found[name][week] = number
    return found


def figures_of(asked: Asked) -> list[Figure]:
    """Five figures; four queries."""
    bounds = buckets.weeks_back(asked.now, asked.months, asked.zone)
    found = weekly(asked, bounds)
    words = slice_words.outcomes()
    flow = [
        Series(_("Incoming"), 1, found["incoming"]),
        Series(_("Decided"), 2, found["decided"]),
    ]
    outcomes = [Series(words[name], look, found[name]) for look, name in enumerate(SHOWN, 1)]
    punctual = [Series(words["in_time"], 1, found["in_time"]), Series(words["late"], 4, found["late"])]
    asking = {"asked": asked, "bounds": bounds}
    return [
        _weekly("reviewed", _("Incoming and decided"), _("Claims that came in for review and were decided, by week."),
                flow, [("incoming", ""), ("decided", "")], stacked=False, **asking),
        _queue(asked),
        _weekly("outcomes", _("Decisions"), _("What reviews ended with, by week."), outcomes,
                [("decided", name) for name in SHOWN], stacked=True, **asking),
        _weekly("punctuality", _("Decided in time"),
                _("Claims decided before and after the day by which the review should have ended, by week."), punctual,
                [("decided", "in_time"), ("decided", "late")], stacked=True, **asking),
        _by_engagement(asked, bounds[0]),
    ]  # fmt: skip


def _weekly(code: str, title: str, note: str, series: list[Series], cuts, *, stacked: bool, asked, bounds) -> Figure:
    weeks = bounds[:-1]

    def link(row: int, column: int) -> str:
        return asked.link(*cuts[column], bounds[row], bounds[row + 1])

    chart = charts.columns(title, note, [figures.day(week) for week in weeks], series, stacked=stacked)
    rows = figures.table([figures.full_day(week) for week in weeks], series, link)
    heads = [_("Week from"), *(one.label for one in series)]
    return Figure(code, title, note, heads, rows, [chart], figures.is_empty(series))


def _queue(asked: Asked) -> Figure:
    bounds = buckets.since_days(asked.now, AGES, asked.zone)
    ages, youngest = [0] * (len(AGES) + 1), len(AGES) - 1  # shown from the youngest on, counted from the oldest
    waiting = asked.claims().filter(status__in=sorted(WITH_MICROSOFT), submitted_at__lt=asked.now).order_by()
    for bucket, count in waiting.values_list(buckets.Bucket(F("submitted_at"), bounds)).annotate(n=Count("pk")):
        ages[youngest - bucket] += count
    labels = [_("Up to {days} days").format(days=AGES[0])]
    labels += [_("{low} to {high} days").format(low=low, high=high) for low, high in pairwise(AGES)]
    labels.append(_("More than {days} days").format(days=AGES[-1]))
    series = [Series(_("Waiting claims"), 1, ages)]
    title, note = _("Age of the queue"), _("Claims that wait for a decision now, by the days since they came in.")

    def link(row: int, column: int) -> str:
        bucket = youngest - row
        return asked.link("waiting", "", bounds[bucket] if bucket >= 0 else None, bounds[bucket + 1])

    chart = charts.bars(title, note, labels, series, stacked=False)
    table = figures.table(labels, series, link)
    return Figure("queue", title, note, [_("Waiting for"), series[0].label], table, [chart], figures.is_empty(series))


def _by_engagement(asked: Asked, since: datetime) -> Figure:
    decided = asked.events(since).filter(OUTCOMES[""], at__lt=asked.now)
    groups = decided.values("claim__engagement__slug", name=F("claim__engagement__name")).annotate(
        n=Count("claim", distinct=True),
        n_late=Count("claim", filter=OUTCOMES["late"], distinct=True),
        median=Percentile(span(BEGIN, "at"), fraction=0.5),
        most=Percentile(span(BEGIN, "at"), fraction=0.9),
    )
    found = sorted(groups, key=lambda row: (-row["n"], row["name"]))
    series = [
        Series(_("Median"), 1, [figures.in_days(row["median"]) for row in found]),
        Series(_("Nine of ten within"), 2, [figures.in_days(row["most"]) for row in found]),
    ]
    rows = []
    for place, row in enumerate(found):
        links = [
            asked.link("decided", of, since, asked.now, engagement=row["claim__engagement__slug"])
            for of in ("", "late")
        ]
        lengths = [Cell(figures.days(one.values[place]), "", one.values[place]) for one in series]
        rows.append([Cell(row["name"]), counted(row["n"], links[0]), counted(row["n_late"], links[1]), *lengths])
    title = _("Days to the decision, by engagement")
    note = _("From the submission of a round to its decision, since {day}.").format(day=figures.full_day(since))
    if len(found) > MOST_BARS:
        note = f"{note} {_('The chart shows the {count} with the most decisions.').format(count=MOST_BARS)}"
    labels = [row["name"] for row in found[:MOST_BARS]]
    shown = [Series(one.label, one.look, one.values[:MOST_BARS]) for one in series]
    chart = charts.bars(title, note, labels, shown, stacked=False, words=figures.days)
    heads = [_("Engagement"), _("Decided"), _("Late"), *(_("{what} (days)").format(what=one.label) for one in series)]
    return Figure("engagements", title, note, heads, rows, [chart], not found)
