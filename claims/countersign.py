"""Four eyes: whether a large amount needs a second reviewer, and whether one has confirmed it (T18). Guards ask here.

Reads only. The confirmation is a line of the history, so it holds for what was handed in before it and no further.
"""

from datetime import datetime

from django.conf import settings

from claims import exchange
from claims.actions import Action
from claims.models import Claim


def is_needed(claim: Claim, now: datetime) -> bool:
    """True where the claim pays more than one reviewer may decide alone; 0 switches it off.

    Other currencies are compared by the rate of the month of the decision. Where there is none nobody knows how much
    it is, and two look.
    """
    if not settings.FOUR_EYES_ABOVE or claim.amount is None:
        return False
    worth = exchange.in_base(claim.amount, claim.currency, now.date())
    return worth is None or worth > settings.FOUR_EYES_ABOVE


def is_given(claim: Claim) -> bool:
    """True when somebody else than the claim's reviewer has confirmed the amount since it was handed in last."""
    lines = claim.events.filter(action__in=(Action.SUBMIT, Action.COUNTERSIGN)).exclude(
        action=Action.COUNTERSIGN, actor_id=claim.reviewer_id
    )
    return lines.order_by("-seq").values_list("action", flat=True).first() == Action.COUNTERSIGN
