"""Reads exports back the way a program outside would: CSV by the csv module, a workbook as a zip of XML."""

import csv
import io
import zipfile
from typing import Any

from defusedxml import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def body(answer: Any) -> bytes:
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_cells(content: bytes, sheet: int = 1) -> list[list[tuple[str, str]]]:
    """The rows of a sheet; each cell as (type, text), where the type is n for numbers and dates."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        root = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    assert root.findall(f".//{MAIN}f") == []
    return [[_cell(cell) for cell in row] for row in root.find(f"{MAIN}sheetData")]


def _cell(cell: Any) -> tuple[str, str]:
    return cell.get("t", "n"), "".join(cell.itertext())


def read_xlsx(content: bytes) -> list[dict[str, str]]:
    head, *rows = read_cells(content)
    names = [text for _kind, text in head]
    return [dict(zip(names, (text for _kind, text in row), strict=True)) for row in rows]
