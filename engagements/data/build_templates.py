"""Writes the sample forms in ``templates/``: small, valid Word and Excel files. Run by hand when their text changes.

The same text always gives the same bytes, so that a second run leaves the working copy unchanged.
"""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).resolve().parent / "templates"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
VENDOR = "application/vnd.openxmlformats-officedocument"

REPORT = (
    "Partner, location ID and contact:",
    "Customer, contact and customer ID:",
    "Day and place of delivery, names of those who took part:",
    "Findings:",
    "Recommendations and next steps agreed with the customer:",
)
INVOICE = ("Invoice number", "Invoice date", "Partner", "Customer", "Engagement", "Hours or days", "Amount", "Currency")
DOCUMENTS = {
    "workshop-poe-2021-07": ("Workshop: findings and recommendations", REPORT),
    "endpoint-management-poe-2021-07": ("Endpoint Management Workshop: findings and recommendations", REPORT),
    "endpoint-management-poe-2022-10": (
        "Endpoint Management Workshop: findings and recommendations",
        (*REPORT, "Devices in scope and how they are managed today:"),
    ),
    "viva-poe-2021-07": ("Microsoft Viva Workshop: findings and recommendations", REPORT),
    "viva-poe-2022-10": (
        "Microsoft Viva Workshop: findings and recommendations",
        (*REPORT, "Viva modules shown and the business question behind each:"),
    ),
    "viva-insights-poe-2021-07": ("Microsoft Viva Insights Workshop: findings and recommendations", REPORT),
    "viva-insights-poe-2022-10": (
        "Microsoft Viva Insights Workshop: findings and recommendations",
        (*REPORT, "Measures of well-being looked at, with their baseline:"),
    ),
    "modernize-communications-poe-2021-07": ("Modernize Communications Workshop: findings and recommendations", REPORT),
    "modernize-communications-poe-2022-10": (
        "Modernize Communications Workshop: findings and recommendations",
        (*REPORT, "Telephony in use, number of users and plan for moving it:"),
    ),
    "assessment-poe-2022-11": (
        "Assessment: proof of execution",
        (*REPORT, "Scanning tool used, day of the export and number of machines:"),
    ),
    "project-poe-2025-07": (
        "Azure project: proof of execution",
        (
            "Partner, location ID and contact:",
            "Customer, contact and tenant ID:",
            "Azure subscription IDs in production:",
            "Planned yearly consumption, from the pricing calculator:",
            "Work done, with dates:",
        ),
    ),
    "customer-acknowledgement-2022-11": (
        "Customer acknowledgement of the partner's work",
        (
            "Customer, tenant ID and, if known, TPID:",
            "Products and workloads the partner works on:",
            "Work done on each of them, with dates:",
            "Name, title and signature of the customer, day:",
        ),
    ),
}
WORKBOOKS = {"workshop-invoice-2021-07": ("Workshop invoice", INVOICE)}


def build() -> None:
    for name, (title, lines) in DOCUMENTS.items():
        _pack(FOLDER / f"{name}.docx", "word/document.xml", "wordprocessingml.document", _document(name, title, lines))
    for name, (title, lines) in WORKBOOKS.items():
        sheet = {"xl/worksheets/sheet1.xml": ("spreadsheetml.worksheet", _sheet(name, title, lines))}
        _pack(FOLDER / f"{name}.xlsx", "xl/workbook.xml", "spreadsheetml.sheet", _workbook(), sheet)


def _version(name: str) -> str:
    return f"Template version {name[-7:]}"


def _document(name: str, title: str, lines: tuple[str, ...]) -> str:
    paragraphs = (title, _version(name), *(part for line in lines for part in (line, "")))
    body = "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    return f'{XML}<w:document xmlns:w="{WORD}"><w:body>{body}<w:sectPr/></w:body></w:document>'


def _workbook() -> str:
    sheets = '<sheets><sheet name="Invoice" sheetId="1" r:id="rId1"/></sheets>'
    return f'{XML}<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}">{sheets}</workbook>'


def _sheet(name: str, title: str, lines: tuple[str, ...]) -> str:
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c></row>'
        for number, text in enumerate((title, _version(name), *lines), start=1)
    )
    return f'{XML}<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'


def _pack(path: Path, main: str, kind: str, content: str, parts: dict[str, tuple[str, str]] | None = None) -> None:
    parts = parts or {}
    overrides = {main: f"{kind}.main", **{name: part_kind for name, (part_kind, _) in parts.items()}}
    types = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    types += '<Default Extension="xml" ContentType="application/xml"/>'
    types += "".join(
        f'<Override PartName="/{name}" ContentType="{VENDOR}.{part_kind}+xml"/>'
        for name, part_kind in overrides.items()
    )
    files = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{TYPES}">{types}</Types>',
        "_rels/.rels": _relations("officeDocument", main),
        main: content,
        **{name: text for name, (_, text) in parts.items()},
    }
    if parts:
        folder, _, file = main.rpartition("/")
        target = next(iter(parts)).removeprefix(f"{folder}/")
        files[f"{folder}/_rels/{file}.rels"] = _relations("worksheet", target)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, date_time=(2021, 7, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text)


def _relations(kind: str, target: str) -> str:
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return f'{XML}<Relationships xmlns="{RELATIONS}">{relation}</Relationships>'


if __name__ == "__main__":
    build()
