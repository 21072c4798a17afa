"""Insights: figures for the partner, the reviewers and the operator, each with its table, its links and its CSV."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.insights import ahead, funnel, history, money, phases, reviewing
from claims.insights.asked import DEFAULT_PERIOD, PERIODS, Asked, engagements
from claims.insights.figures import Figure
from claims.queries import claims_list as rows
from engagements.models import Area, Market
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Kind
from mci_portal.accounts.audit import What, leaves_trail
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common import csv_stream
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now

Make = Callable[[Asked], list[Figure]]
# The tables of a page, in its order -> who makes them; what makes several makes them with the same queries.
LIFE: dict[str, Make] = {
    "open": history.figures_of,
    "finished": history.figures_of,
    "funnel": funnel.figures_of,
    "days": phases.figures_of,
    "earnings": money.figures_of,
    "deadlines": ahead.figures_of,
}
# The operator looks at one of these at a time.
PARTS = {"status": ("open", "finished"), "way": ("funnel", "days"), "money": ("earnings", "deadlines")}
MONEY: dict[str, Make] = {"earnings": money.figures_of}  # all that a finance viewer reads
REVIEWED: dict[str, Make] = dict.fromkeys(
    ("reviewed", "queue", "outcomes", "punctuality", "engagements"), reviewing.figures_of
)
REVIEWS = REVIEWED | {"deadlines": ahead.figures_of}


@access(Rule.PARTNER)
@require_safe
def partner(request: HttpRequest) -> HttpResponse:
    """The partner's own claims, at the locations he works for (R-007)."""
    nav = incentives_nav(request.actor, request.path)
    return _page(request, LIFE, "insights:partner_csv", (_("Incentives"), reverse("engagements:list")), nav)


@leaves_trail(What.EXPORTED)
@access(Rule.PARTNER)
@require_safe
def partner_csv(request: HttpRequest) -> HttpResponse:
    return _table(request, LIFE)


@access(Rule.MICROSOFT)
@require_safe
def reviewers(request: HttpRequest) -> HttpResponse:
    """How reviewing goes, over all partners; nothing of payouts."""
    return _page(request, REVIEWS, "insights:reviewers_csv", (_("Review queue"), reverse("review:queue")), [])


@leaves_trail(What.EXPORTED)
@access(Rule.MICROSOFT)
@require_safe
def reviewers_csv(request: HttpRequest) -> HttpResponse:
    return _table(request, REVIEWS)


@access(Rule.OPERATOR, readers=Rule.FINANCE)
@require_safe
def operator(request: HttpRequest) -> HttpResponse:
    """The whole program, a part at a time: each reads the claims of all partners."""
    if request.actor.kind is Kind.FINANCE:
        above = (_("Earnings"), reverse("earnings:list"))
        return _page(request, MONEY, "insights:operator_csv", above, [])
    part = request.GET.get("part") or next(iter(PARTS))
    if part not in PARTS:
        raise BadRequest(_("There is no such part of the page."))
    tables = {code: LIFE[code] for code in PARTS[part]}
    return _page(request, tables, "insights:operator_csv", (_("Operator console"), reverse("operator:home")), [], part)


@leaves_trail(What.EXPORTED)
@access(Rule.OPERATOR, readers=Rule.FINANCE)
@require_safe
def operator_csv(request: HttpRequest) -> HttpResponse:
    return _table(request, MONEY if request.actor.kind is Kind.FINANCE else LIFE)


@dataclass(frozen=True)
class Select:
    name: str
    label: str
    options: list[tuple[str, object]]
    chosen: str
    all: str = ""  # what stands for no choice; "" where there is always one


def _page(
    request: HttpRequest, tables: dict[str, Make], csv: str, above: tuple[str, str], nav: Sequence, part: str = ""
) -> HttpResponse:
    asked, selects = _asked(request)
    query = [(one.name, one.chosen) for one in selects if one.chosen]
    figures = [
        replace(figure, csv_url=f"{reverse(csv)}?{urlencode([*query, ('table', figure.code)])}")
        for make in dict.fromkeys(tables.values())
        for figure in make(asked)
    ]
    context = {
        "crumbs": [(_("Home"), "/"), above, (_("Insights"), "")],
        "nav": nav,
        "above": above[0],
        "tabs": _tabs(request.path, query, part) if part else [],
        "part": part,
        "selects": selects,
        "figures": figures,
        "spoken": _("The figures are up to date."),
    }
    return answer(request, "insights/page.html", context, parts=("insights",))


def _tabs(path: str, query: list[tuple[str, str]], current: str) -> list[dict]:
    labels = {"status": _("Claims by status"), "way": _("Funnel and days"), "money": _("Earnings and deadlines")}
    return [
        {"label": labels[part], "url": f"{path}?{urlencode([('part', part), *query])}", "current": part == current}
        for part in PARTS
    ]


def _table(request: HttpRequest, tables: dict[str, Make]) -> HttpResponse:
    code = request.GET.get("table") or next(iter(tables))
    if code not in tables:
        raise BadRequest(_("There is no such table."))
    asked, _selects = _asked(request)
    figure = next(one for one in tables[code](asked) if one.code == code)
    lines = [[cell.text if cell.value is None else cell.value for cell in row] for row in figure.rows]
    response = HttpResponse(csv_stream.small(figure.heads, lines), content_type=csv_stream.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="insights-{code}-{asked.now:%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked(request: HttpRequest) -> tuple[Asked, list[Select]]:
    """What the address narrows the figures to; BadRequest for a value that is not offered."""
    by, now = request.actor, database_now()
    periods: list[tuple[str, object]] = [("6M", _("6 months")), ("12M", _("12 months"))]
    selects = [Select("period", _("Period"), periods, request.GET.get("period") or DEFAULT_PERIOD)]
    selects.append(_select(request, "engagement", _("Engagement"), engagements(by), _("All engagements")))
    if by.is_microsoft:
        selects.append(_select(request, "area", _("Solution area"), Area.choices, _("All solution areas")))
        selects.append(_select(request, "market", _("Market"), Market.choices, _("All markets")))
    else:
        selects.append(_select(request, "location", _("Location"), rows.offer(by).locations, _("All locations")))
    chosen = {one.name: one.chosen for one in selects}
    for one in selects:
        if one.chosen and one.chosen not in {str(value) for value, _label in one.options}:
            raise BadRequest(_("One of the filters has a value that it does not offer."))
    wanted = rows.Wanted(
        area=chosen.get("area", ""),
        engagements=_one(chosen["engagement"]),
        locations=_one(chosen.get("location", "")),
        market=chosen.get("market", ""),
    )
    return Asked(by, wanted, PERIODS[chosen["period"]], now), selects


def _select(request: HttpRequest, name: str, label: str, options, all: str) -> Select:
    return Select(name, label, list(options), request.GET.get(name, ""), all)


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
