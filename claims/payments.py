"""The way of an earning to its payment (R-251): moved by operators, planned by the clock, never by a partner.

The operator's page and the periodic job call it. Amounts are none of its business: they never change (P13).
"""

import re
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from claims import exchange
from claims.caps import GIVEN_BACK, cannot_return
from claims.earning_states import NEXT, WITH_PAYMENT_ID
from claims.models import Earning, EarningEvent, EarningState
from eligibility.models import PayeeStatus
from mci_portal.accounts.actors import CLOCK, Actor, Kind
from mci_portal.common.errors import Conflict
from mci_portal.common.locking import locked_out_as_conflict

PAYMENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")


def advance(earning: Earning, state: str, by: Actor, now: datetime, payment_id: str = "") -> Earning:
    """Move an earning on to ``state`` and write the line of its history; returns the changed earning.

    ``payment_id`` names the payment from "In progress" on; left empty it stays what it was. Raises PermissionDenied
    for anybody but an operator, Conflict where the state may not follow or a cap cannot bear it again, ValidationError
    for a payment ID that is missing or not one. Then nothing was written.
    """
    if by.kind is not Kind.OPERATOR:
        raise PermissionDenied(_("Only program operators move earnings."))
    with locked_out_as_conflict(), transaction.atomic():
        locked = Earning.objects.select_for_update().get(pk=earning.pk)
        if state not in NEXT[locked.state]:
            raise Conflict(
                _("“{next}” cannot follow “{state}”.").format(
                    next=EarningState(state).label if state in EarningState.values else state,
                    state=EarningState(locked.state).label,
                )
            )
        if locked.state in GIVEN_BACK and cannot_return(locked.claim, now):
            raise Conflict(
                _("A cap of this engagement was used up meanwhile: what was taken back cannot be paid again.")
            )
        locked.payment_id = _payment_id(payment_id or locked.payment_id, state)
        _move(locked, state, by, now)
        if state == EarningState.SENT:
            exchange.freeze(locked, now)
    return locked


def _payment_id(value: str, state: str) -> str:
    value = value.strip()
    if not value and state in WITH_PAYMENT_ID:
        raise ValidationError(_("Enter the payment ID: the partner finds his payment by it."), code="required")
    if value and not PAYMENT_ID.fullmatch(value):
        raise ValidationError(_("A payment ID has up to 40 letters, digits, points, slashes and hyphens."))
    return value


def _move(earning: Earning, state: str, by: Actor, now: datetime) -> None:
    EarningEvent.objects.create(
        earning=earning,
        partner_id=earning.partner_id,
        from_state=earning.state,
        to_state=state,
        payment_id=earning.payment_id,
        actor=by.user,
        actor_name=by.name,
        at=now,
    )
    earning.state = state
    earning.save(update_fields=("state", "payment_id"))


def advance_due(now: datetime) -> int:
    """Plan what is to be paid next month or earlier: Unprocessed to Upcoming; returns how many. Safe to repeat.

    An earning whose location cannot be paid yet stays Unprocessed, whatever its month (R-051, R-056).
    """
    payable = {"bank_status": PayeeStatus.APPROVED, "tax_status": PayeeStatus.APPROVED}
    due = Earning.objects.filter(
        state=EarningState.UNPROCESSED,
        estimated_payment_on__lt=_month_after_next(now.date()),
        **{f"claim__location__payee__{column}": value for column, value in payable.items()},
    )
    moved = 0
    for pk in due.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            earning = Earning.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if earning is not None and earning.state == EarningState.UNPROCESSED:
                _move(earning, EarningState.UPCOMING, CLOCK, now)
                moved += 1
    return moved


def _month_after_next(today: date) -> date:
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (next_month + timedelta(days=32)).replace(day=1)
