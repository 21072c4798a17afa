"""The next claim of the queue for a reviewer who asks for one: found, locked and taken in one step."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from claims import review
from claims.lifecycle import Refused
from claims.models import Claim
from claims.queries.review import Wanted, takeable
from mci_portal.accounts.actors import Actor
from mci_portal.common.locking import locked_out_as_conflict

TRIES = 20  # claims that a guard refuses although the queue offers them; then the reviewer chooses by hand


def take(by: Actor, wanted: Wanted, order: Sequence[str], now: datetime | None = None) -> Claim | None:
    """T16 for the first claim in ``order`` that ``by`` may review; None when there is none (R-190, R-196, R-197).

    Two who ask at once get two claims: what one of them has locked is passed over by the other.
    """
    passed: list[int] = []
    with locked_out_as_conflict():
        for _try in range(TRIES):
            with transaction.atomic():
                waiting = takeable(by, wanted).exclude(pk__in=passed).order_by(*order)
                claim = waiting.select_for_update(of=("self",), skip_locked=True).first()
                if claim is None:
                    return None
                try:
                    return review.start(claim, by, now)
                except Refused:
                    passed.append(claim.pk)
    return None
