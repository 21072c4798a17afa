"""Customer claims: all claims of the company over all engagements (ui-spec 6.10, R-140 to R-148)."""

from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.queries import claims_list as rows
from claims.queries import slice_words, slices
from claims.statuses import Status
from engagements.models import Area
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.answers import answer
from mci_portal.common.lists import Choice, ListState


@access(Rule.INCENTIVES)
@require_safe
def claims_list(request: HttpRequest) -> HttpResponse:
    """Everything the reader may see, running and finished alike; the address says which part of it (R-146)."""
    area = _area(request.GET.get("area", ""))
    held = rows.held(request.actor)
    cut = slices.read(request.GET)
    filters = _filters(request.actor, held, area)
    state = ListState.read(request, sorts=rows.SORTS, default_sort="-updated", filters=filters, area=area, **cut)
    statuses, engagements, locations = (state.chosen.get(name, ()) for name in ("status", "engagement", "location"))
    wanted = rows.Wanted(area, state.q, statuses, engagements, locations, **cut)
    page = rows.page(request.actor, wanted, state.order, state.cursor, state.per_page, timezone.now())
    context = _context(request, state, held, area, page) | _sliced(state, cut)
    return answer(request, "claims/list.html", context, parts=("rows",))


def _sliced(state: ListState, cut: dict[str, str]) -> dict:
    """The chips of the filters with those of the slice; dropping that one leaves the others as they are."""
    dropped = dict.fromkeys(cut, "")
    label = slice_words.label(cut)
    chips = [{"label": label, "url": state.url(**dropped)}] if label else []
    clear = state.url(q="", **dropped, **{choice.name: "" for choice in state.filters})
    return {"chips": chips + state.chips, "clear_url": clear, "is_narrowed": bool(chips) or state.is_narrowed}


def _area(value: str) -> str:
    if value and value not in Area.values:
        raise BadRequest(_("There is no such solution area."))
    return value


def _filters(by: Actor, held: rows.Held, area: str) -> list[Choice]:
    offered = [
        Choice("status", _("Status"), Status.choices),
        Choice("engagement", _("Engagement"), held.options(area)),
        Choice("location", _("Location"), rows.locations(by)),
    ]
    return [choice for choice in offered if choice.options]


def _context(request, state: ListState, held: rows.Held, area: str, page) -> dict:
    shown = len(page.rows)
    return {
        "crumbs": [(_("Home"), "/"), (_("Incentives"), reverse("engagements:list")), (_("Customer claims"), "")],
        "nav": [
            {"label": _("MCI engagements"), "url": reverse("engagements:list"), "current": False},
            {"label": _("Customer claims"), "url": request.path, "current": True},
            *_to_deadlines(request.actor),
            *_to_earnings(request.actor),
        ],
        "tabs": _tabs(request.path, held, area),
        "add_url": _add_url(area) if request.actor.kind is Kind.PARTNER else "",
        "state": state,
        "heads": [state.head(label, sort) for sort, label in _columns()],
        "rows": page.rows,
        "pager": state.pager(page),
        "has_claims": bool(held.in_area(area)),
        "spoken": ngettext("{count} claim", "{count} claims", shown).format(count=shown),
    }


def _to_deadlines(by: Actor) -> list[dict]:
    """The board of the partner's own clocks."""
    if by.kind is not Kind.PARTNER:
        return []
    return [{"label": _("Deadlines"), "url": reverse("deadlines"), "current": False}]


def _to_earnings(by: Actor) -> list[dict]:
    """Reviewers see no payouts."""
    if by.kind is Kind.REVIEWER:
        return []
    found = [{"label": _("Earnings"), "url": reverse("earnings:list"), "current": False}]
    if by.kind is Kind.PARTNER:
        found.append({"label": _("Insights"), "url": reverse("insights:partner"), "current": False})
    return found


def _tabs(path: str, held: rows.Held, current: str) -> list[dict]:
    return [
        {
            "label": f"{label} ({held.in_area(area)})",
            "url": f"{path}?{urlencode({'area': area})}" if area else path,
            "current": area == current,
        }
        for area, label in (("", _("All")), *Area.choices)
    ]


def _add_url(area: str) -> str:
    """R-141, R-142: a new claim starts in the tab's solution area."""
    url = reverse("customers:add_any")
    return f"{url}?{urlencode({'area': area})}" if area else url


def _columns() -> list[tuple[str, str]]:
    return [
        ("number", _("Claim ID")),
        ("name", _("Claim name")),
        ("customer", _("Customer")),
        ("engagement", _("Engagement")),
        ("location", _("Location")),
        ("status", _("Status")),
        ("due", _("Submit by")),
        ("updated", _("Last updated")),
    ]
