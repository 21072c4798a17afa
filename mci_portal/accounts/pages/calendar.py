"""Make, renew and withdraw the secret address of one's own calendar feed; the account page has the buttons."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mci_portal.accounts import calendar_feed
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now


@access(Rule.PARTNER)
@require_POST
def renew(request):
    """A new address; whoever had the old one gets nothing any more."""
    calendar_feed.renew(request.user, database_now())
    messages.success(request, _("Your calendar has a new address."))
    return redirect(f"{reverse('accounts:account')}#calendar")


@access(Rule.SIGNED_IN)
@require_POST
def withdraw(request):
    """Also for somebody who has lost his role meanwhile."""
    if calendar_feed.withdraw(request.user):
        messages.success(request, _("The address of your calendar was withdrawn."))
    return redirect(f"{reverse('accounts:account')}#calendar")
