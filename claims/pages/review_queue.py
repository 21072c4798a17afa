"""The reviewers' queue (ui-spec 6.11)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from claims import desk, next_claim, shortcuts
from claims.models import Kind as ClaimKind
from claims.queries import review as queue_rows
from claims.queries import scope, slices
from mci_portal.accounts.access import Rule, access, asks_by_itself
from mci_portal.accounts.actors import Kind
from mci_portal.common.answers import answer, go_to
from mci_portal.common.lists import Choice, ListState
from mci_portal.common.numbers import LARGEST_INTEGER, whole

STOP_ASKING = 286  # htmx's own: swap this, and poll no more
ASSIGNED = ("nobody", "me", "others")


@access(Rule.MICROSOFT)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """R-190: claims that wait for a reviewer, with age and due date; oldest deadline first until sorted otherwise."""
    state, wanted = _read(request)
    order, tab = queue_rows.order(state.sort), wanted.tab
    now = timezone.now()
    page = queue_rows.page(request.actor, wanted, order, state.cursor, state.per_page, now)
    shown = len(page.rows)
    context = {
        "crumbs": [(_("Home"), "/"), (_("Review queue"), "")],
        "tabs": _tabs(state, tab, queue_rows.counts(request.actor, wanted)),
        "state": state,
        "heads": _heads(state, tab),
        "rows": page.rows,
        "pager": state.pager(page),
        "reviews": request.actor.kind is Kind.REVIEWER,
        "shortcuts": shortcuts.enabled(request.actor),
        "next_url": f"{reverse('review:next')}?{urlencode(state.keep())}",
        "newer_url": f"{reverse('review:newer')}?{urlencode([*state.keep(), ('since', now.isoformat())])}",
        "here": f"{reverse('review:queue')}?tab={tab}",
        "spoken": ngettext("{count} claim", "{count} claims", shown).format(count=shown),
    }
    return answer(request, "review/queue.html", context, parts=("rows",))


@asks_by_itself
@access(Rule.MICROSOFT)
@require_safe
def newer(request: HttpRequest) -> HttpResponse:
    """Whether claims came in ``since`` the queue in the address was drawn (ui-spec 6.11); 204 while none did, and
    286 with a word about them, after which htmx asks no more.
    """
    state, wanted = _read(request)
    since = slices.parsed({"moment": "", "of": "", "since": request.GET.get("since", ""), "until": ""}).since
    count = queue_rows.newer(request.actor, wanted, since) if since else 0
    if not count:
        return HttpResponse(status=204)
    context = {"count": count, "url": f"{reverse('review:queue')}?{urlencode(state.keep())}"}
    return render(request, "review/newer.html", context, status=STOP_ASKING)


@access(Rule.REVIEWER)
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """The next claim in the order and under the filters of the queue as the reviewer last saw it, which are in the
    address. ``leave`` names the claim whose page he leaves with it, ``version`` what it showed: that is read then.
    """
    state, wanted = _read(request)
    _leave(request)
    claim = next_claim.take(request.actor, wanted, queue_rows.order(state.sort))
    request.session["review_queue"] = urlencode(state.keep())
    if claim is None:
        messages.info(request, _("No claim waits for you here. Others may be waiting under another tab or filter."))
        return go_to(request, f"{reverse('review:queue')}?{urlencode(state.keep())}")
    messages.success(request, _("You have taken claim {number}.").format(number=claim.number))
    return go_to(request, reverse("review:claim", args=(claim.number,)))


@access(Rule.REVIEWER)
@require_POST
def switch_shortcuts(request: HttpRequest) -> HttpResponse:
    """WCAG 2.1.4: the keys of one character on or off, for this reviewer on all pages."""
    on = request.POST.get("on") == "1"
    shortcuts.switch(request.actor, on)
    messages.success(request, _("The keys are switched on.") if on else _("The keys are switched off."))
    back = request.POST.get("next", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return go_to(request, back if safe else reverse("review:queue"))


def _read(request: HttpRequest) -> tuple[ListState, queue_rows.Wanted]:
    tab = request.GET.get("tab") or "unassigned"
    if tab not in queue_rows.TABS:
        raise BadRequest(_("There is no such part of the queue."))
    state = ListState.read(request, sorts=queue_rows.SORTS, default_sort="due", filters=_filters(), tab=tab)
    chosen = (state.chosen.get(name, ()) for name in ("engagement", "round", "kind", "assigned"))
    return state, queue_rows.Wanted(tab, state.q, *chosen)


def _leave(request: HttpRequest) -> None:
    left, version = whole(request.POST.get("leave", "")), whole(request.POST.get("version", ""), LARGEST_INTEGER)
    if left is not None and version is not None:
        desk.look(scope.get(request.actor, left), request.actor, version)


def _filters() -> list[Choice]:
    assigned = dict(zip(ASSIGNED, (_("Nobody"), _("Me"), _("Other reviewers")), strict=True))
    offered = [
        Choice("engagement", _("Engagement"), queue_rows.engagements()),
        Choice("round", _("Round"), [("1", _("First review")), ("2", _("After a dispute"))]),
        Choice("kind", _("Kind of claim"), ClaimKind.choices),
        Choice("assigned", _("Assigned to"), list(assigned.items())),
    ]
    return [choice for choice in offered if choice.options]


def _heads(state: ListState, tab: str) -> dict[str, dict]:
    """The columns that sort; what is done stands newest first and is not sorted."""
    labels = {"due": _("Due"), "age": _("Age"), "engagement": _("Engagement"), "round": _("Rounds")}
    if tab == "done":
        return {sort: {"label": label, "url": "", "direction": ""} for sort, label in labels.items()}
    return {sort: state.head(label, sort) for sort, label in labels.items()}


def _tabs(state: ListState, current: str, counts: dict[str, int]) -> list[dict]:
    labels = {
        "unassigned": _("Unassigned"),
        "mine": _("Mine"),
        "waiting": _("Waiting on partner"),
        "disputes": _("Disputes"),
        "done": _("Done"),
    }
    return [
        {
            "label": f"{label} ({counts[tab]})" if tab in counts else label,
            # The search belongs to one tab, the filters to all of them.
            "url": state.url(tab=tab, q=""),
            "current": tab == current,
        }
        for tab, label in labels.items()
    ]
