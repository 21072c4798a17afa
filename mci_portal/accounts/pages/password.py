"""Change the own password. Every other session of the user ends with it (H04)."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mci_portal.accounts import audit, mails
from mci_portal.accounts.access import Rule, access
from mci_portal.common import errors
from mci_portal.common.clock import database_now


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.SIGNED_IN)
def password(request):
    """422 for what does not fit, 429 after five tries in a minute: a stolen session must not guess the password."""
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and not ratelimit.consume(request, action="change_password", user=request.user):
        return errors.too_many(request)
    if form.is_valid():
        with transaction.atomic():
            user = form.save()
            mails.password_changed(user, database_now())
            audit.record(audit.What.PASSWORD_CHANGED, request.actor)
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed. You are signed out everywhere else."))
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)
