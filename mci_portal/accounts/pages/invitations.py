"""Invite a colleague by mail, withdraw the invitation, and what its link opens (R-010, TK01-TK14)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mci_portal.accounts import invitations
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.accounts.forms import NewPasswordForm, RoleForm
from mci_portal.accounts.models import Invitation, User
from mci_portal.common import languages
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import LineField, StrictEmailField
from mci_portal.common.token_pages import by_link


class InviteForm(RoleForm):
    email = StrictEmailField(label=gettext_lazy("E-mail address"))
    field_order = ("email", "role", "where")


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.ACCOUNT_ADMIN)
@asks_again
def invite(request):
    """422 for what does not fit, such as an address of another company; 409 for too many at once."""
    form = InviteForm(request.actor, request.POST if request.method == "POST" else None)
    form.order_fields(InviteForm.field_order)
    if form.is_valid():
        require(request)
        typed = form.cleaned_data
        try:
            invitations.invite(request.actor, typed["email"], typed["role"], form.location, database_now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The invitation to %(address)s is on its way.") % {"address": typed["email"]})
            return redirect("accounts:members")
    context = {"form": form, "partner": request.actor.partner}
    return render(request, "accounts/invite.html", context, status=422 if form.errors else 200)


@require_POST
@access(Rule.ACCOUNT_ADMIN)
def withdraw(request, invitation_id: int):
    """404 for another partner's invitation, 409 for one that is closed."""
    invitation = get_object_or_404(Invitation, pk=invitation_id, partner=request.actor.partner)
    invitations.void(request.actor, invitation, database_now())
    messages.success(request, _("The invitation to %(address)s is withdrawn.") % {"address": invitation.email})
    return redirect("accounts:members")


class AccountForm(NewPasswordForm):
    """A new account. The password's rules are those of the password page."""

    name = LineField(label=gettext_lazy("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    field_order = ("name", "password", "again")

    def clean(self) -> dict:
        self.owner.name = self.cleaned_data.get("name", "")
        return super().clean()


@access(Rule.TOKEN)
@by_link
def invitation(request, token: str):
    """200 open, 410 withdrawn, over or taken up, 404 anything else. POST: 422, 409, or on to the sign-in page.

    Opening it never writes. Who has an account already is asked for nothing: the link sets no password of his.
    """
    found = invitations.find(token)
    if found is None:
        raise Http404
    now = database_now()
    if not found.is_open(now):
        return _closed(request, found)
    is_new = invitations.account_of(found) is None
    owner = User(email=found.email)
    form = AccountForm(owner, request.POST if request.method == "POST" else None) if is_new else None
    context = {"invitation": found, "form": form}
    if request.method != "POST" or (form is not None and not form.is_valid()):
        return render(request, "accounts/invitation.html", context, status=422 if form and form.errors else 200)
    typed = form.cleaned_data if form else {"name": "", "password": ""}
    try:
        spoken = translation.get_language()
        invitations.accept(found, now, name=typed["name"], password=typed["password"], language=spoken)
    except Conflict as refusal:
        context = {"heading": _("This is not possible now"), "sentence": refusal.sentence}
        return render(request, "public/notice.html", context, status=409)
    messages.success(request, _("Your role is ready. Sign in to begin."))
    answer = redirect("account_login")
    if chosen := languages.known(request.GET.get("language")):
        languages.remember(answer, chosen)
    return answer


def _closed(request, found: Invitation):
    if found.accepted_at:
        heading, sentence = _("This invitation was accepted"), _("Sign in with your e-mail address and password.")
    else:
        heading = _("This invitation is no longer valid")
        sentence = _("It was withdrawn, replaced by a newer one, or is older than seven days. Ask for a new one.")
    return render(request, "public/notice.html", {"heading": heading, "sentence": sentence}, status=410)
