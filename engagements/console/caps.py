"""The pots of money: how much is in them and until when (R-255). What is reserved already stays reserved."""

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from engagements.console.recording import recorded
from engagements.models import Cap
from mci_portal.accounts.actors import Actor


def change(by: Actor, cap: Cap, now: datetime, *, amount: Decimal, valid_to: date | None) -> Cap:
    """Set amount and last day. A smaller amount takes nothing back; it only refuses new customers.

    Raises ValidationError for an amount that is not positive and a last day in the past; PermissionDenied.
    """
    if amount <= 0:
        raise ValidationError({"amount": _("Give an amount above zero.")})
    with recorded(by, now):
        row: Cap = Cap.objects.select_for_update().get(pk=cap.pk)
        if valid_to != row.valid_to and valid_to is not None and valid_to < max(now.date(), row.valid_from):
            raise ValidationError({"valid_to": _("Choose today or a later day.")})
        row.amount, row.valid_to = amount, valid_to
        row.save(update_fields=("amount", "valid_to"))
    return row
