"""The pots of money that engagements are paid from (R-255)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from engagements.console import caps
from engagements.models import Cap
from engagements.pages.console import crumbs
from engagements.pages.console.fields import for_reader
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField


@require_safe
@access(Rule.OPERATOR, readers=Rule.FINANCE)
def caps_list(request):
    rows = Cap.objects.prefetch_related("engagements")
    return render(request, "operator/caps.html", {"rows": rows, "crumbs": crumbs((_("Caps"), ""))})


class CapForm(forms.Form):
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        max_digits=14,
        decimal_places=2,
        min_value=0,
        localize=True,  # with the reader's decimal comma or point
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    valid_to = DayField(label=gettext_lazy("Last day"), required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.FINANCE)
def cap(request, slug: str):
    """``slug`` is the cap's code. What is reserved already stays reserved, whatever the new amount."""
    found = get_object_or_404(Cap, code=slug)
    initial = {"amount": found.amount, "valid_to": found.valid_to}
    form = CapForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            caps.change(request.actor, found, database_now(), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The cap is changed."))
            return redirect("operator_catalogue:caps")
    context = {
        "form": for_reader(form, request.actor),
        "cap": found,
        "crumbs": crumbs((_("Caps"), reverse("operator_catalogue:caps")), (found.name, "")),
    }
    return render(request, "operator/cap.html", context, status=422 if form.errors else 200)
