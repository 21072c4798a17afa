"""Ask for an incentives role, and the admin's decision on it (R-001, R-010)."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mci_portal.accounts import requests, roles
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.accounts.forms import PlaceField
from mci_portal.accounts.models import Role, RoleRequest
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import LineField


class AskForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role, Role(role).label) for role in roles.INCENTIVES],
        help_text=gettext_lazy("Incentives users run claims. Incentives admins also change bank and tax data."),
    )
    reason = LineField(label=gettext_lazy("What you need it for"), max_length=500, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.SIGNED_IN)
def ask(request):
    """404 for who has no company to ask. 422 for what does not fit, 409 when the admins have a request already."""
    partner = requests.partner_of(request.actor)
    if partner is None:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        requests.ask(request.actor, form.cleaned_data["role"], form.cleaned_data["reason"], database_now())
        messages.success(request, _("Your admins have got your request. You get a mail when they decide."))
        return redirect("accounts:ask_role")
    context = {"form": form, "partner": partner, "waiting": requests.open_request(request.actor)}
    return render(request, "accounts/role_request_ask.html", context, status=422 if form.errors else 200)


class DecisionForm(forms.Form):
    answer = LineField(
        label=gettext_lazy("Answer"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Goes into the mail when you decline."),
    )

    def __init__(self, partner, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"] = PlaceField(
            partner, required=False, help_text=_("Needed to grant. A role at one location does not open the others.")
        )
        self.order_fields(("where", "answer"))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.ACCOUNT_ADMIN)
@asks_again
def decide(request, request_id: int):
    """POST ``decision``: ``grant`` (with ``where``) or ``decline``. 404 for another partner's request."""
    by = request.actor
    asked = get_object_or_404(RoleRequest.objects.select_related("user"), pk=request_id, partner=by.partner)
    form = DecisionForm(by.partner, request.POST if request.method == "POST" else None)
    problem = ""
    if form.is_valid():
        require(request)
        try:
            if _carried_out(request, form, asked):
                return redirect("accounts:members")
        except Conflict as refusal:
            problem = refusal.sentence
    status = 409 if problem else 422 if form.errors else 200
    context = {"asked": asked, "form": form, "problem": problem}
    return render(request, "accounts/role_request_decide.html", context, status=status)


def _carried_out(request, form: DecisionForm, asked: RoleRequest) -> bool:
    if request.POST.get("decision") == "decline":
        requests.decline(request.actor, asked, form.cleaned_data["answer"], database_now())
        messages.success(request, _("The request of %(name)s is declined.") % {"name": asked.user})
        return True
    where = form.cleaned_data["where"]
    if not where:
        form.add_error("where", _("Choose where the role counts."))
        return False
    requests.grant(request.actor, asked, form.fields["where"].place(where), database_now())
    messages.success(request, _("%(name)s has a new role.") % {"name": asked.user})
    return True
