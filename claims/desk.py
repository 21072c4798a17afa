"""A reviewer's desk: drafts of a decision, the checklist of a round, and how far a claim was read. Pages call it.

Nothing here changes the claim or its history; ``desk_effects`` clears the desk when a decision is made.
"""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from claims import associations, lifecycle, review
from claims.actions import Action
from claims.models import Claim, Kind, ReviewCheck, ReviewDraft, ReviewMark
from claims.transitions import row_for
from mci_portal.accounts.actors import Actor
from mci_portal.common.clock import database_now
from mci_portal.common.text import clean_line

Part = ReviewDraft.Part
Checks = Mapping[int, tuple[str, str]]  # requirement id -> verdict and note, each possibly ""
# A half-written decision is kept for whoever may make it, and no longer than it may be made.
MEANT_FOR = {
    Part.APPROVE: Action.APPROVE,
    Part.ISSUES: Action.REQUEST_ACTION,
    Part.REJECT: Action.REJECT,
    Part.NOTE: Action.WRITE_NOTE,
}
MOST_CHARACTERS = 60_000
LONGEST_NOTE = 500


def save_draft(
    claim: Claim,
    by: Actor,
    part: str,
    fields: Mapping[str, list[str]],
    version: int,
    checks: Checks | None = None,
    now: datetime | None = None,
) -> ReviewDraft:
    """Keep one form as it was typed, in place of what was kept of it before; ``checks`` go to the round's checklist.

    ``version`` is the claim's as the page showed it. Raises NotPermitted (403) for who may not decide, Refused
    (409) once it is decided, BadRequest for more text than the form takes.
    """
    if sum(len(value) for values in fields.values() for value in values) > MOST_CHARACTERS:
        raise BadRequest(_("This is more text than the form takes."))
    action = MEANT_FOR[Part(part)]
    with transaction.atomic():
        # Locked, so that a draft sent late does not outlive the decision.
        locked = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
        if not lifecycle.permitted(locked, action, by):
            raise lifecycle.NotPermitted
        if row_for(locked, action) is None:
            raise lifecycle.Refused(_("The claim is decided, so there is nothing to draft any more."))
        now = now or database_now()
        if checks:
            keep_checks(locked, by, checks, now)
        kept = {name: [_storable(value) for value in values] for name, values in fields.items()}
        draft, _made = ReviewDraft.objects.update_or_create(
            claim=locked,
            reviewer_id=by.user_id,
            round=locked.round,
            part=part,
            defaults={"fields": kept, "version": min(version, locked.version), "saved_at": now},
        )
    return draft


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL character."""
    return text.replace("\x00", "")


def drafts(claim: Claim, by: Actor) -> dict[str, ReviewDraft]:
    """What ``by`` has half-written in this round, by part. One query."""
    mine = ReviewDraft.objects.filter(claim=claim, reviewer_id=by.user_id, round=claim.round)
    return {draft.part: draft for draft in mine}


def approve(claim: Claim, by: Actor, checks: Checks, text: str, version: int, now: datetime | None = None) -> Claim:
    """T18, T28 with the checklist that led to it, in one transaction."""
    decide = associations.approve if claim.kind == Kind.CPOR else review.approve
    with transaction.atomic():
        changed = decide(claim, by, now, version=version, text=text)
        keep_checks(changed, by, checks, changed.updated_at)
    return changed


def comment(claim: Claim, by: Actor, text: str, internal: bool, now: datetime | None = None) -> Claim:
    """R-178: the comment or note is written, so its draft goes."""
    with transaction.atomic():
        changed = review.comment(claim, by, text, now, internal=internal)
        ReviewDraft.objects.filter(claim=claim, reviewer_id=by.user_id, part=Part.NOTE).delete()
    return changed


# --- the checklist --------------------------------------------------------------------------------------------------


def keep_checks(claim: Claim, by: Actor, checks: Checks, now: datetime) -> None:
    """Write what was found in this round; what did not change keeps who found it and when. At most two queries."""
    before = {
        check.requirement_id: (check.verdict, check.note)
        for check in ReviewCheck.objects.filter(claim=claim, round=claim.round)
    }
    changed = [
        ReviewCheck(
            claim=claim,
            round=claim.round,
            requirement_id=requirement,
            verdict=verdict if verdict in ReviewCheck.Verdict.values else "",
            note=_note(note),
            by_id=by.user_id,
            checked_at=now,
        )
        for requirement, (verdict, note) in checks.items()
        if before.get(requirement, ("", "")) != (verdict, _note(note))
    ]
    ReviewCheck.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=("claim", "round", "requirement"),
        update_fields=("verdict", "note", "by", "checked_at"),
    )


def _note(text: str) -> str:
    """A half-typed note that could not be sent is not kept, rather than refusing the rest."""
    try:
        return clean_line(text)[:LONGEST_NOTE]
    except ValidationError:
        return ""


def checks(claim: Claim) -> dict[int, dict[int, ReviewCheck]]:
    """What every round of review found: round -> requirement id -> check. One query."""
    found: dict[int, dict[int, ReviewCheck]] = {}
    for check in ReviewCheck.objects.filter(claim=claim).select_related("by"):
        found.setdefault(check.round, {})[check.requirement_id] = check
    return found


# --- how far it was read --------------------------------------------------------------------------------------------


def mark(claim: Claim, by: Actor) -> ReviewMark | None:
    """Up to where ``by`` has read the claim; None when he never looked at it."""
    return ReviewMark.objects.filter(claim=claim, reviewer_id=by.user_id).first()


def look(claim: Claim, by: Actor, version: int) -> None:
    """Everything up to ``version``, the claim's as the page showed it, is read. A mark never goes back."""
    seq = min(version, claim.version)
    at = claim.events.filter(seq=seq).values_list("at", flat=True).first() or claim.created_at
    mine = ReviewMark.objects.filter(claim=claim, reviewer_id=by.user_id)
    if not mine.filter(seq__lt=seq).update(seq=seq, at=at):
        new = ReviewMark(claim=claim, reviewer_id=by.user_id, seq=seq, at=at)
        ReviewMark.objects.bulk_create([new], ignore_conflicts=True)
