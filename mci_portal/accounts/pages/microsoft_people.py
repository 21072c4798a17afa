"""The operator's page of Microsoft's people, and of a partner's first admin (R-012)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims import handover
from mci_portal.accounts import invitations, microsoft
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.accounts.models import (
    GIVEN_BY_TWO,
    INVITED,
    Invitation,
    MicrosoftRole,
    Nomination,
    Partner,
    RoleChange,
    User,
)
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import LineField, StrictEmailField
from mci_portal.common.lists import ListState

CHANGES_SHOWN = 50


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def people(request):
    """``?q=`` part of a name or an address."""
    state = ListState.read(request, sorts={"name": ("name", "id")}, default_sort="name")
    rows = microsoft.people()
    if state.q:
        rows = rows.filter(Q(name__icontains=state.q) | Q(email__icontains=state.q))
    page = paging.page(rows, state.order, state.cursor, state.per_page)
    nominations = Nomination.objects.filter(closed_at=None).select_related("user", "nominated_by")
    invited = Invitation.objects.filter(accepted_at=None, voided_at=None).select_related("partner")
    now = database_now()
    context = {
        "state": state,
        "rows": page.rows,
        "pager": state.pager(page),
        "nominations": nominations.order_by("id"),
        "invitations": [
            {"row": row, "is_open": row.is_open(now), "waits": row.waits}
            for row in invited.filter(Q(partner=None) | Q(role="global_admin")).order_by("email")
        ],
    }
    return answer(request, "accounts/microsoft_people.html", context, parts=("rows",))


class AddForm(forms.Form):
    email = StrictEmailField(label=gettext_lazy("E-mail address"))
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[(role, MicrosoftRole(role).label) for role in INVITED],
        help_text=gettext_lazy(
            "Reviewers are let in by two operators: the link is mailed when a second one confirms. "
            "A reviewer can become an operator later, when two operators agree."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR)
@asks_again
def add(request):
    """Invite a reviewer, lead reviewer, finance viewer or auditor by mail."""
    form = AddForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        require(request)
        typed = form.cleaned_data
        try:
            row = invitations.invite_microsoft(request.actor, typed["email"], typed["role"], database_now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _invited(request, row)
    return _form(request, _("Invite somebody of Microsoft"), form)


class FirstAdminForm(forms.Form):
    partner = LineField(label=gettext_lazy("Partner global account"), max_length=7)
    email = StrictEmailField(label=gettext_lazy("E-mail address"))

    def clean_partner(self) -> Partner:
        found = Partner.objects.filter(pga_id=self.cleaned_data["partner"]).first()
        if found is None:
            raise ValidationError(_("There is no partner with this account ID."))
        return found


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR)
@asks_again
def add_partner_admin(request):
    """Invite the first Global admin of a partner, who then invites the rest."""
    form = FirstAdminForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        require(request)
        typed = form.cleaned_data
        try:
            row = invitations.invite_first_admin(request.actor, typed["partner"], typed["email"], database_now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _invited(request, row)
    return _form(request, _("Invite a partner's Global admin"), form)


def _invited(request, row: Invitation):
    told = _("The invitation to %(address)s is on its way.")
    if row.waits:
        told = _("The invitation to %(address)s leaves when a second operator confirms it.")
    messages.success(request, told % {"address": row.email})
    return redirect("operator:people")


def _form(request, heading: str, form: forms.Form):
    context = {"form": form, "heading": heading}
    return render(request, "accounts/microsoft_people_add.html", context, status=422 if form.errors else 200)


@require_POST
@access(Rule.OPERATOR)
def withdraw_invitation(request, invitation_id: int):
    found = get_object_or_404(Invitation, Q(partner=None) | Q(role="global_admin"), pk=invitation_id)
    invitations.void(request.actor, found, database_now())
    messages.success(request, _("The invitation to %(address)s is withdrawn.") % {"address": found.email})
    return redirect("operator:people")


@require_POST
@access(Rule.OPERATOR)
@asks_again
def confirm_invitation(request, invitation_id: int):
    """403 for who invited, 409 when it is confirmed or withdrawn already."""
    found = get_object_or_404(Invitation, partner=None, pk=invitation_id)
    require(request)
    invitations.confirm(request.actor, found, database_now())
    messages.success(request, _("The invitation to %(address)s is on its way.") % {"address": found.email})
    return redirect("operator:people")


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=MicrosoftRole.choices)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
@asks_again
def person(request, user_id: int):
    """One of Microsoft's people. POST ``do``: ``role`` (with ``role``), ``deactivate`` or ``reactivate``."""
    user = get_object_or_404(microsoft.people(), pk=user_id)
    form = RoleForm(request.POST if request.POST.get("do") == "role" else None, initial={"role": user.microsoft_role})
    problem = ""
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        require(request)
        try:
            messages.success(request, _carried_out(request, user, form))
            return redirect("operator:person", user.pk)
        except Conflict as refusal:
            problem = refusal.sentence
    context = {
        "person": user,
        "form": form,
        "problem": problem,
        "refusal": microsoft.refusal(request.actor, user),
        "under_review": handover.under_review(user).count(),
        "nomination": Nomination.objects.filter(user=user, closed_at=None).first(),
        "returns_by_two": user.microsoft_role in GIVEN_BY_TWO,
        "changes": RoleChange.objects.filter(user=user, partner=None)[:CHANGES_SHOWN],
    }
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "accounts/microsoft_people_person.html", context, status=status)


def _carried_out(request, user: User, form: RoleForm) -> str:
    by, now, do = request.actor, database_now(), request.POST.get("do")
    if do == "deactivate":
        released = handover.leave_review(by, user, now)
        return _with_released(_("The account of %(name)s is closed.") % {"name": user}, released)
    if do == "reactivate" and user.microsoft_role not in GIVEN_BY_TWO:
        microsoft.reactivate(by, user, now)
        return _("The account of %(name)s is open again.") % {"name": user}
    if do not in ("reactivate", "role"):
        raise Http404
    role = form.cleaned_data["role"] if do == "role" else user.microsoft_role
    if do == "reactivate" or microsoft.takes_two(user.microsoft_role, role):
        microsoft.nominate(by, user, role, now)
        return _("It takes effect when a second operator confirms it.")
    released = handover.change_role(by, user, role, now)
    return _with_released(_("%(name)s has a new role.") % {"name": user}, released)


def _with_released(told: str, released: int) -> str:
    back = ngettext("%(count)s claim is back in the queue.", "%(count)s claims are back in the queue.", released)
    return f"{told} {back % {'count': released}}" if released else told


@require_POST
@access(Rule.OPERATOR)
@asks_again
def nomination(request, nomination_id: int):
    """POST ``do``: ``confirm`` by a second operator (403 for the first one), or ``withdraw`` by any."""
    found = get_object_or_404(Nomination.objects.select_related("user"), pk=nomination_id)
    require(request)
    if request.POST.get("do") == "confirm":
        released = handover.confirm(request.actor, found, database_now())
        told = _("%(name)s works in the portal now as: %(role)s.")
        told = told % {"name": found.user, "role": found.get_role_display()}
        messages.success(request, _with_released(told, released))
    else:
        microsoft.withdraw(request.actor, found, database_now())
        messages.success(request, _("The nomination of %(name)s is withdrawn.") % {"name": found.user})
    return redirect("operator:people")
