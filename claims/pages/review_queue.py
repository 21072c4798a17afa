"""The reviewers' queue (ui-spec 6.11)."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.queries import review as queue_rows
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer
from mci_portal.common.lists import ListState

# Oldest deadline first is what the queue is for; the reader changes tab and search, not the order.
SORTS = {"due": queue_rows.ORDER}


@access(Rule.MICROSOFT)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """R-190: claims that wait for a reviewer, with age and due date."""
    tab = request.GET.get("tab") or "unassigned"
    if tab not in queue_rows.TABS:
        raise BadRequest(_("There is no such part of the queue."))
    state = ListState.read(request, sorts=SORTS, default_sort="due", tab=tab)
    page = queue_rows.page(request.actor, tab, state.q, state.cursor, state.per_page, timezone.now())
    shown = len(page.rows)
    context = {
        "crumbs": [(_("Home"), "/"), (_("Review queue"), "")],
        "tabs": _tabs(tab, queue_rows.counts(request.actor)),
        "state": state,
        "rows": page.rows,
        "pager": state.pager(page),
        "spoken": ngettext("{count} claim", "{count} claims", shown).format(count=shown),
    }
    return answer(request, "review/queue.html", context, parts=("rows",))


def _tabs(current: str, counts: dict[str, int]) -> list[dict]:
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
            "url": f"{reverse('review:queue')}?tab={tab}",
            "current": tab == current,
        }
        for tab, label in labels.items()
    ]
