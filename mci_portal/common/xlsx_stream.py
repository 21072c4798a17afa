"""A query as an Excel workbook, written while the rows come: typed numbers and dates, text that is never a formula.

A workbook is a zip of XML. COPY's text format tells cells and rows apart by a TAB and a line feed that no value can
hold, so whole batches are escaped at once and only the markup is put in row by row.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FloatField, Func, QuerySet

from mci_portal.common import xlsx_parts as parts
from mci_portal.common.table_copy import Column, Kind, Tally, copied

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Excel ends at 1,048,576; the last sheet has room for rows that came after somebody counted them.
ROWS_PER_SHEET = 500_000

# XML knows no control characters but TAB and line feed (G04); a carriage return would be read as one anyway.
TO_SPACES = bytes(32 if code < 32 and code not in (9, 10) else code for code in range(256))
NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE and U+FFFF
ESCAPED = re.compile(rb"\\(.)")
# Excel reads _x0041_ as a character reference.
LOOKS_LIKE_A_REFERENCE = re.compile(rb"_(?=x[0-9A-Fa-f]{4}_)")
UNESCAPED = {b"n": b"\n", b"t": b"\t", b"\\": b"\\"}


class Serial(Func):
    """A moment as Excel counts it: days since the last day of 1899, in UTC."""

    template = "date_part('epoch', %(expressions)s) / 86400 + 25569"
    arity = 1
    output_field = FloatField()


class SerialDay(Func):
    template = "%(expressions)s - DATE '1899-12-30'"
    arity = 1
    output_field = FloatField()


SERIALS = {Kind.INSTANT: Serial, Kind.DAY: SerialDay}


class _Sink:
    """Where the zip is written to; emptied after every batch."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def stream(
    rows: QuerySet,
    columns: Sequence[Column],
    *,
    tally: Tally,
    seconds: int,
    title: str = "Export",
    expected: int = 0,
    link: BaseDatabaseWrapper | None = None,
) -> Iterator[bytes]:
    """The bytes of the file, piece by piece; arguments as ``table_copy.copied``. Counts the rows in ``tally``.

    ``expected`` is how many rows there are about: from 500,000 on they are spread over several sheets.
    """
    sheets = max(1, -(-expected // ROWS_PER_SHEET))
    values = [SERIALS[one.kind](one.expression) if one.kind in SERIALS else one.expression for one in columns]
    lines = _Lines(copied(rows, values, "FORMAT text", tally=tally, seconds=seconds, link=link))
    sink = _Sink()
    try:
        lines.begin()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:  # type: ignore[call-overload]
            for name, content in parts.book(title, sheets):
                book.writestr(name, content)
            for number in range(1, sheets + 1):
                with book.open(parts.sheet_name(number), "w") as sheet:
                    sheet.write(parts.sheet_head(columns))
                    yield sink.taken()
                    written = 1
                    for batch, count in lines.take(ROWS_PER_SHEET if number < sheets else None):
                        sheet.write(_marked_up(batch, parts.row(columns)))
                        written += count
                        yield sink.taken()
                    sheet.write(parts.sheet_foot(len(columns), written))
        yield sink.taken()
    finally:
        lines.close()


class _Lines:
    """Batches of rows that can be cut at a number of rows."""

    def __init__(self, batches: Iterator[bytes]) -> None:
        self._batches = batches
        self._rest: list[bytes] = []

    def begin(self) -> None:
        """Send the query off: what is wrong with it shows before the first byte goes out."""
        next(self._batches)

    def take(self, most: int | None) -> Iterator[tuple[list[bytes], int]]:
        """Up to ``most`` rows, or all that are left."""
        while most is None or most > 0:
            lines = self._rest or next(self._batches, b"").translate(TO_SPACES).split(b"\n")[:-1]
            lines, self._rest = (lines, []) if most is None else (lines[:most], lines[most:])
            if not lines:
                return
            most = None if most is None else most - len(lines)
            yield lines, len(lines)

    def close(self) -> None:
        self._batches.close()  # type: ignore[attr-defined]


def _marked_up(lines: list[bytes], row: bytes) -> bytes:
    text = b"\n".join(lines).replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    for none in NO_CHARACTERS:
        text = text.replace(none, b"  ")
    if b"_x" in text:
        text = LOOKS_LIKE_A_REFERENCE.sub(b"_x005F_", text)
    text = b"".join([row % tuple(line.split(b"\t")) for line in text.split(b"\n")])
    for cell in parts.EMPTY_CELLS:
        text = text.replace(cell, b"<c/>")
    # Last, for only now do a TAB and a line feed of a value no longer look like the end of one.
    return ESCAPED.sub(lambda found: UNESCAPED.get(found[1], b" "), text) if b"\\" in text else text
