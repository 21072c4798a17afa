"""Action Center, Archived items: what this user alone has put away, and the way back (R-240, R-241)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.queries import actions, told
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import ListState
from mci_portal.outbox import lines, menu, notices


@require_safe
@access(Rule.SIGNED_IN)
def archived(request):
    """Recommended actions that still count, on the first page; then notifications, newest first. ``?q=``."""
    actor, now = request.actor, database_now()
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest")
    found = told.about(actor, notices.notifications(actor, archived=True), state.q)
    page = paging.page(found, state.order, state.cursor, state.per_page)
    put_away = [] if page.previous else actions.recommended(actor, now, archived=True)
    unwritten = told.claims_of(message for message in page.rows if not message.subject)
    rows = [lines.of_action(entry, now) for entry in put_away if entry.holds(state.q)]
    rows += [lines.of_notice(message, told.title, unwritten, actor) for message in page.rows]
    context = {
        "state": state,
        "heads": lines.heads(state),
        "rows": rows,
        "pager": state.pager(page),
        "here": request.get_full_path(),
        "nav": menu.entries(request.path),
        "crumbs": [(_("Home"), "/"), (_("Action Center"), reverse("outbox:action_center")), (_("Archived items"), "")],
        "spoken": ngettext("{count} item", "{count} items", len(rows)).format(count=len(rows)),
    }
    return answer(request, "outbox/archived.html", context, parts=("rows",))
