"""Action Center, Overview: what this user has to do, and what the portal has told him (R-006, R-240, R-241, R-244)."""

from collections.abc import Mapping, Sequence

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.queries import actions, actions_page, told
from mci_portal.accounts import hidden_notes
from mci_portal.accounts.access import Rule, access, asks_by_itself
from mci_portal.accounts.actors import Actor
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import Choice, ListState
from mci_portal.outbox import kinds, lines, menu, notices
from mci_portal.outbox.kinds import Category, Workspace

ACTIONS, NOTIFICATIONS = "actions", "notifications"
# How each tab may be sorted, and how it is at first. What was told has titles written while they are read, one type and
# one workspace for each reader, and is a history without an end: it is sorted by its date alone.
SORTS: dict[str, Mapping[str, Sequence[str]]] = {ACTIONS: actions_page.SORTS, NOTIFICATIONS: {"created": ("id",)}}
FIRST = {ACTIONS: "due", NOTIFICATIONS: "-created"}


@require_safe
@access(Rule.SIGNED_IN)
def action_center(request):
    """``?tab=`` actions or notifications, ``?type=&workspace=&read=&q=&sort=``. 400 for what is not offered."""
    actor, now = request.actor, database_now()
    default = NOTIFICATIONS if actor.is_microsoft else ACTIONS
    tab = request.GET.get("tab", "")
    tab = tab if tab in SORTS else default
    state = ListState.read(
        request,
        sorts=SORTS[tab],
        default_sort=FIRST[tab],
        filters=_filters(tab, actor),
        tab=tab if tab != default else "",
    )
    helpful = actions.recommended(actor, now)
    rows, page = _actions(actor, state, now, helpful) if tab == ACTIONS else _notifications(actor, state)
    context = {
        "tab": tab,
        "tabs": _tabs(tab, actions.open_mandatory(actor, now) + len(helpful), notices.unread_count(actor)),
        "state": state,
        "heads": lines.heads(state),
        "asks_for_preferences": hidden_notes.shown(actor, hidden_notes.SET_PREFERENCES),
        "rows": rows,
        "pager": state.pager(page),
        "here": request.get_full_path(),
        "nav": menu.entries(request.path),
        "crumbs": [(_("Home"), "/"), (_("Action Center"), "")],
        "spoken": ngettext("{count} item", "{count} items", len(rows)).format(count=len(rows)),
    }
    return answer(request, "outbox/action_center.html", context, parts=("rows",))


def _tabs(tab: str, to_do: int, unread: int) -> list[dict]:
    """R-240: how much there is to do, and how much is unread."""
    labels = {
        ACTIONS: _("Actions (%(count)s)") % {"count": _number(to_do)},
        NOTIFICATIONS: _("Notifications (%(count)s)") % {"count": _number(unread)},
    }
    return [{"label": label, "url": f"?tab={name}", "current": name == tab} for name, label in labels.items()]


def _number(count: int) -> str:
    return str(count) if count < notices.MOST else f"{notices.MOST - 1}+"


def _filters(tab: str, actor: Actor) -> list[Choice]:
    types: tuple[Category, ...] = kinds.OPTIONAL
    places: tuple[Workspace, ...] = (Workspace.REVIEW if actor.is_microsoft else Workspace.INCENTIVES,)
    if tab == ACTIONS:
        types, places = (Category.MANDATORY, Category.RECOMMENDED), (Workspace.INCENTIVES, Workspace.PAYOUT)
    return [
        Choice("type", _("Type"), [(one.value, one.label) for one in types]),
        Choice("workspace", _("Workspace"), [(one.value, one.label) for one in places]),
        Choice("read", _("Read"), [("no", _("Unread only"))]),
    ]


def _actions(actor: Actor, state: ListState, now, helpful: list[actions.Entry]) -> tuple[list[dict], paging.Page]:
    types, places = state.chosen.get("type", []), state.chosen.get("workspace", [])
    unread = "read" in state.chosen
    asking = actions.mandatory(actor, now, q=state.q, unread=unread)
    if not (_wants(types, Category.MANDATORY) and _wants(places, Workspace.INCENTIVES)):
        asking = asking.none()
    if not _wants(types, Category.RECOMMENDED):
        helpful = []
    fitting = [
        entry
        for entry in helpful
        if _wants(places, entry.workspace) and not (unread and entry.seen) and entry.holds(state.q)
    ]
    page = actions_page.page(asking, fitting, state.order, state.cursor, state.per_page, now)
    return [lines.of_action(entry, now) for entry in page.rows], page


def _notifications(actor: Actor, state: ListState) -> tuple[list[dict], paging.Page]:
    found = notices.notifications(actor)
    if "read" in state.chosen:
        found = found.filter(seen=False)
    types = state.chosen.get("type", [])
    if types == [Category.PROMOTIONAL]:
        found = found.filter(kind__in=kinds.of_category(Category.PROMOTIONAL))
    elif types == [Category.TRANSACTIONAL]:
        found = found.exclude(kind__in=kinds.of_category(Category.PROMOTIONAL))
    page = paging.page(told.about(actor, found, state.q), state.order, state.cursor, state.per_page)
    unwritten = told.claims_of(message for message in page.rows if not message.subject)
    return [lines.of_notice(message, told.title, unwritten, actor) for message in page.rows], page


def _wants(chosen: list[str], value: str) -> bool:
    return not chosen or value in chosen


@asks_by_itself
@require_safe
@access(Rule.SIGNED_IN)
def count(request):
    """The number on the bell, fetched after the page so that no page waits for it: unread notifications and open
    mandatory actions (R-006). Three queries at most, each of them bounded."""
    unread, mandatory = notices.unread_count(request.actor), None
    if unread < notices.MOST:
        mandatory = actions.open_mandatory(request.actor, database_now())
    return render(request, "outbox/count.html", {"unread": unread + (mandatory or 0), "mandatory": mandatory})
