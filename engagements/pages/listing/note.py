"""Closes the information bar of the engagements list for good, for this user (R-004)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from engagements.pages.listing.frame import NOTE
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.models import User


@access(Rule.INCENTIVES)
@require_POST
def hide_note(request: HttpRequest) -> HttpResponse:
    """Doing it twice changes nothing. Back to the list as it was, which the address carries along."""
    user = User.objects.only("hidden_notes").get(pk=request.user.pk)
    if NOTE not in user.hidden_notes:
        user.hidden_notes.append(NOTE)
        user.save(update_fields=["hidden_notes"])
    sent = request.GET.urlencode()
    return redirect(reverse("engagements:list") + (f"?{sent}" if sent else ""))
