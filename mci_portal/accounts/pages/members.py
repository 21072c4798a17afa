"""Members: who of the company has which role, give one, take one away with what it leaves behind (R-008 to R-010)."""

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from claims import handover
from mci_portal.accounts import requests, roles
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.accounts.forms import RoleForm
from mci_portal.accounts.models import Invitation, Membership, RoleChange, User
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.lists import ListState

CHANGES_SHOWN = 50


@require_safe
@access(Rule.ACCOUNT_ADMIN)
def members(request):
    """``?q=`` part of a name or an address."""
    partner = request.actor.partner
    state = ListState.read(request, sorts={"name": ("name", "id")}, default_sort="name")
    grants = Membership.objects.filter(partner=partner).select_related("location").order_by("role", "location__name")
    rows = roles.members(partner).prefetch_related(Prefetch("memberships", queryset=grants, to_attr="grants"))
    if state.q:
        rows = rows.filter(Q(name__icontains=state.q) | Q(email__icontains=state.q))
    page = paging.page(rows, state.order, state.cursor, state.per_page)
    invited = Invitation.objects.filter(partner=partner, accepted_at=None, voided_at=None).select_related("location")
    now = database_now()
    context = {
        "partner": partner,
        "state": state,
        "rows": page.rows,
        "pager": state.pager(page),
        "requests": requests.waiting(partner),
        "invitations": [{"row": row, "is_open": row.is_open(now)} for row in invited.order_by("email")],
        "grantable": roles.grantable(request.actor),
    }
    return answer(request, "accounts/members.html", context, parts=("rows",))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.ACCOUNT_ADMIN)
@asks_again
def member(request, user_id: int):
    """One member with his roles and their history; POST gives a role. 422 for what does not fit, 409 for a double."""
    user = _member(request, user_id)
    form = RoleForm(request.actor, request.POST if request.method == "POST" else None)
    if form.is_valid():
        require(request)
        try:
            roles.grant(request.actor, user, form.cleaned_data["role"], form.location, database_now())
        except Conflict as refusal:
            return _draw(request, user, form, problem=refusal.sentence, status=409)
        messages.success(request, _("%(name)s has a new role.") % {"name": user})
        return redirect("accounts:member", user.pk)
    return _draw(request, user, form, status=422 if form.errors else 200)


def _draw(request, user: User, form: RoleForm, *, problem: str = "", status: int = 200):
    by = request.actor
    held = Membership.objects.filter(user=user, partner=by.partner).select_related("location")
    mine = roles.grantable(by)
    changes = RoleChange.objects.filter(user=user, partner=by.partner).select_related("location")
    context = {
        "member": user,
        "form": form,
        "problem": problem,
        "grants": [
            {"row": grant, "refusal": roles.refusal(by, grant), "may_take": grant.role in mine}
            for grant in held.order_by("role", "location__name")
        ],
        "changes": changes[:CHANGES_SHOWN],
    }
    return render(request, "accounts/member.html", context, status=status)


class SuccessorForm(forms.Form):
    """Who takes over; not asked where nothing is left behind."""

    successor = forms.ChoiceField(label=gettext_lazy("New owner of the open claims"))

    def __init__(self, colleagues: list[User], *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(one.pk): one for one in colleagues}
        choices = [(key, f"{one.name}, {one.email}") for key, one in self.colleagues.items()]
        self.fields["successor"].choices = [("", _("Choose")), *choices]

    @property
    def chosen(self) -> User:
        return self.colleagues[self.cleaned_data["successor"]]


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.ACCOUNT_ADMIN)
@asks_again
def revoke(request, user_id: int, membership_id: int):
    """Take one role away (R-008). GET asks, and asks for a successor where claims would be left without an owner."""
    user = _member(request, user_id)
    grant = get_object_or_404(_grants(request, user), pk=membership_id)
    return _leave(request, user, [grant])


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.ACCOUNT_ADMIN)
@asks_again
def remove(request, user_id: int):
    """Take every role at this partner away: the member leaves. 404 for who has none."""
    user = _member(request, user_id)
    grants = list(_grants(request, user))
    if not grants:
        raise Http404
    return _leave(request, user, grants)


def _grants(request, user: User):
    return Membership.objects.filter(user=user, partner=request.actor.partner).select_related(
        "user", "partner", "location"
    )


def _leave(request, user: User, going: list[Membership]):
    now = database_now()
    claims = handover.left_behind(going, now)
    count = claims.count()
    form = None
    if count:
        data = request.POST if request.method == "POST" else None
        form = SuccessorForm(handover.successors(claims, user, request.actor.partner), data)
    context = {"member": user, "going": going, "count": count, "form": form, "problem": ""}
    if request.method != "POST":
        return render(request, "accounts/member_leave.html", context)
    if form is not None and not form.is_valid():
        return render(request, "accounts/member_leave.html", context, status=422)
    require(request)
    try:
        moved = handover.revoke(request.actor, going, form.chosen if form else None, now)
    except Conflict as refusal:
        return render(request, "accounts/member_leave.html", context | {"problem": refusal.sentence}, status=409)
    messages.success(request, _("Taken away: %(roles)s.") % {"roles": _listed(going)})
    if moved:
        told = ngettext("%(count)s claim has a new owner.", "%(count)s claims have a new owner.", moved)
        messages.success(request, told % {"count": moved})
    return redirect("accounts:members") if request.actor.user_id != user.pk else redirect("accounts:home")


def _listed(going: list[Membership]) -> str:
    return ", ".join(grant.get_role_display() for grant in going)


def _member(request, user_id: int) -> User:
    """R-011: a person of another company is unknown here (404)."""
    user: User = get_object_or_404(roles.members(request.actor.partner), pk=user_id)
    return user
