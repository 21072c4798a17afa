"""A lead reviewer or operator records a customer's answer for him, with evidence (requirements section 22).

The same rows of the table, the same clocks and the same mails as for the customer's own click; the record says who
entered it, when the customer said so, and from which document.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from claims import evidence, intake, lifecycle, obstacles
from claims.actions import Action
from claims.association_effects import new_opt_out_link
from claims.effects import new_consent_request
from claims.models import Claim, ConsentRequest, OptOutLink, RecordedAnswer
from customers.models import Customer
from mci_portal.accounts.actors import Actor
from mci_portal.common.clock import database_now
from mci_portal.common.locking import locked_out_as_conflict

ACTIONS = (Action.ACCEPT, Action.DECLINE, Action.WITHDRAW, Action.OPT_OUT)
TEXT_VERSION = "recorded"
DECISIONS = {Action.ACCEPT: ConsentRequest.Decision.ACCEPTED, Action.DECLINE: ConsentRequest.Decision.DECLINED}


@dataclass(frozen=True)
class Said:
    """What the customer said: who of them, on which day, and how it reached Microsoft."""

    customer_name: str
    given_on: date
    channel: str
    reason: str = ""
    reason_shared: bool = False


def record(
    claim: Claim,
    action: Action,
    by: Actor,
    said: Said,
    file: BinaryIO,
    name: str,
    now: datetime | None = None,
    version: int | None = None,
) -> Claim:
    """T06, T07, T13, T35, T36 on behalf of the customer; ``file`` is the evidence.

    Raises NotPermitted and Refused as the table says, Refused with the first reason where an acceptance cannot take
    effect, ValidationError at its field for a day that cannot be and for a file that we do not take.
    """
    if action not in ACTIONS or not by.lead or not lifecycle.permitted(claim, action, by):
        raise lifecycle.NotPermitted
    now = now or database_now()
    if not claim.created_at.date() <= said.given_on <= now.date():
        raise ValidationError({"given_on": _("Enter a day between the beginning of the claim and today.")})
    try:
        facts, key = evidence.keep(file, name, by)
    except ValidationError as refusal:
        raise ValidationError({"evidence": refusal.messages}) from None
    row = RecordedAnswer(
        claim=claim,
        partner_id=claim.partner_id,
        action=action,
        given_on=said.given_on,
        channel=said.channel,
        key=key,
        recorded_by=by.user,
        recorded_by_name=by.name,
        **facts,
    )
    try:
        return _carry_out(claim, action, by, said, row, now, version)
    except BaseException:
        evidence.drop(key)
        raise


def _carry_out(claim, action, by, said: Said, row: RecordedAnswer, now: datetime, version: int | None) -> Claim:
    shared = said.reason if said.reason_shared else ""
    told = {"recorded_by": by.name, "recorded_on": said.given_on.isoformat(), "recorded_channel": said.channel}
    with locked_out_as_conflict(), transaction.atomic():
        # One customer at a time, as when he answers himself (P18).
        Customer.objects.select_for_update().get(pk=claim.customer_id)
        claim = Claim.objects.select_for_update(of=("self",)).select_related("engagement", "location").get(pk=claim.pk)
        if action is Action.ACCEPT:
            if reasons := intake.obstacles_to_consent(claim, now):
                said_why = _("The acceptance cannot take effect: {reason}").format(reason=reasons[0].sentence)
                raise lifecycle.Refused(said_why)
            obstacles.release(claim.engagement, claim.customer_id, now)
        return lifecycle.perform(
            claim,
            action,
            by,
            now,
            version=version,
            recorded=row,
            record=_record(action, said),
            note=shared,
            mail={"reason": shared} | told,
            event={"on_behalf_of": said.customer_name, "sha256": row.sha256} | told,
            **_link(claim, action, by, now),
        )


def _record(action: Action, said: Said) -> dict:
    """The columns of the request or the link. No words were shown to anybody, so none are kept."""
    columns = {
        "typed_name": said.customer_name,
        "text_version": TEXT_VERSION,
        "reason": said.reason,
        "reason_shared": said.reason_shared,
    }
    return columns | ({"decision": DECISIONS[action]} if action in DECISIONS else {})


def _link(claim: Claim, action: Action, by: Actor, now: datetime) -> dict:
    """What the answer is kept on: the live request or link if there is one, the accepted one, or one made for it."""
    if action is Action.OPT_OUT:
        links = OptOutLink.objects.filter(claim=claim, voided_at=None, used_at=None, expires_at__gt=now)
        return {"link": links.first() or new_opt_out_link(claim, by, now)}
    asked = ConsentRequest.objects.filter(claim=claim, voided_at=None)
    if action is Action.WITHDRAW:
        return {"request": asked.filter(decision=ConsentRequest.Decision.ACCEPTED).first()}
    return {"request": asked.filter(used_at=None, expires_at__gt=now).first() or new_consent_request(claim, by, now)}
