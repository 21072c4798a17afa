"""What the clock does for accounts: sessions that are over are removed."""

from celery import shared_task

from mci_portal.accounts.sessions import SessionStore
from mci_portal.common.clock import database_now
from mci_portal.common.jobs import beat


@shared_task(name="mci_portal.accounts.tasks.tidy_sessions")
def tidy_sessions() -> None:
    """Nobody can use them any more, but they tell who was signed in when. Safe to repeat."""
    SessionStore.clear_expired()
    beat("tidy-sessions", database_now())
