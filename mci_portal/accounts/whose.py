"""Whose page it is: a partner's people see their own company's. Microsoft's people choose a partner, and only read.

The partner stands in the address as ``?partner=<global account>``. To a partner's people the parameter means nothing.
"""

from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Partner
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.lists import ListState

PARAMETER = "partner"


def reader(request: HttpRequest) -> Actor | None:
    """The actor to read the page's rows as; None for one of Microsoft's people who has not chosen a partner yet.

    Raises Http404 for a partner that does not exist.
    """
    by: Actor = request.actor  # type: ignore[attr-defined]
    if not by.is_microsoft:
        return by
    asked = request.GET.get(PARAMETER, "")
    if not asked:
        return None
    partner = Partner.objects.filter(pga_id=asked).first()
    if partner is None:
        raise Http404
    return by.looking_at(partner)


def chosen(by: Actor) -> str:
    """What the address of a page read as ``by`` has to keep: the chosen partner, or ""."""
    return by.partner.pga_id if by.is_microsoft and by.partner else ""


def url(address: str, by: Actor) -> str:
    """``address`` with the partner that ``by`` has chosen."""
    kept = chosen(by)
    return f"{address}?{urlencode({PARAMETER: kept})}" if kept else address


def choose(request: HttpRequest, context: dict) -> HttpResponse:
    """The page that asks for the partner. ``context``: crumbs, nav, ``of`` and ``page_name`` for its heading."""
    state = ListState.read(request, sorts={"name": ("name", "id")}, default_sort="name", forgiving=True)
    rows = Partner.objects.all()
    if state.q:
        rows = rows.filter(Q(name__icontains=state.q) | Q(pga_id=state.q))
    page = paging.page(rows, state.order, state.cursor, state.per_page)
    context = context | {
        "rows": [{"partner": one, "url": f"{request.path}?{urlencode({PARAMETER: one.pga_id})}"} for one in page.rows],
        "pager": state.pager(page),
        "state": state,
    }
    return answer(request, "accounts/choose_partner.html", context, parts=("rows",))
