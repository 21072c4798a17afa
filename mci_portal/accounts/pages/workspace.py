"""Choose the partner to work for (R-011). Each is a context of its own; nothing of another one shows."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from mci_portal.accounts import workspaces
from mci_portal.accounts.access import PARTNER_SESSION_KEY, Rule, access


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.SIGNED_IN)
def workspace(request):
    """POST ``partner`` (id): a partner the user does not belong to is unknown (404)."""
    mine = workspaces.of_user(request.user)
    if request.method != "POST":
        return render(request, "accounts/workspace.html", {"workspaces": mine})
    chosen = next((found for found in mine if str(found.partner.pk) == request.POST.get("partner")), None)
    if chosen is None:
        raise Http404
    request.session[PARTNER_SESSION_KEY] = chosen.partner.pk
    return redirect("accounts:home")
