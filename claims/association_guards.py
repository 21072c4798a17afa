"""Conditions of a move that only an association has (section 22); beside ``guards``, and of the same kind."""

from django.utils.translation import gettext as _

from claims import association
from claims.move import Move


def acknowledged(move: Move) -> str | None:
    """R-223: an association is handed in with every acknowledgement. A button asks nothing yet."""
    if "acknowledged" in move.data and not move.data["acknowledged"]:
        return _("Tick every acknowledgement before you submit the claim.")
    return None


def not_asked_to_reject(move: Move) -> str | None:
    """T37: the partner asks once per submission."""
    if association.asked_to_reject(move.claim):
        return _("You have already asked the reviewers to reject this claim.")
    return None


def partner_asked_to_reject(move: Move) -> str | None:
    """T37: the reviewer only confirms what the partner asked for."""
    if not association.asked_to_reject(move.claim):
        return _("The partner has not asked to reject this claim.")
    return None


def workload_is_free(move: Move) -> str | None:
    """R-226: one partner per workload and customer, or per subscription."""
    if association.rivals(move.claim, approved=True).exists():
        return _("Another association of this customer is approved for it. A lead reviewer has to arbitrate.")
    return None


def somebody_competes(move: Move) -> str | None:
    """T39: arbitration needs two (R-198)."""
    if not association.rivals(move.claim).exists():
        return _("No other claim competes with this association.")
    return None
