"""The engagements list (ui-spec 6.2) and its tab Attention required: one address for the page and its rows."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.queries import attention as queries
from claims.queries import engagements as counted
from engagements.availability import Availability
from engagements.models import Area, PartnerRole
from engagements.pages.listing import attention, frame, rows
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import Choice, ListState

SORTS = dict.fromkeys(rows.SORT_KEYS, ())


@access(Rule.INCENTIVES)
@require_safe
def engagements(request: HttpRequest) -> HttpResponse:
    """R-020: one solution area at a time, or with ``?tab=attention`` what the partner has to act on (R-027)."""
    now, to_do = database_now(), request.GET.get("tab", "")
    if to_do:
        return _attention(request, now, to_do)
    area = _one_of("area", request.GET.get("area") or Area.values[0], Area.values)
    view = _one_of("view", request.GET.get("view") or "mine", ("mine", "all"))
    places = list(request.actor.locations())
    filters = _filters(places)
    state = ListState.read(
        request, sorts=SORTS, default_sort="name", filters=filters, area=area, view="all" if view == "all" else ""
    )
    wanted = rows.wanted(state, area, mine=view == "mine" and not request.actor.is_microsoft)
    found = rows.ordered(counted.lines(request.actor, wanted, places, now), state.sort)
    context = frame.page(request, area, view, queries.count(request.actor, now)) | frame.list_parts(request, state)
    context |= {"rows": rows.prepared(found), "spoken": rows.spoken(found), "has_places": bool(places)}
    return answer(request, "engagements/list.html", context, parts=("rows",))


def _attention(request: HttpRequest, now, tab: str) -> HttpResponse:
    _one_of("tab", tab, ("attention",))
    state = ListState.read(request, sorts={"due": queries.ORDER}, default_sort="due", tab=tab)
    page = queries.items(request.actor, now, state.cursor, state.per_page)
    context = frame.page(request, "", "mine", queries.count(request.actor, now))
    context |= {"rows": attention.prepared(page.rows, now), "pager": state.pager(page)}
    return answer(request, "engagements/attention.html", context, parts=("rows",))


def _filters(places) -> list[Choice]:
    """R-021. Microsoft's people have no locations to narrow by."""
    offered = [
        Choice("location", _("Location"), [(str(place.pk), str(place)) for place in places]),
        Choice("status", _("Status"), Availability.choices),
        Choice("role", _("Partner role"), PartnerRole.choices),
    ]
    return [choice for choice in offered if choice.options]


def _one_of(name: str, value: str, offered) -> str:
    if value not in offered:
        raise BadRequest(_("“%(value)s” is not offered here.") % {"value": value[:50]})
    return value
