"""What a move does to the reviewer's desk (see ``desk``), as rows in the same transaction."""

from claims.models import ReviewDraft, ReviewMark
from claims.move import Move
from claims.statuses import TERMINAL


def first_look(move: Move) -> None:
    """T16: what is there when the claim is taken is not called new later; an earlier mark stays where it is."""
    new = ReviewMark(claim=move.claim, reviewer_id=move.by.user_id, seq=move.seq, at=move.now)
    ReviewMark.objects.bulk_create([new], ignore_conflicts=True)


def clear_desk(move: Move) -> None:
    """A decision: it was read up to here, and what was drafted of any decision goes.

    A note that was not sent stays until the claim is closed.
    """
    drafts = ReviewDraft.objects.filter(claim=move.claim)
    if move.claim.status not in TERMINAL:
        drafts = drafts.exclude(part=ReviewDraft.Part.NOTE)
    drafts.delete()
    ReviewMark.objects.bulk_create(
        [ReviewMark(claim=move.claim, reviewer_id=move.by.user_id, seq=move.seq, at=move.now)],
        update_conflicts=True,
        unique_fields=("claim", "reviewer"),
        update_fields=("seq", "at"),
    )
