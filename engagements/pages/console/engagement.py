"""The operator's list of engagements, and one of them with its days, rates and forms (R-034, R-277)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from engagements.availability import availability
from engagements.console import dates, rates
from engagements.models import Engagement, EvidenceRequirement, Market
from engagements.pages.console import crumbs
from engagements.pages.console.fields import for_reader
from engagements.pages.console.verdicts import judge
from engagements.queries import matching
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField
from mci_portal.common.lists import ListState


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def engagements(request):
    """``?q=`` part of a present or former name."""
    sorts = {"name": ("name", "id"), "starts": ("starts_on", "id")}
    state = ListState.read(request, sorts=sorts, default_sort="name")
    page = paging.page(Engagement.objects.filter(matching(state.q)), state.order, state.cursor, state.per_page)
    today = database_now().date()
    context = {
        "rows": [{"engagement": one, "state": availability(one, today).label} for one in page.rows],
        "pager": state.pager(page),
        "state": state,
        "name_head": state.head(_("Engagement"), "name"),
        "starts_head": state.head(_("Starts"), "starts"),
        "crumbs": crumbs((_("Engagements"), "")),
    }
    return answer(request, "operator/engagements.html", context, parts=("rows",))


class DatesForm(forms.Form):
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day"), required=False)
    last_claim_on = DayField(
        label=gettext_lazy("Last day to claim customers"),
        required=False,
        help_text=gettext_lazy("Claims that run go on with the deadlines they were given."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def engagement(request, slug: str):
    """POST changes the three days."""
    found = get_object_or_404(Engagement.objects.select_related("type"), slug=slug)
    days = {name: getattr(found, name) for name in DatesForm.base_fields}
    form = DatesForm(request.POST if request.method == "POST" else None, initial=days)
    if form.is_valid():
        now = database_now()
        try:
            dates.change(request.actor, found, now, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            judge(now, [found.pk])
            messages.success(request, _("The days are changed."))
            return redirect("operator_catalogue:engagement", slug)
    requirements = EvidenceRequirement.objects.filter(engagement=found, ended_on=None).prefetch_related("templates")
    context = {
        "engagement": found,
        "form": for_reader(form, request.actor),
        "versions": rates.versions(found),
        "markets": Market.values,
        "requirements": requirements,
        "crumbs": crumbs((_("Engagements"), reverse("operator_catalogue:engagements")), (found.name, "")),
    }
    return render(request, "operator/engagement.html", context, status=422 if form.errors else 200)
