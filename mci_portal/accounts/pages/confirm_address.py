"""What the link in the mail to a new notification address opens (R-243, TK01-TK14)."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from mci_portal.accounts import addresses
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.token_pages import by_link


@access(Rule.TOKEN)
@by_link
def confirm_address(request, token: str):
    """200 open, 410 replaced, over or used, 404 anything else. Opening it never writes: POST confirms."""
    found = addresses.find(token)
    if found is None:
        raise Http404
    now = database_now()
    if not found.is_open(now):
        return _closed(request, was_used=found.confirmed_at is not None)
    if request.method != "POST":
        return render(request, "accounts/confirm_address.html", {"check": found})
    try:
        addresses.confirm(found, now)
    except Conflict as refusal:
        context = {"heading": _("This is not possible now"), "sentence": refusal.sentence}
        return render(request, "public/notice.html", context, status=409)
    sentence = _("From now on the notifications of %(account)s come to %(address)s.")
    context = {
        "heading": _("The address is confirmed"),
        "sentence": sentence % {"account": found.user.email, "address": found.email},
    }
    return render(request, "public/notice.html", context)


def _closed(request, *, was_used: bool):
    if was_used:
        heading, sentence = _("This address was confirmed"), _("There is nothing more to do.")
    else:
        heading = _("This link is no longer valid")
        sentence = _("It was replaced by a newer one, or is older than two days. Enter the address once more.")
    return render(request, "public/notice.html", {"heading": heading, "sentence": sentence}, status=410)
