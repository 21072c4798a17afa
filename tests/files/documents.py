"""Builds tiny sample files in memory: valid ones, and one for each way a file can be bad. Used by the upload tests."""

import io
import struct
import zipfile
import zlib

from fpdf import FPDF
from PIL import Image
from pypdf import PdfReader, PdfWriter

OOXML = "application/vnd.openxmlformats-officedocument."
MAIN_PARTS = {
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(text: str = "Invoice 1", *, compress: bool = True) -> bytes:
    """A one-page PDF with a line of text."""
    document = FPDF()
    document.set_compression(compress)
    document.add_page()
    document.set_font("Helvetica")
    document.cell(text=text)
    return bytes(document.output())


def encrypted_pdf() -> bytes:
    """The same, protected with a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt("secret", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3), mode: str = "RGB") -> bytes:
    """A small picture of one colour."""
    target = io.BytesIO()
    Image.new(mode, size).save(target, kind)
    return target.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header promises a size that its data does not have."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 10)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def content_types(kind: str = "docx", main: str | None = None) -> str:
    """The [Content_Types].xml of an Office file; ``main`` replaces the type of the main part."""
    part, name = MAIN_PARTS[kind]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{main or f"{OOXML}{name}.main+xml"}"/></Types>'
    )


def relationships(*relations: tuple[str, str, str]) -> str:
    """A .rels part; each relation is (type, target, target mode)."""
    rows = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONSHIP}/{kind}" Target="{target}" TargetMode="{mode}"/>'
        for number, (kind, target, mode) in enumerate(relations)
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def office(
    kind: str = "docx",
    extra: dict[str, bytes | str] | None = None,
    *,
    types: str | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A minimal Office file; ``extra`` adds or replaces parts by name."""
    part = MAIN_PARTS[kind][0]
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": types or content_types(kind),
        "_rels/.rels": relationships(("officeDocument", part, "Internal")),
        part: '<?xml version="1.0"?><document>hello</document>',
    }
    return zipped({**parts, **(extra or {})}, compression=compression)


def zipped(parts: dict[str, bytes | str], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of the named parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return target.getvalue()


def inflating_office(megabytes: int) -> bytes:
    """A small DOCX with one part of zeros that inflates to that many megabytes (E19)."""
    target = io.BytesIO(office())
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package, package.open("word/a.bin", "w") as part:
        for _ in range(megabytes):
            part.write(bytes(1024 * 1024))
    return target.getvalue()


def understated(package: bytes, entry: str, size: int) -> bytes:
    """The same ZIP, its directory and its local header lying about the inflated size of one entry."""
    data, name = bytearray(package), entry.encode()
    local = data.find(b"PK\x03\x04")
    while data[local + 30 : local + 30 + len(name)] != name:
        local = data.find(b"PK\x03\x04", local + 4)
    struct.pack_into("<I", data, local + 22, size)
    central = data.find(b"PK\x01\x02")
    while data[central + 46 : central + 46 + len(name)] != name:
        central = data.find(b"PK\x01\x02", central + 4)
    struct.pack_into("<I", data, central + 24, size)
    return bytes(data)
