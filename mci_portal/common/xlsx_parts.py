"""The fixed parts of an Excel workbook: what ``xlsx_stream`` writes around the rows."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from mci_portal.common.table_copy import Column, Kind

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PROLOGUE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# Numbers of the cell styles below.
HEAD, AMOUNT, INSTANT, DAY, TEXT = 1, 2, 3, 4, 5
STYLES = (
    f'{PROLOGUE}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    + "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number in (0, 164, 165, 49)
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)

# Text is written into the cell itself and formatted as text, so that it stays text when somebody edits it (G02).
CELLS = {
    Kind.TEXT: f'<c s="{TEXT}" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>',
    Kind.CODE: f'<c s="{TEXT}" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>',
    Kind.NUMBER: f'<c s="{AMOUNT}"><v>%s</v></c>',
    Kind.INSTANT: f'<c s="{INSTANT}"><v>%s</v></c>',
    Kind.DAY: f'<c s="{DAY}"><v>%s</v></c>',
}
# A null is \N in COPY's format, a backslash in a text \\: nothing typed can look like it.
EMPTY_CELLS = sorted({(cell % value).encode() for cell in CELLS.values() for value in ("\\N", "")})


def row(columns: Sequence[Column]) -> bytes:
    """One row with a place for each value."""
    return ("<row>" + "".join(CELLS[column.kind] for column in columns) + "</row>").encode()


def sheet_name(number: int) -> str:
    """Where in the archive a sheet lies; sheets count from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def book(title: str, sheets: int) -> Iterator[tuple[str, str]]:
    """Name and content of everything but the sheets."""
    numbers = range(1, sheets + 1)
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/{sheet_name(number)}", "worksheet") for number in numbers]
    yield (
        "[Content_Types].xml",
        f'{PROLOGUE}<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{at}" ContentType="{SHEET_TYPE}.{kind}+xml"/>' for at, kind in overrides)
        + "</Types>",
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    titles = [title[:28] if sheets == 1 else f"{title[:24]} {number}" for number in numbers]
    yield (
        "xl/workbook.xml",
        f'{PROLOGUE}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, name in zip(numbers, titles, strict=True)
        )
        + "</sheets></workbook>",
    )
    sheets_and_styles = [("worksheet", sheet_name(number).removeprefix("xl/")) for number in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*sheets_and_styles, ("styles", "styles.xml")])
    yield "xl/styles.xml", STYLES


def _relations(targets: list[tuple[str, str]]) -> str:
    lines = (
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{PROLOGUE}<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def sheet_head(columns: Sequence[Column]) -> bytes:
    """The beginning of a sheet with its row of names, which stays in sight."""
    cols = "".join(
        f'<col min="{number}" max="{number}" width="{column.width}" customWidth="1"/>'
        for number, column in enumerate(columns, start=1)
    )
    names = "".join(f'<c s="{HEAD}" t="inlineStr"><is><t>{escape(column.name)}</t></is></c>' for column in columns)
    return (
        f'{PROLOGUE}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{cols}</cols><sheetData><row>{names}</row>"
    ).encode()


def sheet_foot(columns: int, rows: int) -> bytes:
    """The end of a sheet of so many columns and rows, its row of names included: with a filter over each column."""
    return f'</sheetData><autoFilter ref="A1:{_letters(columns)}{rows}"/></worksheet>'.encode()


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
