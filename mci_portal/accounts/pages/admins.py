"""Find your admins: who of the own company grants roles (R-007, R-010)."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from mci_portal.accounts import workspaces
from mci_portal.accounts.access import Rule, access


@require_safe
@access(Rule.SIGNED_IN)
def admins(request):
    partner = request.actor.partner
    return render(request, "accounts/admins.html", {"partner": partner, "admins": workspaces.admins_of(partner)})
