"""Help: how a claim goes, in which order the reader meets it, and where to ask (R-006, R-007, R-030)."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from mci_portal.accounts import workspaces
from mci_portal.accounts.access import Rule, access


@require_safe
@access(Rule.SIGNED_IN)
def help_page(request):
    """The same address for everybody; whom to ask depends on who asks."""
    partner = request.actor.partner
    context = {"partner": partner, "admins": workspaces.admins_of(partner) if partner else ()}
    return render(request, "accounts/help.html", context)
