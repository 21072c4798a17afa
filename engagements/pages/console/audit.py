"""Who changed what in the catalogue, and when (R-277). Written once, never changed."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.models import CatalogueChange
from engagements.pages.console import crumbs, wording
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.lists import ListState


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def audit(request):
    """``?q=`` part of an engagement's name, of what was changed, or of who did it. Newest first."""
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest")
    rows = CatalogueChange.objects.all()
    if state.q:
        rows = rows.filter(
            Q(engagement__icontains=state.q) | Q(what__icontains=state.q) | Q(by_name__icontains=state.q)
        )
    page = paging.page(rows, state.order, state.cursor, state.per_page)
    context = {
        "rows": [
            {
                "row": row,
                "action": wording.action(row.action),
                "tone": wording.TONES[row.action],
                "table": wording.table(row.table),
                "columns": wording.columns(row.table, row.before, row.after),
            }
            for row in page.rows
        ],
        "pager": state.pager(page),
        "state": state,
        "crumbs": crumbs((_("Changes of the catalogue"), "")),
    }
    return answer(request, "operator/audit.html", context, parts=("rows",))
