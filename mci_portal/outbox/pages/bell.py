"""What the bell opens beside any page: what presses most and what is new, a few of each (ui-spec 6.15, R-006)."""

from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.queries import actions, told
from mci_portal.accounts import addresses
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.templatetags.ui import days_left
from mci_portal.outbox import lines, notices

MOST_MANDATORY, MOST_RECOMMENDED, MOST_NEW = 4, 2, 4


@require_safe
@access(Rule.SIGNED_IN)
def bell(request):
    """The panel, for htmx alone: without script the bell leads to the Action Center, and so does this address.

    At most eleven queries; nothing is marked as read by looking at it.
    """
    if request.htmx.target not in ("dialogs", "bell-items"):
        return redirect("outbox:action_center")
    actor, now = request.actor, database_now()
    rows = [*_actions(actor, now), *_news(actor)]
    context = {
        "address": addresses.current(actor.user),
        "rows": rows,
        "spoken": ngettext("{count} item", "{count} items", len(rows)).format(count=len(rows)),
    }
    return answer(request, "outbox/bell.html", context, parts=("dialogs", "bell-items"))


def _actions(actor, now) -> list[dict]:
    found = actions.mandatory(actor, now).order_by(*actions.ORDER)
    pressing = actions.of_claims(found.select_related("location", "engagement", "customer")[:MOST_MANDATORY])
    helpful = actions.recommended(actor, now)[:MOST_RECOMMENDED]
    return [
        lines.of_action(entry, now) | {"is_action": True, "left": days_left(entry.due_at, now) if entry.due_at else ""}
        for entry in (*pressing, *helpful)
    ]


def _news(actor) -> list[dict]:
    unread = list(notices.notifications(actor).filter(seen=False).order_by("-pk")[:MOST_NEW])
    unwritten = told.claims_of(message for message in unread if not message.subject)
    return [lines.of_notice(message, told.title, unwritten, actor) for message in unread]
