"""Keys of one character in the reviewer's pages: each reviewer may switch them off (WCAG 2.1.4)."""

from claims.models import ReviewerSettings
from mci_portal.accounts.actors import Actor, Kind


def enabled(by: Actor) -> bool:
    """Whether the keys work for ``by``; they do until switched off, and for reviewers only."""
    if by.kind is not Kind.REVIEWER:
        return False
    return not ReviewerSettings.objects.filter(reviewer_id=by.user_id, shortcuts=False).exists()


def switch(by: Actor, on: bool) -> None:
    """Keep the reviewer's choice."""
    ReviewerSettings.objects.update_or_create(reviewer_id=by.user_id, defaults={"shortcuts": on})
