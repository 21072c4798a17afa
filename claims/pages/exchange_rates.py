"""The operator's monthly exchange rates, with who set which when (R-250)."""

from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import exchange
from claims.models import ExchangeRate
from claims.queries.earnings import month
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import ListState

SORT = ("-month", "currency", "-id")


class RateForm(forms.Form):
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(code, code) for code in exchange.CURRENCIES])
    month = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("Month"),
        help_text=gettext_lazy("Year and month, such as 2026-12."),
        widget=forms.TextInput(attrs={"type": "month", "autocomplete": "off"}),
    )
    rate = forms.DecimalField(
        label=gettext_lazy("For one US dollar"),
        max_digits=16,
        decimal_places=6,
        localize=True,  # with the reader's decimal comma or point
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean_month(self) -> date:
        return date.fromisoformat(f"{self.cleaned_data['month']}-01")


@access(Rule.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def rates(request: HttpRequest) -> HttpResponse:
    """GET lists all that were ever set, the latest month first; POST sets one."""
    form = RateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            exchange.set_rate(by=request.actor, now=database_now(), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The exchange rate is set."))
            return redirect("exchange:rates")
    state = ListState.read(request, sorts={"month": SORT}, default_sort="month")
    later = ExchangeRate.objects.filter(currency=OuterRef("currency"), month=OuterRef("month"), pk__gt=OuterRef("pk"))
    page = paging.page(ExchangeRate.objects.annotate(replaced=Exists(later)), state.order, state.cursor, state.per_page)
    context = {
        "crumbs": [(_("Operator console"), reverse("operator:home")), (_("Exchange rates"), "")],
        "form": form,
        "rows": [{"rate": row, "month": month(row.month), "value": exchange.plain(row)} for row in page.rows],
        "pager": state.pager(page),
    }
    status = 422 if form.errors else 200
    return answer(request, "claims/exchange_rates.html", context, parts=("rows",), status=status)
