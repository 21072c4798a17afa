"""New rates of an engagement, from a day on (R-047)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.queries import touched
from engagements.console import rates
from engagements.models import Engagement, Market
from engagements.pages.console import crumbs
from engagements.pages.console.fields import AmountField
from engagements.pages.console.telling import tell
from engagements.pages.console.verdicts import judge
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField, LineField


class RatesForm(forms.Form):
    valid_from = DayField(
        label=gettext_lazy("Valid from"),
        help_text=gettext_lazy("Consents from this day on get these rates. The present ones end the day before."),
    )
    source = LineField(label=gettext_lazy("Source"), max_length=200, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for market in Market.values:
            self.fields[market] = AmountField(label=_("Market %(market)s") % {"market": market})
        self.order_fields(["valid_from", *Market.values, "source"])


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR)
def add_rates(request, slug: str):
    """Amounts for all markets at once; a past version is never edited."""
    engagement = get_object_or_404(Engagement, slug=slug)
    form = RatesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed, now = form.cleaned_data, database_now()
        amounts = {market: typed[market] for market in Market.values}
        try:
            rates.add(request.actor, engagement, typed["valid_from"], amounts, now, source=typed["source"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            judge(now, [engagement.pk])
            tell(now, [engagement.pk])
            messages.success(request, _("The new rates are planned."))
            return redirect("operator_catalogue:engagement", slug)
    context = {
        "form": form,
        "engagement": engagement,
        "touched": touched.by_engagement([slug]).get(slug),
        "crumbs": crumbs(
            (_("Engagements"), reverse("operator_catalogue:engagements")),
            (engagement.name, reverse("operator_catalogue:engagement", args=[slug])),
            (_("New rates"), ""),
        ),
    }
    return render(request, "operator/rates.html", context, status=422 if form.errors else 200)
