"""Action Center, Completed items: what was asked for and is done or over, from the history of messages (R-240)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.queries import told
from claims.statuses import label
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import ListState
from mci_portal.outbox import lines, links, menu


@require_safe
@access(Rule.SIGNED_IN)
def completed(request):
    """``?q=`` what a claim is found by."""
    actor = request.actor
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest")
    found = told.about(actor, told.completed(actor, database_now()), state.q)
    page = paging.page(found, state.order, state.cursor, state.per_page)
    claims = told.claims_of(page.rows)
    rows = [
        lines.of_notice(message, told.title, claims, actor)
        | {"mandatory": True, "status": claims[links.claim_number(message)].status}
        for message in page.rows
    ]
    context = {
        "state": state,
        "rows": [row | {"label": label(row["status"])} for row in rows],
        "pager": state.pager(page),
        "nav": menu.entries(request.path),
        "crumbs": [(_("Home"), "/"), (_("Action Center"), reverse("outbox:action_center")), (_("Completed items"), "")],
        "spoken": ngettext("{count} item", "{count} items", len(rows)).format(count=len(rows)),
    }
    return answer(request, "outbox/completed.html", context, parts=("rows",))
