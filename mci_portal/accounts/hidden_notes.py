"""Information bars that a user has closed for good (R-004). The pages that show one call it."""

from mci_portal.accounts.models import User

ENGAGEMENTS_RENAMED = "engagements-renamed"
SET_PREFERENCES = "set-preferences"


def shown(actor, note: str) -> bool:
    """Whether the bar is there for ``actor``; not for who may change nothing, and so could not close it."""
    return not (actor.only_reads or note in (actor.user.hidden_notes if actor.user else []))


def hide(user_id: int, note: str) -> None:
    """Doing it twice changes nothing."""
    user = User.objects.only("hidden_notes").get(pk=user_id)
    if note not in user.hidden_notes:
        user.hidden_notes.append(note)
        user.save(update_fields=["hidden_notes"])
