"""The life cycle's bare actions: one address for every button that needs nothing but a click."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import lifecycle
from claims.actions import BARE, Action
from claims.models import Kind
from claims.pages import done, panel, refused
from claims.queries import claim_page, scope
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import go_to
from mci_portal.common.errors import Conflict

# Cannot be undone, so a GET of the same address asks first.
CONFIRMED = {Action.CANCEL}


@access(Rule.INCENTIVES)
@require_http_methods(["GET", "HEAD", "POST"])
def perform(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Carry the action out. ``next`` may name the page of this site to go on with; reviewers go on with theirs."""
    claim = scope.get(request.actor, number)
    # The dispute of an association is a form: it is submitted in the same step (C-21).
    if action not in BARE or (action == Action.DISPUTE and claim.kind == Kind.CPOR):
        raise Http404
    if request.method != "POST":
        return _ask(request, claim, Action(action))
    try:
        lifecycle.perform(claim, Action(action), request.actor)
    except Conflict as refusal:
        if request.actor.is_microsoft:
            raise
        return refused(request, number, refusal)
    further = request.POST.get("next", "")
    if not further and request.actor.is_microsoft:
        messages.success(request, _told(action))
        further = reverse("review:claim", args=(number,))
    if further and url_has_allowed_host_and_scheme(further, allowed_hosts=None):
        return go_to(request, further)
    return done(request, number, _told(action), focus=_focus(action))


def _ask(request: HttpRequest, claim, action: Action) -> HttpResponse:
    if action not in CONFIRMED:
        return HttpResponseNotAllowed(["POST"])
    claim_page.offer(claim, action, request.actor)
    return panel(request, "claims/cancel.html", {"claim": claim})


def _told(action: str) -> str:
    return {
        Action.CANCEL: _("The claim was canceled."),
        Action.SEND_CUSTOMER_SURVEY: _("The customer survey was sent."),
        Action.SEND_PARTNER_SURVEY: _("The partner survey was sent."),
        Action.DISPUTE: _("The claim is open again. Update the evidence or justify the dispute, then submit it."),
        Action.START_REVIEW: _("You have taken this claim."),
        Action.RELEASE: _("The claim is back in the queue."),
        Action.COUNTERSIGN: _("You have confirmed the amount. The reviewer of the claim can approve it now."),
    }[Action(action)]


def _focus(action: str) -> str:
    return "surveys" if action in (Action.SEND_CUSTOMER_SURVEY, Action.SEND_PARTNER_SURVEY) else "status"
