"""Any query as a table that leaves the database by COPY: what its columns are, and the rows as raw bytes.

``csv_stream`` and ``xlsx_stream`` call it; both need constant memory however many rows there are.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, F, QuerySet

ALIAS = "default"
BATCH_BYTES = 64 * 1024


class Kind(Enum):
    TEXT = "text"  # typed by somebody: may begin with anything
    CODE = "code"  # text of our own, such as a label or a UUID
    NUMBER = "number"
    INSTANT = "instant"  # a moment, written in UTC
    DAY = "day"


@dataclass(frozen=True)
class Column:
    """``value`` is the path of a field or an expression; one of kind TEXT holds no parameters."""

    name: str
    kind: Kind
    value: str | Expression
    width: int = 16  # characters, where the format has columns of a width

    @property
    def expression(self) -> Any:
        return F(self.value) if isinstance(self.value, str) else self.value


class Tally:
    """How many rows have gone out so far."""

    rows = 0


@contextmanager
def _snapshot(link: BaseDatabaseWrapper, seconds: int) -> Iterator[Any]:
    """One unchanging view of the data that cannot write; inside somebody's transaction, a savepoint of it."""
    inside = link.in_atomic_block
    with link.cursor() as cursor:
        cursor.execute("SAVEPOINT table_copy" if inside else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SET LOCAL statement_timeout = %s", [seconds * 1000])
            yield cursor
        finally:
            with suppress(DatabaseError):  # a connection that broke has nothing left to roll back
                cursor.execute("ROLLBACK TO SAVEPOINT table_copy" if inside else "ROLLBACK")


def copied(
    rows: QuerySet,
    values: Sequence[Any],
    options: str,
    *,
    tally: Tally,
    seconds: int,
    link: BaseDatabaseWrapper | None = None,
) -> Iterator[bytes]:
    """``values`` of ``rows`` in COPY's format ``options``, in batches of whole rows; first an empty one, once the
    database has something to send.

    The database stops after ``seconds``, the time that the reader takes included. Closing the iterator ends
    the query. Nothing else may use ``link`` (default: this thread's connection) before it is through.
    """
    link = link or connections[ALIAS]
    named = {f"column_{number}": value for number, value in enumerate(values)}
    query = rows.annotate(**named).values_list(*named).query
    # A filter that nothing can meet is to give a file without rows, not Django's short cut.
    sql, params = query.get_compiler(connection=link, elide_empty=False).as_sql()
    # Django's own cursor takes no parameters for COPY.
    with _snapshot(link, seconds) as cursor, cursor.cursor.copy(f"COPY ({sql}) TO STDOUT ({options})", params) as copy:
        yield b""
        batch, size = [], 0
        for row in copy:
            batch.append(row)
            tally.rows += 1
            size += len(row)
            if size >= BATCH_BYTES:
                yield b"".join(batch)
                batch, size = [], 0
        if batch:
            yield b"".join(batch)
