"""Form fields of the console's pages."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.formats import sanitize_separators
from django.utils.translation import gettext as _

from engagements.catalogue.values import NOT_OFFERED
from mci_portal.accounts.actors import Actor


def for_reader(form: forms.Form, by: Actor) -> forms.Form:
    """The same form, filled in but closed for who only reads (R-012)."""
    for field in form.fields.values():
        field.disabled = by.only_reads
    return form


def posted_day(text: str) -> date:
    """The day of a row whose button was pressed. Raises Http404 for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


class AmountField(forms.CharField):
    """Money as the reader's language writes it, or ``n/a`` (None) for a market in which it is not offered."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_length=14, widget=widget, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if text.lower() == NOT_OFFERED:
            return None
        try:
            amount = Decimal(sanitize_separators(text))
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or not 0 <= amount < 10**10 or amount != round(amount, 2):
            raise ValidationError(_("Write an amount such as 5000 or 5000.50, or n/a where it is not offered."))
        return amount
