"""The list of partners that an engagement by invitation is open to (R-031)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from engagements.console import invitations
from engagements.models import Engagement, Invitation
from engagements.pages.console import crumbs
from engagements.pages.console.verdicts import judge
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.forms import LineField
from mci_portal.common.lists import ListState


class InviteForm(forms.Form):
    pga_id = LineField(
        label=gettext_lazy("Partner global account"), max_length=7, help_text=gettext_lazy("Seven digits.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def invited(request, slug: str):
    """POST ``pga_id`` invites; POST ``withdraw`` (a partner's account ID) takes off the list."""
    engagement = get_object_or_404(Engagement, slug=slug)
    is_withdrawal = request.method == "POST" and "withdraw" in request.POST
    form = InviteForm(request.POST if request.method == "POST" and not is_withdrawal else None)
    if is_withdrawal or form.is_valid():
        try:
            return _carry_out(request, engagement, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    rows = Invitation.objects.filter(engagement=engagement).select_related("partner")
    state = ListState.read(request, sorts={"name": ("partner__name", "id")}, default_sort="name")
    if state.q:
        rows = rows.filter(partner__name__icontains=state.q)
    page = paging.page(rows, state.order, state.cursor, state.per_page)
    context = {
        "form": form,
        "engagement": engagement,
        "rows": page.rows,
        "pager": state.pager(page),
        "state": state,
        "crumbs": crumbs(
            (_("Engagements"), reverse("operator_catalogue:engagements")),
            (engagement.name, reverse("operator_catalogue:engagement", args=[slug])),
            (_("Invited partners"), ""),
        ),
    }
    status = 422 if form.errors else 200
    return answer(request, "operator/invitations.html", context, parts=("rows",), status=status)


def _carry_out(request, engagement: Engagement, form: InviteForm):
    now = database_now()
    if "withdraw" in request.POST:
        rows = Invitation.objects.filter(engagement=engagement).select_related("partner")
        found = get_object_or_404(rows, partner__pga_id=request.POST["withdraw"])
        partner = invitations.withdraw(request.actor, found, now)
        said = _("%(partner)s is not invited any more.")
    else:
        partner = invitations.invite(request.actor, engagement, form.cleaned_data["pga_id"], now)
        said = _("%(partner)s is invited.")
    judge(now, [engagement.pk], partner)
    messages.success(request, said % {"partner": partner.name})
    return redirect("operator_catalogue:invitations", engagement.slug)
