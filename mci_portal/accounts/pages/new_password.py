"""A forgotten password: ask for a link, and what the link opens (ASVS V6.4.3, TK01-TK14)."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mci_portal.accounts import audit, new_password
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.forms import NewPasswordForm
from mci_portal.common import errors
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import StrictEmailField
from mci_portal.common.throttle import address_of, too_often
from mci_portal.common.token_pages import by_link

ASKED_A_MINUTE = 10  # from one place, whoever is named


class AskForm(forms.Form):
    email = StrictEmailField(label=gettext_lazy("E-mail address"))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.PUBLIC)
def ask(request):
    """The same answer for every address, after the same work (G15). 422 for what is no address, 429 for too many."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if too_often(f"new-password:{address_of(request)}", ASKED_A_MINUTE, 60):
            return errors.too_many(request)
        new_password.ask(form.cleaned_data["email"], database_now())
        return redirect(f"{reverse('accounts:forgot_password')}?asked=1")
    context = {"form": form, "asked": "asked" in request.GET}
    return render(request, "accounts/new_password_ask.html", context, status=422 if form.errors else 200)


@access(Rule.TOKEN)
@by_link
def choose(request, token: str):
    """200 open, 410 replaced, over or used, 404 anything else. Opening it never writes. POST: 422, 409, or on to the
    sign-in page: the link itself signs nobody in."""
    found = new_password.find(token)
    if found is None or found.user is None:
        raise Http404
    now = database_now()
    if not found.is_open(now):
        heading = _("This link is no longer valid")
        sentence = _("It was used, replaced by a newer one, or is older than an hour. Ask for a new one.")
        return render(request, "public/notice.html", {"heading": heading, "sentence": sentence}, status=410)
    form = NewPasswordForm(found.user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "account": found.user.email}
        return render(request, "accounts/new_password.html", context, status=422 if form.errors else 200)
    try:
        user = new_password.choose(found, form.cleaned_data["password"], now)
    except Conflict as refusal:
        context = {"heading": _("This is not possible now"), "sentence": refusal.sentence}
        return render(request, "public/notice.html", context, status=409)
    audit.record(audit.What.PASSWORD_CHANGED, actor_for(user, address=address_of(request)), "mailed link")
    messages.success(request, _("Your new password counts from now on. Sign in with it."))
    return redirect("account_login")
