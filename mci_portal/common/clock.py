"""The one clock. Domain code is handed ``now``; whoever has none to hand over asks the database here."""

from datetime import UTC, datetime

from django.core.management.base import CommandError
from django.db import connections


def database_now(using: str = "default") -> datetime:
    """The database's time of this very moment, aware, in UTC.

    A statement of its own: inside a locking statement, or from ``now()``, the time would be that of
    before the wait for the lock.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    moment: datetime = row[0]
    return moment


def moment_of(text: str) -> datetime:
    """A moment as commands are given it; UTC unless it names an offset. Raises CommandError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is not a moment; write it like 2026-07-31T00:00:00Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
