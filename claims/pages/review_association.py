"""A reviewer and an association, beyond the decision panel: confirm the partner's wish, arbitrate (T37, T39)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from claims import associations
from claims.actions import Action
from claims.pages import offered, settled_with_reason
from claims.queries import scope
from mci_portal.accounts.access import Rule, access


@access(Rule.REVIEWER)
@require_POST
def confirm_rejection(request: HttpRequest, number: int) -> HttpResponse:
    """T37, second half: nothing to decide, the partner asked for it."""
    claim = associations.confirm_rejection(scope.get(request.actor, number), request.actor)
    messages.success(request, _("Claim {number} was rejected, as the partner asked.").format(number=claim.number))
    return redirect("review:claim", number)


@access(Rule.MICROSOFT)
@require_http_methods(["GET", "HEAD", "POST"])
def end_association(request: HttpRequest, number: int) -> HttpResponse:
    """T39: a lead reviewer or operator ends an approved association that lost the arbitration (R-198)."""
    claim = scope.get(request.actor, number)
    offered(request, claim, Action.END_ASSOCIATION)
    return settled_with_reason(
        request,
        claim,
        associations.end_by_arbitration,
        _("The association was ended. Partner and customer were told."),
        heading=_("Arbitration lost"),
        button=_("End the association"),
        lead=_("The partner reads the reason. The association ends today, for good."),
    )
