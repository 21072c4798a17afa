"""A query as CSV: UTF-8 with a byte order mark, commas, moments as ISO 8601 in UTC, no cell that a spreadsheet runs.

The mark is there for Excel, which takes UTF-8 for the local code page without it; programs read "utf-8-sig".
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, QuerySet, TextField

from mci_portal.common.table_copy import Column, Kind, Tally, copied

CONTENT_TYPE = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# What a spreadsheet takes for the beginning of a formula, or skips before looking for one: = + - @ TAB LF CR, and
# the full-width forms of the first four, which some versions fold.
DANGEROUS = "=+-@\t\n\r＝＋－＠"
DANGEROUS_SET = frozenset(DANGEROUS)


class Guarded(Func):
    """The text with an apostrophe before it where a spreadsheet would run it (G01, G03)."""

    template = (
        "CASE WHEN ascii(%(expressions)s) IN (" + ", ".join(str(ord(one)) for one in DANGEROUS) + ")"
        " THEN '''' || %(expressions)s ELSE %(expressions)s END"
    )
    arity = 1
    output_field = TextField()


class IsoInstant(Func):
    """2026-11-20T09:30:00Z."""

    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    arity = 1
    output_field = TextField()


def stream(
    rows: QuerySet,
    columns: Sequence[Column],
    *,
    tally: Tally,
    seconds: int,
    link: BaseDatabaseWrapper | None = None,
) -> Iterator[bytes]:
    """The bytes of the file, piece by piece; arguments as ``table_copy.copied``. Counts the rows in ``tally``."""
    head = BYTE_ORDER_MARK + ",".join(column.name for column in columns).encode() + b"\n"
    for batch in copied(rows, [_value(one) for one in columns], "FORMAT csv", tally=tally, seconds=seconds, link=link):
        yield head or batch
        head = b""


def small(head: Sequence[str], rows: Iterable[Sequence[str | float]]) -> bytes:
    """A table that is at hand already, as a file of the same kind."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (head, *rows):
        writer.writerow([f"'{one}" if isinstance(one, str) and one[:1] in DANGEROUS_SET else one for one in row])
    return BYTE_ORDER_MARK + text.getvalue().encode()


def _value(column: Column) -> Any:
    if column.kind is Kind.TEXT:
        return Guarded(F(column.value)) if isinstance(column.value, str) else Guarded(column.value)
    return IsoInstant(column.expression) if column.kind is Kind.INSTANT else column.expression
