"""The day counts of a type on a day: those of the type itself until a later set begins (section 19, R-277)."""

from datetime import date

from engagements.models import DayCounts, EngagementType, TypeTerms


def in_force(kind: EngagementType, on: date) -> DayCounts:
    """What a claim created on ``on`` copies. Running claims never change. One query; none with ``terms`` fetched."""
    return now_and_later(kind, on)[0]


def now_and_later(kind: EngagementType, on: date) -> tuple[DayCounts, list[TypeTerms]]:
    """The set in force on ``on``, and those that begin later, the next one first. As many queries as ``in_force``."""
    sets = sorted(kind.terms.all(), key=lambda row: row.valid_from)
    begun = [row for row in sets if row.valid_from <= on]
    return begun[-1] if begun else kind, sets[len(begun) :]
