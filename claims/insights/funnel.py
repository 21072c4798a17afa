"""The way from the added customer to the payment: how many came how far, who still is under way, who was lost and why.

One cohort: the build-intent claims that were begun in the period, by where they stand now. Use or consume has neither
a consent nor a payment of its own kind.
"""

from collections import Counter, defaultdict

from django.db.models import Case, CharField, Count, Value, When
from django.utils.translation import gettext as _

from claims.insights import buckets, figures
from claims.insights.asked import Asked
from claims.insights.figures import Cell, Figure, counted
from claims.models import EarningState, Kind
from claims.queries import slice_words
from claims.queries.scope import with_effective_status
from claims.queries.slices import FURTHEST, STEPS, UNPAID
from claims.statuses import OPEN, Status
from mci_portal.common import charts
from mci_portal.common.charts import Series

WENT_ON, UNDER_WAY, LOST = range(3)


def stopped(asked: Asked, since) -> dict[str, Counter]:
    """Furthest step -> (status, or state of the payment) -> claims. One query."""
    cohort = asked.claims().filter(kind=Kind.BUILD_INTENT, created_at__gte=since, created_at__lt=asked.now)
    step = Case(*(When(condition, then=Value(name)) for name, condition in FURTHEST.items()), output_field=CharField())
    groups = with_effective_status(cohort, asked.now).annotate(step=step).order_by()
    found: dict[str, Counter] = defaultdict(Counter)
    for name, status, state, count in groups.values_list("step", "effective", "earning__state").annotate(n=Count("pk")):
        found[name][(state or EarningState.UNPROCESSED.value) if name == "approved" else status] += count
    return found


def figures_of(asked: Asked) -> list[Figure]:
    since = buckets.weeks_back(asked.now, asked.months, asked.zone)[0]
    held = stopped(asked, since)
    words = slice_words.steps()
    reached = {step: sum(held[one].total() for one in STEPS[place:]) for place, step in enumerate(STEPS)}
    parts = {step: _split(step, held[step]) for step in STEPS}
    labels = [words[step] for step in STEPS]
    on = [reached[step] for step in STEPS[1:]] + [reached["paid"]]
    series = [
        Series(_("Went on"), 1, on),
        Series(_("Still under way"), 2, [parts[step][0].total() for step in STEPS]),
        Series(_("Lost"), 3, [parts[step][1].total() for step in STEPS]),
    ]
    rows: list[list[Cell]] = []
    for step in STEPS:
        total = counted(reached[step], asked.link("reached", step, since, asked.now))
        rows.append([Cell(words[step]), total])
        rows += _reasons(asked, step, parts[step], since)
    note = _(
        "Claims begun since {day}: how far they have come by now, and where and why the others ended."
        " Without use or consume."
    ).format(day=figures.full_day(since))
    title = _("From the customer to the payment")
    chart = charts.bars(title, note, labels, series, stacked=True)
    heads = [_("Step, and what became of the others"), _("Claims")]
    return [Figure("funnel", title, note, heads, rows, [chart], not reached["added"])]


def _split(step: str, held: Counter) -> tuple[Counter, Counter]:
    """Still under way, and lost."""
    if step == "paid":
        return Counter(), Counter()
    alive = {state.value for state in UNPAID} if step == "approved" else {status.value for status in OPEN}
    on = Counter({key: count for key, count in held.items() if key in alive})
    return on, held - on


def _reasons(asked: Asked, step: str, parts: tuple[Counter, Counter], since) -> list[list[Cell]]:
    rows = []
    for template, part in zip((_("Still under way: {status}"), _("Lost: {status}")), parts, strict=True):
        for code, count in sorted(part.items(), key=lambda pair: (-pair[1], str(pair[0]))):
            if step == "approved":
                label, url = EarningState(code).label, asked.link("stopped", f"approved.{code}", since, asked.now)
            else:
                label, url = Status(code).label, asked.link("stopped", step, since, asked.now, statuses=[code])
            rows.append([Cell(template.format(status=label)), counted(count, url)])
    return rows
