"""The program operator's start page, and who has an account. Changing them is Django admin's work."""

from django.db.models import Count, Prefetch, Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.models import Membership, Partner, RoleChange, User
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.lists import ListState


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def home(request):
    return render(request, "accounts/operator.html", {"may_administer": request.user.is_staff})


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def users(request):
    """``?q=`` part of a name or an address."""
    state = ListState.read(request, sorts={"email": ("email", "id")}, default_sort="email")
    grants = Membership.objects.select_related("partner", "location").order_by("partner__name", "role")
    rows = User.objects.prefetch_related(Prefetch("memberships", queryset=grants))
    if state.q:
        rows = rows.filter(Q(name__icontains=state.q) | Q(email__icontains=state.q))
    return _list(request, "accounts/operator_users.html", rows, state)


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def partners(request):
    """``?q=`` part of a name, or an ID."""
    state = ListState.read(request, sorts={"name": ("name", "id")}, default_sort="name")
    rows = Partner.objects.annotate(people=Count("memberships__user", distinct=True)).prefetch_related("locations")
    if state.q:
        rows = rows.filter(Q(name__icontains=state.q) | Q(pga_id=state.q))
    return _list(request, "accounts/operator_partners.html", rows, state)


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def role_changes(request):
    """R-008, R-010, R-012: every role that was given or taken, newest first. ``?q=`` part of a name or an address."""
    state = ListState.read(request, sorts={"newest": ("-id",)}, default_sort="newest")
    rows = RoleChange.objects.select_related("user", "partner", "location")
    if state.q:
        rows = rows.filter(
            Q(user__name__icontains=state.q) | Q(user__email__icontains=state.q) | Q(by_name__icontains=state.q)
        )
    return _list(request, "accounts/operator_role_changes.html", rows, state)


def _list(request, template: str, rows, state: ListState):
    page = paging.page(rows, state.order, state.cursor, state.per_page)
    context = {
        "rows": page.rows,
        "pager": state.pager(page),
        "q": state.q,
        "keep": state.keep_for_search,
        "may_administer": request.user.is_staff,
    }
    return answer(request, template, context, parts=("rows",))
