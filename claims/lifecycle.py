"""The one door through which a claim changes. ``perform`` is the only writer of ``Claim.status`` but for the sweep.

Its order never varies: lock the row, read the clock, check who, check the state, check the deadline, check the
guards, change the columns, save, append the history line, run the effects, write the messages, commit.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from claims import deadlines, effects
from claims.actions import INTERNAL, Action
from claims.models import Claim, ClaimEvent
from claims.move import Move
from claims.statuses import TERMINAL, Status
from claims.transitions import CLOCK_ROWS, ROWS, Row, Who, row_for
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.locking import locked_out_as_conflict


class NotPermitted(PermissionDenied):
    """The right claim, the wrong person: a page answers 403."""


class Refused(Conflict):
    """The claim is not where this is possible, or a guard said no: a page answers 409 with the sentence."""


class Changed(Refused):
    """Somebody changed the claim after the page was loaded (F04)."""


class Taken(Refused):
    """Another claim already holds what this one needs: the database's unique rules said so."""


@dataclass(frozen=True)
class Offer:
    """One action that is open to this actor here; ``refusal`` says why not just now, or is empty."""

    action: Action
    refusal: str

    @property
    def label(self) -> str:
        return self.action.label


def perform(
    claim: Claim, action: Action, by: Actor, now: datetime | None = None, *, version: int | None = None, **data
) -> Claim:
    """Carry ``action`` out and return the changed claim.

    ``now`` None = the database's clock, read after the lock. ``version`` is the one the page was drawn from.
    ``data`` is what the action needs, see ``effects``. Raises NotPermitted (403) or Refused (409); then
    nothing at all was written (P05).
    """
    with locked_out_as_conflict(), transaction.atomic():
        locked = Claim.objects.select_for_update(of=("self",)).select_related("engagement", "location").get(pk=claim.pk)
        move = Move(locked, action, by, now or database_now(), data, from_status=locked.status)
        if not permitted(locked, action, by):
            raise NotPermitted
        if version is not None and version != locked.version:
            raise Changed(_("This claim changed while the page was open. Please look at it again."))
        refusal = _state_refusal(locked, action, move.now)
        if refusal:
            raise Refused(refusal)
        row = row_for(locked, action)
        for guard in row.guards:
            if sentence := guard(move):
                raise Refused(sentence)
        _carry_out(row, move)
        return locked


def begin(claim: Claim, action: Action, by: Actor, now: datetime, **data) -> Claim:
    """T01, T02: save a new claim and start its clock. ``intake`` has checked what may be claimed.

    Raises Taken when an open claim of this partner for the pair exists already (P19).
    """
    row = ROWS[action][0]
    move = Move(claim, action, by, now, data)
    with transaction.atomic():
        _carry_out(row, move)
        claim.refresh_from_db(fields=("number",))
    return claim


def _carry_out(row: Row, move: Move) -> None:
    claim = move.claim
    if row.target:
        claim.status = row.target
    for change in row.sets:
        change(move)
    claim.due_at = deadlines.live(claim)
    claim.closed_at = move.now if claim.status in TERMINAL else None
    claim.updated_at = move.now
    claim.version += 1
    move.seq = claim.version
    try:
        with transaction.atomic():
            claim.save()
    except IntegrityError as error:
        raise _taken(error) from error
    _append_history(move)
    for effect in row.effects:
        effect(move)
    if row.voids:
        effects.void_links(move, row.voids)
    for kind in row.mails:
        effects.tell(move, kind)


def _append_history(move: Move) -> None:
    claim = move.claim
    if claim.number is None or not isinstance(claim.number, int):
        claim.refresh_from_db(fields=("number",))  # given by the database's sequence
    ClaimEvent.objects.create(
        claim=claim,
        partner_id=claim.partner_id,
        seq=move.seq,
        action=move.action,
        from_status=move.from_status,
        to_status=claim.status,
        actor_kind=move.by.kind.value,
        actor=move.by.user,
        actor_name=move.by.name,
        actor_role=move.by.role,
        address=move.by.address,
        at=move.now,
        note=move.data.get("note", ""),
        internal=move.action in INTERNAL,
        data=move.data.get("event", {}),
    )


def _taken(error: IntegrityError) -> Exception:
    text = str(error)
    if "one_consented_claim_per_customer_engagement" in text:
        return Taken(_("This customer has already agreed to this engagement with a partner."))
    if "one_open_claim_per_partner_customer_engagement" in text:
        return Taken(_("There is already an open claim for this customer and engagement."))
    return error


# --- who ------------------------------------------------------------------------------------------------------------


def permitted(claim: Claim, action: Action, by: Actor) -> bool:
    """May this actor ever do this to this claim? Says nothing of the claim's state."""
    rows = [row for row in ROWS[action] if row.is_for(claim)]
    return bool(rows) and _is(rows[0].who, claim, by)


def _is(who: Who, claim: Claim, by: Actor) -> bool:
    member = by.kind is Kind.PARTNER and by.partner_id == claim.partner_id and by.works_on_incentives
    partner = member and by.works_at(claim.location_id)
    assigned = by.kind is Kind.REVIEWER and by.user_id is not None and by.user_id == claim.reviewer_id
    return {
        Who.PARTNER: partner,
        Who.CUSTOMER: by.kind is Kind.CUSTOMER,
        Who.CUSTOMER_OR_LEAD: by.kind is Kind.CUSTOMER or by.lead,
        Who.CLOCK: by.kind is Kind.CLOCK,
        Who.REVIEWER: by.kind is Kind.REVIEWER,
        Who.ASSIGNED: assigned,
        Who.ASSIGNED_OR_LEAD: assigned or by.lead,
        Who.PARTNER_OR_COLLEAGUE: partner or by.kind is Kind.COLLEAGUE,
        Who.PARTNER_OR_ASSIGNED: partner or assigned,
        Who.SUBMITTER: partner and (settings.CPOR_USERS_SUBMIT or by.administers(claim.location_id)),
        Who.INCENTIVES_ADMIN: partner and by.administers(claim.location_id),
        Who.LEAD: by.lead,
        Who.PARTNER_ADMIN: by.kind is Kind.PARTNER
        and by.partner_id == claim.partner_id
        and (by.looks_after_members or by.administers(claim.location_id)),
    }[who]


# --- what is possible now -------------------------------------------------------------------------------------------


def effective_status(claim: Claim, now: datetime) -> str:
    """What the claim's status is by the clock, even when the sweep is late (R-271)."""
    if deadlines.is_past(claim.due_at, now):
        row = next((row for row in CLOCK_ROWS if row.applies_to(claim)), None)
        if row is not None:
            return row.target
    return claim.status


def available(claim: Claim, by: Actor, now: datetime) -> dict[str, Offer]:
    """What this actor may do here, by action code, each with the sentence that refuses it for the moment, or "".

    Actions of another place in the life cycle are left out; those the clock has closed are left out too. The
    page draws its buttons from this, ``perform`` refuses with the same sentence.
    """
    offers: dict[str, Offer] = {}
    for action in Action:
        row = row_for(claim, action)
        if row is None or row.who is Who.CLOCK or not _is(row.who, claim, by):
            continue
        if _state_refusal(claim, action, now):
            continue
        move = Move(claim, action, by, now, from_status=claim.status)
        refusal = next((sentence for guard in row.guards if (sentence := guard(move))), "")
        offers[action.value] = Offer(action, refusal)
    return offers


def _state_refusal(claim: Claim, action: Action, now: datetime) -> str:
    """Why this action does not fit the claim's status or its clock, or an empty string."""
    status = Status(claim.status)
    if action is Action.EXPIRE:
        if not deadlines.is_past(claim.due_at, now):
            return _("This claim is not overdue.")
    elif deadlines.is_past(claim.due_at, now) and action is not Action.NOTE_BOUNCE:
        status = Status(effective_status(claim, now))
        return _("Not possible any more: the time ran out and the claim is “{status}”.").format(status=status.label)
    if row_for(claim, action) is None:
        return _("“{action}” is not possible while the claim is “{status}”.").format(
            action=action.label, status=status.label
        )
    return ""
