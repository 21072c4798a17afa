"""The column chooser of Customer claims: a panel beside the list, or without script a page (ui-spec 6.10, R-147)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import list_address, list_columns, list_rows, saved_views
from claims.pages import panel
from mci_portal.accounts.access import Rule, access


@access(Rule.INCENTIVES)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest) -> HttpResponse:
    """The address carries what the list shows; a POST goes back to it with the ticked columns."""
    if request.method == "POST":
        return _show(request)
    asked = list_address.read(request, request.actor)
    pairs = asked.state.pairs()
    context = {
        "boxes": list_rows.boxes(asked.columns),
        "keep": asked.state.keep("columns"),
        "back_url": list_address.address(pairs),
    }
    return panel(request, "claims/columns.html", context)


def _show(request: HttpRequest) -> HttpResponse:
    """Show the list with the ticked columns; ``keep`` them for wherever no view has others."""
    codes, keep = list_columns.chosen(request.POST.getlist("columns")), request.POST.get("do") == "keep"
    pairs = [(name, value) for name in (*saved_views.KEPT, "view", "ids") for value in request.POST.getlist(name)]
    if keep:
        saved_views.keep_columns(request.actor, codes)
        messages.success(request, _("These columns show from now on wherever no view has others."))
    return redirect(list_address.address([*pairs, *(("columns", code) for code in codes if not keep)]))
