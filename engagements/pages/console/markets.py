"""Which market a country belongs to (R-043, C-28)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from engagements.console import markets
from engagements.models import ANY_COUNTRY, Market, MarketCountry
from engagements.pages.console import crumbs
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField
from mci_portal.common.lists import ListState


class MarketForm(forms.Form):
    country = forms.RegexField(
        r"^([A-Z]{2}|\*)$",
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("Two capital letters such as US, or * for all countries without an entry."),
    )
    market = forms.ChoiceField(label=gettext_lazy("Market"), choices=Market.choices)
    valid_from = DayField(label=gettext_lazy("Valid from"))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def country_markets(request):
    """``?q=`` a country's two letters. POST gives a country a market from a day on."""
    form = MarketForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            markets.assign(request.actor, now=database_now(), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            # Who may earn changes on that day at the earliest, and is judged then by the daily job.
            messages.success(request, _("The market is set."))
            return redirect("operator_catalogue:markets")
    state = ListState.read(request, sorts={"country": ("country", "-valid_from")}, default_sort="country")
    rows = MarketCountry.objects.filter(country__iexact=state.q) if state.q else MarketCountry.objects.all()
    page = paging.page(rows, ["country", "-valid_from", "id"], state.cursor, state.per_page)
    context = {
        "form": form,
        "rows": page.rows,
        "any_country": ANY_COUNTRY,
        "pager": state.pager(page),
        "state": state,
        "crumbs": crumbs((_("Markets"), "")),
    }
    status = 422 if form.errors else 200
    return answer(request, "operator/markets.html", context, parts=("rows",), status=status)
