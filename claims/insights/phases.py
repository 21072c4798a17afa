"""How many days the phases take that ended in the period: the middle one, and what nine of ten stay below."""

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from claims.insights import buckets, figures
from claims.insights.asked import Asked
from claims.insights.figures import Cell, Figure, counted
from claims.queries.slices import OUTCOMES, Slice
from mci_portal.common import charts
from mci_portal.common.charts import Series


class Percentile(Aggregate):
    """The duration that ``fraction`` of the rows stay below, between two of them if need be."""

    template = "percentile_cont(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def span(begin, end: str) -> ExpressionWrapper:
    """From one moment to a later one."""
    return ExpressionWrapper(F(end) - begin, output_field=DurationField())


def measured(asked: Asked, since) -> dict:
    """ "<phase>_n", "<phase>_50" and "<phase>_90" of the four phases. Two queries."""
    cut = Slice(since=since, until=asked.now)
    agreed = {"consent": (cut.within("consented_at"), span(F("created_at"), "consented_at"))}
    handed = span(Coalesce("consented_at", "created_at"), "first_submitted_at")
    found = asked.claims().order_by().aggregate(
        **_measures(agreed | {"evidence": (cut.within("first_submitted_at"), handed)})
    )  # fmt: skip
    decided = asked.events(since).filter(OUTCOMES[""], at__lt=asked.now)
    first = (OUTCOMES["first"], span(F("claim__first_submitted_at"), "at"))
    return found | decided.aggregate(
        **_measures({"review": first, "dispute": (OUTCOMES["second"], span(F("claim__disputed_at"), "at"))})
    )


def _measures(phases: dict[str, tuple[Q, ExpressionWrapper]]) -> dict[str, Aggregate]:
    made: dict[str, Aggregate] = {}
    for name, (ended, length) in phases.items():
        made[f"{name}_n"] = Count("pk", filter=ended)
        made[f"{name}_50"] = Percentile(length, fraction=0.5, filter=ended)
        made[f"{name}_90"] = Percentile(length, fraction=0.9, filter=ended)
    return made


def figures_of(asked: Asked) -> list[Figure]:
    since = buckets.weeks_back(asked.now, asked.months, asked.zone)[0]
    found = measured(asked, since)
    phases = {
        "consent": (_("Consent: added to consented"), asked.link("consented", "", since, asked.now)),
        "evidence": (_("Evidence: consented to submitted"), asked.link("handed_in", "", since, asked.now)),
        "review": (_("Review: submitted to the first decision"), asked.link("decided", "first", since, asked.now)),
        "dispute": (_("Dispute: disputed to the last decision"), asked.link("decided", "second", since, asked.now)),
    }
    series = [
        Series(_("Median"), 1, [figures.in_days(found[f"{name}_50"]) for name in phases]),
        Series(_("Nine of ten within"), 2, [figures.in_days(found[f"{name}_90"]) for name in phases]),
    ]
    rows = []
    for place, (name, (label, url)) in enumerate(phases.items()):
        count = found[f"{name}_n"]
        lengths = [_days(one.values[place], count) for one in series]
        rows.append([Cell(label), counted(count, url), *lengths])
    note = _("Days that the phases took which ended since {day}.").format(day=figures.full_day(since))
    title, labels = _("Days per phase"), [label for label, _url in phases.values()]
    chart = charts.bars(title, note, labels, series, stacked=False, words=figures.days)
    heads = [_("Phase"), _("Claims"), *(_("{what} (days)").format(what=one.label) for one in series)]
    return [Figure("days", title, note, heads, rows, [chart], not any(found[f"{name}_n"] for name in phases))]


def _days(value: float, count: int) -> Cell:
    return Cell(figures.days(value), "", value) if count else Cell("-", "", 0)
