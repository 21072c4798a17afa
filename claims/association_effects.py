"""What follows a move of use or consume; the same rules as for ``effects``, which it calls."""

from datetime import datetime

from claims import deadlines, effects
from claims.models import Association, Claim, OptOutLink, RejectionReason
from claims.models import association as association_model
from claims.move import Move
from claims.statuses import Status
from mci_portal.accounts.actors import Actor, grants_at
from mci_portal.common import tokens

OPT_OUT_LINK_DAYS = 3 * 365  # the mailed link outlives the review; whether it still decides says the table


def set_association_submitted(move: Move) -> None:
    """T34, T21 of CPOR: the review's target is counted from the hand-in, in business days (R-195)."""
    effects.set_submitted(move)
    if move.claim.round == 1:
        move.claim.review_due_at = _business_days(move, deadlines.CPOR_REVIEW_DAYS)


def set_association_dispute(move: Move) -> None:
    """T25 of CPOR: the second review has five business days (R-195)."""
    effects.set_submitted(move)
    move.claim.dispute_submitted_at = move.now
    move.claim.dispute_review_due_at = _business_days(move, deadlines.CPOR_DISPUTE_REVIEW_DAYS)


def _business_days(move: Move, days: int) -> datetime:
    return deadlines.business_days_after(move.now, days, deadlines.calendar_at(move.claim.location.country, move.now))


def set_rejected_for_silence(move: Move) -> None:
    """T23, T31: no answer in fourteen business days (C-23). In the second round it is final."""
    if move.claim.round == 1:
        effects.set_rejected(move)
    reasons = [RejectionReason.NO_RESPONSE.value]
    move.data["event"] = {"reasons": reasons}
    move.data["mail"] = {"reasons": reasons}


def set_location(move: Move) -> None:
    """R-225: the partner may mend the location while the reviewer waits for him. A stand-in goes along if he works
    there as well. An owner who does not gives the claim to who moved it, for no open claim is left without (R-007)."""
    claim, location = move.claim, move.data.get("location")
    if location is None:
        return
    claim.location = location
    there = set(grants_at(claim.partner_id, location.pk).values_list("user_id", flat=True))
    if claim.owner_id not in there:
        claim.owner = move.by.user
    if claim.stand_in_id not in there or claim.stand_in_id == claim.owner_id:
        claim.stand_in = None


def send_opt_out_link(move: Move) -> None:
    """T34: the customer learns of the association and how to end it (R-224). Handed in again, only after his contact
    was changed: then the link that he got first no longer works."""
    claim = move.claim
    if OptOutLink.objects.filter(claim=claim, voided_at=None).exists():
        return
    link = new_opt_out_link(claim, move.by, move.now)
    link.save()
    effects.tell(move, "E17", token_purpose=association_model.PURPOSE, token_nonce=link.nonce)


def new_opt_out_link(claim: Claim, by: Actor, now: datetime) -> OptOutLink:
    """Unsaved: to the customer's present contact."""
    nonce = tokens.new_nonce()
    return OptOutLink(
        claim=claim,
        partner_id=claim.partner_id,
        nonce=nonce,
        digest=tokens.digest(tokens.value(association_model.PURPOSE, nonce)),
        to_name=claim.customer_name,
        to_email=claim.customer_email,
        language=claim.customer_language,
        created_by=by.user,
        created_at=now,
        expires_at=deadlines.due(now, OPT_OUT_LINK_DAYS),
    )


def open_association(move: Move) -> None:
    """T32: what is claimed of the customer. ``data["association"]`` holds the unsaved row."""
    association = move.data["association"]
    association.claim, association.partner_id = move.claim, move.claim.partner_id
    association.save()


def change_association(move: Move) -> None:
    """R-225: products added or dropped. ``data["products"]`` holds the columns to write."""
    association = move.claim.association
    for name, value in move.data.get("products", {}).items():
        setattr(association, name, value)
    association.save()


def record_opt_out(move: Move) -> None:
    """T35, T36: who ended it, when, from where, having read which text."""
    link: OptOutLink = move.data["link"]
    effects.keep_recorded(move)
    for name, value in move.data["record"].items():
        setattr(link, name, value)
    link.recorded = move.data.get("recorded")
    link.used_at = move.now
    link.save()
    end_association(move)


def end_association(move: Move) -> None:
    """An association that was approved ends today; one that was not never began."""
    if move.from_status == Status.APPROVED:
        Association.objects.filter(claim=move.claim).update(ended_on=move.now.date())
