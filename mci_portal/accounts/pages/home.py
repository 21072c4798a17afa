"""The start page: sends everybody to where his work is."""

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from mci_portal.accounts import workspaces
from mci_portal.accounts.access import PARTNER_SESSION_KEY, Rule, access, no_role
from mci_portal.accounts.actors import Kind

STARTS = {
    Kind.REVIEWER: "review:queue",
    Kind.OPERATOR: "engagements:list",
    Kind.FINANCE: "earnings:list",
    Kind.AUDITOR: "operator:home",
}


@require_safe
@access(Rule.SIGNED_IN)
def home(request):
    """R-001, R-002. A member of several partners first chooses one (R-011)."""
    actor = request.actor
    if actor.kind in STARTS:
        return redirect(STARTS[actor.kind])
    if PARTNER_SESSION_KEY not in request.session and len(workspaces.of_user(request.user)) > 1:
        return redirect("accounts:workspace")
    if actor.works_on_incentives:
        return redirect("engagements:list")
    # who only gives roles to others finds his own work, not a refusal.
    return redirect("accounts:members") if actor.looks_after_members else no_role(request)
