"""After a change of the catalogue: the partners whose open claims it concerns get their mail (E21, R-047, R-048)."""

from collections.abc import Collection
from datetime import datetime

from claims import superseded, superseded_rates


def tell(now: datetime, engagements: Collection[int]) -> None:
    """Of superseded templates, and of the rates to come of these engagements (ids). Nobody is told twice, nor of what
    does not change for him."""
    superseded.tell(now)
    superseded_rates.tell(engagements, now)
