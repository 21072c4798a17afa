"""CSV and Excel files themselves: what a spreadsheet must not run, what is typed, what survives (G01 to G04)."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from defusedxml import ElementTree
from django.db.models import DateField, DateTimeField, DecimalField, Expression, Func, TextField, Value

from mci_portal.accounts.models import Partner
from mci_portal.common import csv_stream, xlsx_parts, xlsx_stream
from mci_portal.common.table_copy import Column, Kind, Tally
from tests.export.files import read_cells, read_csv
from tests.rows import PartnerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
POISON = "".join(chr(code) for code in range(1, 32)) + "\ufffe\uffff"


def made(stream, *values: Expression | str, kinds=(Kind.TEXT,), rows=None, **given) -> bytes:
    columns = [Column(f"c{n}", kind, value) for n, (kind, value) in enumerate(zip(kinds, values, strict=True))]
    found = Partner.objects.order_by("id") if rows is None else rows
    return b"".join(stream(found, columns, tally=Tally(), seconds=10, **given))


def csv_cell(text: str) -> str:
    PartnerFactory(name=text)
    return read_csv(made(csv_stream.stream, "name"))[0]["c0"]


def xlsx_cell(text: str) -> tuple[str, str]:
    PartnerFactory(name=text)
    return read_cells(made(xlsx_stream.stream, "name"))[1][0]


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1", '=HYPERLINK("http://a.example","x")', "＝1+1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_text_that_begins_like_a_formula_gets_an_apostrophe(text: str):
    """G01, G03."""
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["Contoso", "a=1", "1-2", "'quoted'", 'a "b", c', "two\nlines", "Ünïcödé ✓", "%s %", "a\\b"]
)
def test_csv_other_text_is_untouched(text: str):
    """G01: a comma, a quote, a line break and a letter outside ASCII come back as they went in."""
    assert csv_cell(text) == text


def test_csv_negative_numbers_stay_numbers():
    """G01."""
    PartnerFactory()
    number = Value(Decimal("-12.50"), DecimalField(max_digits=9, decimal_places=2))
    assert read_csv(made(csv_stream.stream, number, kinds=[Kind.NUMBER])) == [{"c0": "-12.50"}]


def test_csv_moments_are_iso_in_utc_and_nothing_is_nothing():
    PartnerFactory(tenant_domain="")
    Partner.objects.update(created_at=AT)
    values = ("created_at", "tenant_domain", Value(None, DateField()))
    content = made(csv_stream.stream, *values, kinds=[Kind.INSTANT, Kind.TEXT, Kind.DAY])
    assert read_csv(content) == [{"c0": "2024-02-29T23:59:59Z", "c1": "", "c2": ""}]


def test_csv_begins_with_the_mark_that_excel_needs():
    assert made(csv_stream.stream, "name") == b"\xef\xbb\xbfc0\n"


@pytest.mark.parametrize(
    "text", [*HOSTILE, "plain", " spaced  out ", "a & b < c > d", "]]>", "%s", "a\\b", "\\N", "Ünï ✓"]
)
def test_xlsx_text_is_text_whatever_it_looks_like(text: str):
    """G02, G03: an inline string, never a formula, and not one character added."""
    kind, read = xlsx_cell(text)
    assert (kind, read) == ("inlineStr", text.replace("\r", " "))


def test_xlsx_what_looks_like_a_character_reference_is_escaped_for_excel():
    """Excel would read _x0041_ as the letter A."""
    assert xlsx_cell("_x0041_ _x1_")[1] == "_x005F_x0041_ _x1_"


def test_xlsx_and_csv_survive_control_characters():
    """G04: one poisoned row spoils nobody's export."""
    Partner.objects.bulk_create([Partner(pga_id="1", name=f"before{POISON}after"), Partner(pga_id="2", name="next")])
    found = [row[0][1] for row in read_cells(made(xlsx_stream.stream, "name"))[1:]]
    spaces = len(POISON) - 2
    assert [found[0].replace("\t", " ").replace("\n", " "), found[1]] == [f"before{' ' * spaces}{' ' * 4}after", "next"]
    assert [row["c0"] for row in read_csv(made(csv_stream.stream, "name"))] == [f"before{POISON}after", "next"]


def test_xlsx_numbers_moments_and_days_are_typed():
    """Reliability G12: a spreadsheet can count with them; 1 January 1900 is day 2 by Excel's reckoning."""
    PartnerFactory()
    values = (
        Value(Decimal("-12.50"), DecimalField(max_digits=9, decimal_places=2)),
        Value(datetime(2024, 2, 29, 12, tzinfo=UTC), DateTimeField()),
        Value(date(1900, 3, 1), DateField()),
        Value(None, DateField()),
        Value(None, TextField()),
        Value("", TextField()),
    )
    kinds = [Kind.NUMBER, Kind.INSTANT, Kind.DAY, Kind.DAY, Kind.CODE, Kind.CODE]
    row = read_cells(made(xlsx_stream.stream, *values, kinds=kinds))[1]
    assert row == [("n", "-12.50"), ("n", "45351.5"), ("n", "61"), ("n", ""), ("n", ""), ("n", "")]


def test_xlsx_styles_named_by_the_cells_exist():
    styles = ElementTree.fromstring(xlsx_parts.STYLES)
    formats = styles.findall("{*}cellXfs/{*}xf")
    assert len(formats) == 1 + max(
        xlsx_parts.HEAD, xlsx_parts.AMOUNT, xlsx_parts.INSTANT, xlsx_parts.DAY, xlsx_parts.TEXT
    )
    assert [formats[n].get("numFmtId") for n in (xlsx_parts.AMOUNT, xlsx_parts.INSTANT, xlsx_parts.DAY)] == [
        "0",
        "164",
        "165",
    ]
    assert formats[xlsx_parts.TEXT].get("numFmtId") == "49"


def test_xlsx_holds_every_part_that_it_names():
    PartnerFactory()
    with zipfile.ZipFile(io.BytesIO(made(xlsx_stream.stream, "name"))) as book:
        names = set(book.namelist())
        types = ElementTree.fromstring(book.read("[Content_Types].xml"))
        assert {one.get("PartName").removeprefix("/") for one in types.findall("{*}Override")} <= names
        targets = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
        assert {f"xl/{one.get('Target')}" for one in targets} <= names
        assert book.namelist()[0] == "[Content_Types].xml"


def test_xlsx_of_very_many_rows_has_several_sheets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xlsx_stream, "ROWS_PER_SHEET", 3)
    Partner.objects.bulk_create([Partner(pga_id=str(n), name=f"P{n}") for n in range(8)])
    content = made(xlsx_stream.stream, "name", expected=7)
    sheets = [[row[0][1] for row in read_cells(content, number)] for number in (1, 2, 3)]
    assert sheets == [["c0", "P0", "P1", "P2"], ["c0", "P3", "P4", "P5"], ["c0", "P6", "P7"]]


@pytest.mark.parametrize("stream", [csv_stream.stream, xlsx_stream.stream])
def test_file_of_no_rows_has_its_head(stream):
    content = made(stream, "name")
    rows = [[("inlineStr", "c0")]] if stream is xlsx_stream.stream else []
    assert (read_cells(content) if rows else read_csv(content)) == rows


@pytest.mark.parametrize("stream", [csv_stream.stream, xlsx_stream.stream])
def test_file_comes_in_small_pieces(stream):
    """G12, performance rule 7: what is held at a time does not grow with the rows."""
    Partner.objects.bulk_create([Partner(pga_id=str(n), name=f"{n:09}" * 12) for n in range(20_000)])
    tally, sizes, before = Tally(), [], 0
    rows_between = []
    for piece in stream(Partner.objects.all(), [Column("c", Kind.TEXT, "name")], tally=tally, seconds=10):
        sizes.append(len(piece))
        rows_between.append(tally.rows - before)
        before = tally.rows
    assert tally.rows == 20_000
    assert max(sizes) < 128 * 1024
    assert max(rows_between) < 1000


@pytest.mark.parametrize("stream", [csv_stream.stream, xlsx_stream.stream])
def test_reader_that_goes_away_ends_the_query(stream):
    """The connection is free again at once, inside the transaction as it was."""
    Partner.objects.bulk_create([Partner(pga_id=str(n), name=f"{n:09}" * 12) for n in range(20_000)])
    tally = Tally()
    pieces = stream(Partner.objects.all(), [Column("c", Kind.TEXT, "name")], tally=tally, seconds=10)
    next(pieces)
    pieces.close()
    assert tally.rows < 20_000
    assert Partner.objects.count() == 20_000


@pytest.mark.django_db(transaction=True)
def test_copy_reads_one_moment_and_cannot_write():
    """Performance rule 7: a read-only snapshot with a time limit, and nothing of it is left behind."""
    PartnerFactory()
    names = ("transaction_read_only", "transaction_isolation", "statement_timeout")
    asked = [Func(Value(name), function="current_setting", output_field=TextField()) for name in names]
    content = made(csv_stream.stream, *asked, kinds=[Kind.CODE] * 3)
    assert read_csv(content) == [{"c0": "on", "c1": "repeatable read", "c2": "10s"}]
    Partner.objects.update(name="changed")
