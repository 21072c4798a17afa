"""A reviewer and an association, beyond the decision panel: confirm the partner's wish, arbitrate (T37, T39)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from claims import associations
from claims.actions import Action
from claims.forms import ReasonForm
from claims.queries import claim_page, scope
from mci_portal.accounts.access import Rule, access
from mci_portal.common.errors import Conflict


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
    offer = claim_page.offer(claim, Action.END_ASSOCIATION, request.actor)
    if offer.refusal:
        raise Conflict(offer.refusal)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        associations.end_by_arbitration(claim, request.actor, form.cleaned_data["text"])
        messages.success(request, _("The association was ended. Partner and customer were told."))
        return redirect("review:claim", number)
    context = {
        "claim": claim,
        "form": form,
        "heading": _("Arbitration lost"),
        "button": _("End the association"),
        "lead": _("The partner reads the reason. The association ends today, for good."),
        "back": reverse("review:claim", args=(number,)),
    }
    return render(request, "claims/reason.html", context, status=422 if request.method == "POST" else 200)
