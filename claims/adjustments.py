"""Corrections of what an earning pays (R-254). The earning itself keeps its amount (P13): each correction is a row.

What a pot of money has paid out (R-255) stays the amount of the claim: an adjustment corrects a payment, it does not
earn anything.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from claims.models import Adjustment, AdjustmentReason, Earning, EarningState
from claims.recipients import copy_to_stand_ins
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.addressees import language_of
from mci_portal.common.errors import Conflict
from mci_portal.common.locking import locked_out_as_conflict
from mci_portal.common.templatetags.ui import money
from mci_portal.outbox import post as outbox

MAIL = "N42"
# A debt is withheld, or what an earlier period paid too much is taken back: that may be more than this earning pays.
TAKES_BACK = frozenset({AdjustmentReason.AR_COMPLIANCE, AdjustmentReason.PREVIOUS_PERIOD})


def adjust(
    earning: Earning, amount: Decimal, reason: str, text: str, by: Actor, now: datetime, *, known: int | None = None
) -> Adjustment:
    """Add ``amount`` (of the earning's currency; negative takes off) to an earning, and tell the partner.

    An earning and its adjustments never come to less than zero, unless the reason is one of TAKES_BACK. ``known`` is
    how many adjustments the operator saw. Raises PermissionDenied for anybody but an operator, ValidationError for
    an amount that is zero or too low, Conflict where the earning is rejected or was adjusted meanwhile. Then nothing
    was written.
    """
    if by.kind is not Kind.OPERATOR or by.user is None:
        raise PermissionDenied(_("Only program operators adjust earnings."))
    with locked_out_as_conflict(), transaction.atomic():
        locked = Earning.objects.select_for_update().get(pk=earning.pk)
        if locked.state == EarningState.REJECTED:
            raise Conflict(_("An earning that is not paid cannot be adjusted."))
        before = list(Adjustment.objects.filter(earning=locked))
        if known is not None and known != len(before):
            raise Conflict(_("The earning was adjusted meanwhile. Look at its adjustments before you add another one."))
        _refuse(amount, reason, locked, total(locked.amount, before))
        made = Adjustment.objects.create(
            earning=locked,
            partner_id=locked.partner_id,
            amount=amount,
            reason=reason,
            text=text,
            actor=by.user,
            actor_name=by.name,
            at=now,
        )
        _tell(made, now)
    return made


def _refuse(amount: Decimal, reason: str, earning: Earning, now_paid: Decimal) -> None:
    if not amount:
        raise ValidationError({"amount": _("Give an amount above or below zero.")})
    if amount < 0 and now_paid + amount < 0 and reason not in TAKES_BACK:
        raise ValidationError(
            {
                "amount": _("For this reason no more than {amount} can be taken off.").format(
                    amount=money(max(now_paid, Decimal(0)), earning.currency)
                )
            }
        )


def total(amount: Decimal, adjustments: Iterable[Adjustment]) -> Decimal:
    """What an earning of ``amount`` pays with its adjustments."""
    return amount + sum((one.amount for one in adjustments), Decimal(0))


def sum_of(earning: Earning) -> Decimal | None:
    """The sum of the earning's adjustments; None where there is none. One query."""
    found: Decimal | None = Adjustment.objects.filter(earning=earning).aggregate(sum=Sum("amount"))["sum"]
    return found


def _tell(made: Adjustment, now: datetime) -> None:
    claim = made.earning.claim
    outbox.post(
        MAIL,
        audience="partner",
        dedup_key=f"{claim.topic}:{MAIL}:{made.pk}",
        now=now,
        to_email=claim.partner_email,
        to_name=claim.partner_name,
        language=language_of(claim.partner_email, claim.owner_id),
        topic=claim.topic,
        partner_id=claim.partner_id,
        location_id=claim.location_id,
        context={"adjustment": made.pk},
    )
    if claim.stand_in_id:
        copy_to_stand_ins([claim.pk], now)
