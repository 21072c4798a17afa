"""The deadlines of an engagement type, now and from a day on (section 19, R-277)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.queries import touched
from engagements import terms
from engagements.catalogue.layout import DAY_COUNTS
from engagements.console import terms as console_terms
from engagements.models import DayCounts, Engagement, EngagementType
from engagements.pages.console import crumbs
from engagements.pages.console.fields import posted_day
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField
from mci_portal.common.languages import said

LONGEST = 30_000  # days, as in the catalogue file


def _days(label) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=LONGEST)


class TermsForm(forms.Form):
    valid_from = DayField(
        label=gettext_lazy("Valid from"), help_text=gettext_lazy("Claims created from this day on get these deadlines.")
    )
    consent_days = _days(gettext_lazy("Days for the consent"))
    submit_days = _days(gettext_lazy("Days to submit"))
    review_days = _days(gettext_lazy("Days until the review ends"))
    dispute_days = _days(gettext_lazy("Days to dispute"))
    dispute_review_days = _days(gettext_lazy("Days for the review of a dispute"))


def cells(row: DayCounts) -> list[int]:
    """The five counts in the order of the heads of the tables."""
    return [getattr(row, name) for name in DAY_COUNTS]


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def type_terms(request, slug: str):
    """``slug`` is the type's code. POST plans a set;
    POST ``withdraw`` (its first day) takes back one that has not begun, 409 where it has."""
    kind = get_object_or_404(EngagementType.objects.prefetch_related("terms"), code=slug)
    now = database_now()
    if request.method == "POST" and "withdraw" in request.POST:
        console_terms.take_back(request.actor, kind, posted_day(request.POST["withdraw"]), now)
        messages.success(request, _("The deadlines to come are taken back."))
        return redirect("operator_catalogue:type", slug)
    present, later = terms.now_and_later(kind, now.date())
    form = TermsForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(present, name) for name in DAY_COUNTS},
    )
    if form.is_valid():
        days = dict(form.cleaned_data)
        try:
            console_terms.plan(request.actor, kind, days.pop("valid_from"), days, now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The new deadlines are planned."))
            return redirect("operator_catalogue:type", slug)
    slugs = list(Engagement.objects.filter(type=kind).values_list("slug", flat=True))
    past = [row for row in kind.terms.all() if row.valid_from <= now.date()]
    context = {
        "kind": kind,
        "form": form,
        "sets": [
            {"from": row.valid_from, "cells": cells(row), "planned": row in later} for row in reversed([*past, *later])
        ]
        + [{"from": None, "cells": cells(kind), "planned": False}],
        "touched": touched.altogether(slugs),
        "crumbs": crumbs((_("Deadlines and reasons"), reverse("operator_catalogue:fixed")), (said(kind.name), "")),
    }
    return render(request, "operator/type.html", context, status=422 if form.errors else 200)
