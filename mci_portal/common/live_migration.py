"""Change a large table while people work on it (G19, FA16): wait briefly for its lock, write in small batches.

Whoever waits for an exclusive lock makes everybody wait who comes after him. So a migration waits for two seconds at
most, lets the others pass, and tries again. Only an index that is made CONCURRENTLY waits as long as it takes: for
every transaction that began before it, and in nobody's way. A migration that uses this is not atomic.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import OperationalError, transaction
from django.db.migrations import AddField

from mci_portal.common.errors import sqlstate
from mci_portal.common.locking import LOCK_NOT_AVAILABLE

LONGEST_WAIT = "2s"
TRIES = 60
BATCH = 1_000


def patiently(connection, change: Callable[[], object], tries: int = TRIES, pause: float = 1.0) -> int:
    """Make ``change``, a short one, in a transaction of its own; returns how often it was tried.

    Raises what the database says when the lock was not to be had in ``tries`` attempts; nothing is changed then.
    """
    for attempt in range(1, tries + 1):
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
                change()
            return attempt
        except OperationalError as error:
            if sqlstate(error) != LOCK_NOT_AVAILABLE or attempt == tries:
                raise
        time.sleep(pause)
    raise AssertionError("there is no attempt after the last one")


def in_batches(connection, table: str, assignment: str, missing: str, batch: int = BATCH) -> int:
    """``UPDATE table AS it SET assignment`` for every row that is ``missing`` it, some rows to a transaction.

    Rows that somebody works on are left to the next round. All three are the program's own words, never a user's.
    Returns how many rows were written.
    """
    table, written = connection.ops.quote_name(table), 0
    statement = f"""
        WITH part AS (SELECT id FROM {table} WHERE {missing} ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE {table} AS it SET {assignment} FROM part WHERE it.id = part.id
    """  # noqa: S608 - see above
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [batch])
            written += cursor.rowcount
            if cursor.rowcount:
                continue
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE {missing})")  # noqa: S608 - see above
            if not cursor.fetchone()[0]:
                return written
        time.sleep(0.1)  # only rows that are held are left


@contextmanager
def unhurried(connection) -> Iterator[None]:
    """No limit of time for what blocks nobody; the portal's own limits would end it and leave an invalid index."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout; RESET statement_timeout")


class AddIndexUnhurried(AddIndexConcurrently):
    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        with unhurried(schema_editor.connection):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveIndexUnhurried(RemoveIndexConcurrently):
    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        with unhurried(schema_editor.connection):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class AddFieldPatiently(AddField):
    """``AddField`` of a column that is empty or has a ``db_default``: the table is not written, only its lock is had.

    For migrations with ``atomic = False``.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        forwards = super().database_forwards
        patiently(schema_editor.connection, lambda: forwards(app_label, schema_editor, from_state, to_state))

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        backwards = super().database_backwards
        patiently(schema_editor.connection, lambda: backwards(app_label, schema_editor, from_state, to_state))
