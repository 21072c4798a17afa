"""What a claim of each status has behind it: the actions that led there and the days between them."""

from dataclasses import asdict, dataclass

from claims.actions import Action
from claims.statuses import Status

A, S = Action, Status
ASKED = ((A.ADD_CUSTOMER, S.CUSTOMER_CLAIMED), (A.SEND_CONSENT, S.AWAITING_CONSENT))
AGREED = (*ASKED, (A.ACCEPT, S.CONSENT_RECEIVED))
HANDED_IN = (*AGREED, (A.SUBMIT, S.SUBMITTED))
REVIEWED = (*HANDED_IN, (A.START_REVIEW, S.UNDER_REVIEW))
REFUSED = (*REVIEWED, (A.REJECT, S.REJECTED))
DISPUTED = (*REFUSED, (A.DISPUTE, S.DISPUTED))
AGAIN = (*DISPUTED, (A.SUBMIT, S.SUBMITTED), (A.START_REVIEW, S.UNDER_REVIEW))


@dataclass(frozen=True)
class Shape:
    """``weight``: how many of a thousand claims. ``running``: the term whose clock runs, counted from the anchor.

    ``waited``: the term that ran out before the claim closed. ``created`` to ``dispute_submitted``: days before the
    anchor (after it where negative); None = it never came to that.
    """

    status: Status
    weight: int
    path: tuple[tuple[Action, Status], ...]
    running: str = ""
    waited: str = ""
    created: float = 0
    consented: float | None = None
    submitted: float | None = None
    rejected: float | None = None
    disputed: float | None = None
    dispute_submitted: float | None = None
    reviewed: bool = False


SHAPES = (
    Shape(S.CUSTOMER_CLAIMED, 60, ASKED[:1], running="consent"),
    Shape(S.AWAITING_CONSENT, 90, ASKED, running="consent"),
    Shape(S.CONSENT_RECEIVED, 110, AGREED, running="submit", created=4, consented=0),
    Shape(S.SUBMITTED, 40, HANDED_IN, created=30, consented=25, submitted=0),
    Shape(S.UNDER_REVIEW, 20, REVIEWED, created=32, consented=27, submitted=2, reviewed=True),
    Shape(S.ACTION_REQUIRED, 25, (*REVIEWED, (A.REQUEST_ACTION, S.ACTION_REQUIRED)), running="action",
          created=36, consented=31, submitted=6, reviewed=True),
    Shape(S.REJECTED, 20, REFUSED, running="dispute", created=40, consented=35, submitted=8, rejected=0,
          reviewed=True),
    Shape(S.DISPUTED, 10, DISPUTED, running="dispute", created=40, consented=35, submitted=8, rejected=0, disputed=-3,
          reviewed=True),
    Shape(S.CONSENT_DECLINED, 40, (*ASKED, (A.DECLINE, S.CONSENT_DECLINED)), created=6),
    Shape(S.CONSENT_EXPIRED, 70, (*ASKED, (A.EXPIRE, S.CONSENT_EXPIRED)), waited="consent"),
    Shape(S.CONSENT_REJECTED, 10, (*AGREED, (A.WITHDRAW, S.CONSENT_REJECTED)), created=9, consented=5),
    Shape(S.CANCELED, 40, (*ASKED[:1], (A.CANCEL, S.CANCELED)), created=3),
    Shape(S.NOT_SUBMITTED_EXPIRED, 45, (*AGREED, (A.EXPIRE, S.NOT_SUBMITTED_EXPIRED)), waited="submit", created=3,
          consented=0),
    Shape(S.POST_SUBMISSION_EXPIRED, 20,
          (*REVIEWED, (A.REQUEST_ACTION, S.ACTION_REQUIRED), (A.EXPIRE, S.POST_SUBMISSION_EXPIRED)),
          created=44, consented=39, submitted=16, reviewed=True),
    Shape(S.APPROVED, 350, (*REVIEWED, (A.APPROVE, S.APPROVED)), created=40, consented=35, submitted=10,
          reviewed=True),
    Shape(S.DISPUTED_EXPIRED, 20, (*DISPUTED, (A.EXPIRE, S.DISPUTED_EXPIRED)), waited="dispute", created=40,
          consented=35, submitted=8, rejected=0, disputed=-5, reviewed=True),
    Shape(S.REJECTED_FINAL, 30, (*AGAIN, (A.REJECT, S.REJECTED_FINAL)), created=70, consented=65, submitted=35,
          rejected=28, disputed=22, dispute_submitted=12, reviewed=True),
)  # fmt: skip


def as_rows() -> list[dict]:
    """The shapes for ``jsonb_to_recordset``: with the share of claims up to each, and the path as a list."""
    made, reached = [], 0
    for shape in SHAPES:
        path, before = [], ""
        for action, status in shape.path:
            path.append({"action": action.value, "before": before, "after": status.value})
            before = status.value
        made.append(asdict(shape) | {"least": reached / 1000, "path": path, "steps": len(path)})
        reached += shape.weight
        made[-1]["below"] = reached / 1000
    return made
