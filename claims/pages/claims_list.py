"""Customer claims: all claims of the company over all engagements (ui-spec 6.10, R-140 to R-148)."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims import list_address, list_columns, list_rows
from claims.list_address import Asked
from claims.queries import claims_list as rows
from engagements.models import Area
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Kind
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common.addresses import path_to
from mci_portal.common.answers import answer


@access(Rule.INCENTIVES)
@require_safe
def claims_list(request: HttpRequest) -> HttpResponse:
    """Everything the reader may see, running and finished alike; the address says which part of it (R-146).

    The bare address opens the reader's default view, if he has one.
    """
    asked, now = list_address.read(request, request.actor), timezone.now()
    if asked.offer.default and not request.GET:
        return HttpResponseRedirect(list_address.address_of(asked.offer.default))
    state = asked.state
    page = rows.page(request.actor, asked.wanted, state.order, state.cursor, state.per_page, now, asked.columns)
    drawn = list_rows.draw(page.rows, asked.columns, request.actor, now)
    return answer(request, "claims/list.html", _context(request, asked, page, drawn), parts=("rows",))


def _context(request: HttpRequest, asked: Asked, page, drawn) -> dict:
    state, choices, shown = asked.state, asked.offer, len(page.rows)
    acts = request.actor.kind is Kind.PARTNER
    return {
        "crumbs": [(_("Home"), "/"), (_("Incentives"), path_to("engagements:list")), (_("Customer claims"), "")],
        "nav": incentives_nav(request.actor, request.path),
        "tabs": _tabs(request.path, asked),
        "add_url": _add_url(asked.area) if acts else "",
        "acts": acts,
        "state": state,
        "chips": asked.chips,
        "clear_url": asked.clear_url,
        "is_narrowed": asked.is_narrowed,
        "views": _views(asked),
        "save_url": _with_query(path_to("claims:views"), [*state.pairs(view="", columns=""), *_columns_of(asked)]),
        "heads": list_rows.heads(state, asked.columns),
        "columns_url": _with_query(path_to("claims:columns"), state.pairs()),
        "filter_url": _with_query(path_to("claims:filters"), state.pairs()),
        "rows": drawn,
        "pager": state.pager(page),
        "export_url": _with_query(path_to("claims:export"), state.pairs(view="")),
        "has_claims": bool(choices.in_area(asked.area)),
        "spoken": ngettext("{count} claim", "{count} claims", shown).format(count=shown),
    }


def _tabs(path: str, asked: Asked) -> list[dict]:
    mark = [("view", list_address.NO_VIEW)] if asked.offer.default else []
    return [
        {
            "label": f"{label} ({asked.offer.in_area(area)})",
            "url": _with_query(path, [*mark, ("area", area)] if area else mark),
            "current": area == asked.area,
            "id": f"tab-{area or 'all'}",
        }
        for area, label in (("", _("All")), *Area.choices)
    ]


def _views(asked: Asked) -> list[dict]:
    """The links above the table; none for somebody who has saved no view."""
    if not asked.offer.views:
        return []
    plain = list_address.address([("view", list_address.NO_VIEW)] if asked.offer.default else [])
    return [
        {"name": _("All claims"), "url": plain, "current": asked.view is None},
        *(
            {"name": view.name, "url": list_address.address_of(view), "current": view == asked.view}
            for view in asked.offer.views
        ),
    ]


def _columns_of(asked: Asked) -> list[tuple[str, str]]:
    return [] if asked.columns == list_columns.DEFAULT else [("columns", code) for code in asked.columns]


def _add_url(area: str) -> str:
    """R-141, R-142: a new claim starts in the tab's solution area."""
    return _with_query(path_to("customers:add_any"), [("area", area)] if area else [])


def _with_query(path: str, pairs: list[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
