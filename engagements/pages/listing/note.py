"""Closes the information bar of the engagements list for good, for this user (R-004)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from mci_portal.accounts import hidden_notes
from mci_portal.accounts.access import Rule, access


@access(Rule.INCENTIVES)
@require_POST
def hide_note(request: HttpRequest) -> HttpResponse:
    """Doing it twice changes nothing. Back to the list as it was, which the address carries along."""
    hidden_notes.hide(request.user.pk, hidden_notes.ENGAGEMENTS_RENAMED)
    sent = request.GET.urlencode()
    return redirect(reverse("engagements:list") + (f"?{sent}" if sent else ""))
