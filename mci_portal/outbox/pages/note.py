"""Closes the bar over the Action Center that asks for the reader's preferences, for good (R-243)."""

from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from mci_portal.accounts import hidden_notes
from mci_portal.accounts.access import Rule, access


@require_POST
@access(Rule.SIGNED_IN)
def hide_note(request):
    """Doing it twice changes nothing."""
    hidden_notes.hide(request.user.pk, hidden_notes.SET_PREFERENCES)
    return redirect("outbox:action_center")
