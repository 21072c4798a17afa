"""The filters of Customer claims: a panel beside the list, or without script a page (ui-spec 5.5, R-144).

They come when they are asked for: sixty boxes with every swap of the list would be a quarter of what it sends.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from claims import list_address
from claims.pages import panel
from mci_portal.accounts.access import Rule, access
from mci_portal.common.addresses import path_to


@access(Rule.INCENTIVES)
@require_safe
def filters(request: HttpRequest) -> HttpResponse:
    """The address carries what the list shows."""
    asked = list_address.read(request, request.actor)
    context = {
        "groups": asked.state.groups,
        "keep": asked.state.keep_for_filters,
        "action": path_to("claims:list"),
        "reset_url": list_address.at_list(asked.clear_url),
    }
    return panel(request, "claims/filters.html", context)
