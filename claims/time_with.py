"""With whom a claim has spent its time: the partner, the customer or Microsoft. Pages and statistics call it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from claims.statuses import OPEN, WITH_MICROSOFT, Status


class Side(StrEnum):
    PARTNER = "partner"
    CUSTOMER = "customer"
    MICROSOFT = "microsoft"


def holder(status: str) -> Side | None:
    """Whose turn it is in a status: the customer's while he is asked, else whoever the status stands with; None for
    an ended claim, which waits for nobody."""
    if status not in OPEN:
        return None
    if status == Status.AWAITING_CONSENT:
        return Side.CUSTOMER
    return Side.MICROSOFT if status in WITH_MICROSOFT else Side.PARTNER


def time_with(lines: Iterable[tuple[datetime, str]], until: datetime) -> dict[Side, timedelta]:
    """How long each side has had the claim.

    ``lines`` are the moments of its history with the status after each, oldest first; ``until`` is now, or the
    deadline where that has passed. Together the times are those in which the claim was open.
    """
    spent = dict.fromkeys(Side, timedelta())
    before: tuple[datetime, str] | None = None
    for at, status in [*lines, (until, "")]:
        if before is not None and (side := holder(before[1])):
            spent[side] += max(at - before[0], timedelta())
        before = at, status
    return spent
