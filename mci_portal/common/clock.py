"""The one clock. Domain code is handed ``now``; whoever has none to hand over asks the database here."""

from datetime import datetime

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
