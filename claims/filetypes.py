"""Which uploaded files are accepted, judged by their content (reliability.md E01 to E19). Called by evidence uploads.

Pure: no Django, so that ``identify_isolated`` can run it as a small process that a hostile file may bring down.
Sentences are English message ids; the caller translates them (``_(refusal.sentence)``).
"""

import io
import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MB = 1024 * 1024
MAX_NAME = 150
MAX_ENTRIES = 2_000
MAX_INFLATED = 200 * MB
MAX_RATIO = 100
# Below this an extreme ratio is only a very repetitive text.
RATIO_FLOOR = 4 * MB
MAX_PART = 8 * MB
MAX_PIXELS = 80_000_000
MAX_PDF_SCAN = 100 * MB
CHUNK = 256 * 1024
MEMORY_LIMIT = 1024 * MB
CPU_SECONDS = 10
WALL_SECONDS = 15

# The anti-virus test string, in two parts so that scanners leave this file alone.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP, ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
ARCHIVES = (ZIP, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"MSCF\0\0\0\0", b"\xfd7zXZ\0")
ARCHIVE_NAME = re.compile(r"\.(zip|jar|rar|7z|gz|tar|cab|xz|docx|xlsx|pptx|docm|xlsm|pptm)$")
ACTIVE_CONTENT = ("macroenabled", "vbaproject", "vbadata", "activex", "oleobject")
PROGRAM_SEGMENT = re.compile(
    r"\.(?=(?:exe|com|bat|cmd|scr|msi|js|vbs|ps1|hta|lnk|jar|sh|html?|mht|svg|docm|xlsm|pptm)(?:\.|$))", re.IGNORECASE
)
DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)

# Marks sentences for makemessages without importing Django; the caller translates.
_ = str
REFUSALS = {
    "extension": _("This kind of file is not accepted. Use PDF, Word, Excel, PowerPoint, PNG or JPEG."),
    "empty": _("The file is empty."),
    "mismatch": _("The content of the file does not match its name. Save it again as the kind of file it is."),
    "damaged": _("The file is damaged or incomplete. Save it again and upload the new file."),
    "encrypted": _(
        "The file is protected with a password and cannot be checked. Remove the password and upload it again."
    ),
    "macros": _("The file contains macros or other active content. Save it without them and upload it again."),
    "external": _("The file loads content from elsewhere. Remove the links to other files, or save it as PDF."),
    "nested": _("The file contains another packed file. Upload the files one by one, or save the document as PDF."),
    "too_large_inside": _("The file is too large when unpacked. Split it, or save it as PDF."),
    "too_many_pixels": _("The picture is too large. Save it with at most 80 million pixels."),
    "infected": _("The file contains a virus and was not kept."),
    "unreadable": _("The file could not be checked. Save it again, or as PDF, and upload the new file."),
}


@dataclass(frozen=True)
class FileType:
    """What a file really is: the extension without dot and the content type to store and serve."""

    extension: str
    content_type: str


class Unacceptable(Exception):
    """A refusal: ``code`` is a key of REFUSALS, ``sentence`` its English text for the person who uploads."""

    def __init__(self, code: str):
        self.code = code
        self.sentence = REFUSALS[code]
        super().__init__(self.sentence)


_OOXML = "application/vnd.openxmlformats-officedocument."
ALLOWED = {
    "pdf": FileType("pdf", "application/pdf"),
    "docx": FileType("docx", f"{_OOXML}wordprocessingml.document"),
    "xlsx": FileType("xlsx", f"{_OOXML}spreadsheetml.sheet"),
    "pptx": FileType("pptx", f"{_OOXML}presentationml.presentation"),
    "png": FileType("png", "image/png"),
    "jpg": FileType("jpg", "image/jpeg"),
    "jpeg": FileType("jpg", "image/jpeg"),
}


def safe_name(name: str) -> str:
    """Return the name to show and to offer for download: last path segment, no hidden characters (E15 to E18).

    At most 150 characters with the extension kept; an inner program extension loses its dot (``a.exe.pdf``
    becomes ``a_exe.pdf``). The extension itself is never changed: refusing it is the part of ``identify``.
    """
    segment = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(" " if c.isspace() else c for c in segment if unicodedata.category(c)[0] != "C" or c.isspace())
    visible = re.sub(r"^[A-Za-z]:", "", " ".join(visible.split())).rstrip(". ")
    stem, dot, extension = visible.rpartition(".")
    if not dot:
        return visible[:MAX_NAME] or "file"
    stem = PROGRAM_SEGMENT.sub("_", stem)
    extension = extension[: MAX_NAME // 2]
    return f"{(stem.strip(' .') or 'file')[: MAX_NAME - len(extension) - 1]}.{extension}"


def identify(file: BinaryIO, name: str) -> FileType:
    """Return what an uploaded file is, by extension and content; the declared content type plays no part (E14).

    ``file`` is binary and seekable; ``name`` as the browser sent it. Raises Unacceptable for everything
    outside the allow-list (E01 to E11, E17, E19). Run it through ``identify_isolated`` from a web worker.
    """
    expected = ALLOWED.get(os.path.splitext(safe_name(name))[1][1:].lower())
    if expected is None:
        raise Unacceptable("extension")
    file.seek(0)
    head = file.read(16)
    if not head:
        raise Unacceptable("empty")
    file.seek(0)
    _scan(iter(lambda: file.read(CHUNK), b""))
    match expected.extension:
        case "pdf":
            _check_pdf(file, head)
        case "png" | "jpg":
            _check_picture(file, head, expected.extension)
        case _:
            _check_ooxml(file, head, expected)
    return expected


def identify_isolated(path: str | Path, name: str) -> FileType:
    """Do the same in a process of its own, bounded to 1 GB of memory, 10 s of processor and 15 s of time.

    A file that brings the process down is refused as ``unreadable``.
    """
    command = [sys.executable, "-I", str(Path(__file__).resolve()), str(Path(path).resolve()), safe_name(name)]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=WALL_SECONDS, check=False, env={"LC_ALL": "C.UTF-8"}
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        answer = {}
    if answer.get("extension") in ALLOWED:
        return ALLOWED[answer["extension"]]
    raise Unacceptable(answer["code"] if answer.get("code") in REFUSALS else "unreadable")


def _scan(chunks: Iterator[bytes], forbidden: re.Pattern[bytes] | None = None) -> int:
    """Look for the test virus (and a pattern) across chunk borders; returns how many bytes went by."""
    size, tail = 0, b""
    for chunk in chunks:
        window = tail + chunk
        if EICAR in window:
            raise Unacceptable("infected")
        if forbidden is not None and forbidden.search(window):
            raise Unacceptable("mismatch")
        size += len(chunk)
        tail = window[-len(EICAR) :]
    return size


def _check_pdf(file: BinaryIO, head: bytes) -> None:
    if not re.match(rb"%PDF-[12]\.\d", head):
        raise Unacceptable("mismatch")
    file.seek(0)
    data = file.read()
    if not data.rstrip(b"\0\t\n\f\r ").endswith(b"%%EOF"):
        raise Unacceptable("damaged")
    from pypdf import PdfReader  # here, because it costs 0.1 s that the other kinds need not pay

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise Unacceptable("encrypted")
        if len(reader.pages) < 1:
            raise Unacceptable("damaged")
        reader.pages[0].mediabox  # noqa: B018 - reading it proves that the page tree leads to a page
    except Unacceptable:
        raise
    except Exception as problem:  # pypdf answers broken files with any exception there is
        raise Unacceptable("damaged") from problem
    _scan(_pdf_streams(data))


def _pdf_streams(data: bytes) -> Iterator[bytes]:
    """Inflate the compressed streams, up to a budget, so that the test virus is found inside them too (E10)."""
    budget, view = MAX_PDF_SCAN, memoryview(data)
    # Only what begins as zlib data does (RFC 1950); pictures and fonts of other kinds are skipped.
    for found in re.finditer(rb"(?<!end)stream\r?\n", data):
        header = int.from_bytes(view[found.end() : found.end() + 2], "big")
        if header % 31 or header >> 8 & 0x8F != 8:
            continue
        inflater, position = zlib.decompressobj(), found.end()
        rest: bytes | memoryview = view[position : position + CHUNK]
        try:
            while rest and not inflater.eof and budget > 0:
                inflated = inflater.decompress(rest, CHUNK)
                budget -= len(inflated)
                yield inflated
                rest = inflater.unconsumed_tail
                if not rest:
                    position += CHUNK
                    rest = view[position : position + CHUNK]
        except zlib.error:
            continue
        yield bytes(len(EICAR))


def _check_picture(file: BinaryIO, head: bytes, kind: str) -> None:
    signature = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}[kind]
    if not head.startswith(signature):
        raise Unacceptable("mismatch")
    from PIL import Image

    try:
        file.seek(0)
        with Image.open(file, formats=["PNG" if kind == "png" else "JPEG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Unacceptable("too_many_pixels")
            if kind == "png":
                picture.verify()
            else:
                # Decoded at an eighth of its size: proves that the data is whole without the memory for it.
                picture.draft(None, (max(picture.width // 8, 1), max(picture.height // 8, 1)))
                picture.load()
    except Unacceptable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise Unacceptable("too_many_pixels") from problem
    except Exception as problem:  # Pillow's decoders raise many kinds
        raise Unacceptable("damaged") from problem
    file.seek(0)
    data = file.read()
    if kind == "png" and not data.endswith(b"IEND\xaeB`\x82"):
        raise Unacceptable("mismatch")
    # A picture that is an archive at the same time has no honest use.
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise Unacceptable("mismatch")


def _check_ooxml(file: BinaryIO, head: bytes, expected: FileType) -> None:
    if head.startswith(OLE):
        raise Unacceptable("encrypted")
    if not head.startswith(ZIP):
        raise Unacceptable("mismatch")
    try:
        file.seek(-22, os.SEEK_END)
        if not file.read(4).startswith(ZIP_END):
            raise Unacceptable("damaged")
        with zipfile.ZipFile(file) as package:
            _check_package(package)
            names = {entry.filename.lower() for entry in package.infolist()}
            if not {"[content_types].xml", "_rels/.rels"} <= names:
                raise Unacceptable("mismatch")
            _inflate_all(package)
            _check_content_types(package, names, expected)
            _check_relationships(package)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,  # zipfile says so of a compression, or a version of the format, that it cannot read
        RuntimeError,
        OSError,
        ValueError,
    ) as problem:
        raise Unacceptable("damaged") from problem


def _check_package(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unacceptable("too_large_inside")
    names = [entry.filename.lower() for entry in entries]
    # Two readers may take different entries of one name, or of one offset: never guess which.
    if len(set(names)) != len(names) or len({entry.header_offset for entry in entries}) != len(entries):
        raise Unacceptable("damaged")
    if package.comment or min((entry.header_offset for entry in entries), default=1) != 0:
        raise Unacceptable("damaged")
    for entry in entries:
        if entry.flag_bits & 0x41:
            raise Unacceptable("encrypted")
        if _is_escaping(entry):
            raise Unacceptable("damaged")
        lowered = entry.filename.lower()
        if any(mark in lowered for mark in ACTIVE_CONTENT):
            raise Unacceptable("macros")
        if ARCHIVE_NAME.search(lowered):
            raise Unacceptable("nested")
        if entry.file_size > RATIO_FLOOR and entry.file_size > MAX_RATIO * entry.compress_size:
            raise Unacceptable("too_large_inside")
    if sum(entry.file_size for entry in entries) > MAX_INFLATED:
        raise Unacceptable("too_large_inside")


def _is_escaping(entry: zipfile.ZipInfo) -> bool:
    name = entry.orig_filename
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    return is_link or "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in name.split("/")


def _inflate_all(package: zipfile.ZipFile) -> None:
    """Inflate each entry once: counts what really comes out, checks its CRC, and looks inside."""
    total = 0
    for entry in package.infolist():
        with package.open(entry) as part:
            start = part.read(16)
            if start.startswith(ARCHIVES):
                raise Unacceptable("nested")
            if start.startswith((b"MZ", b"\x7fELF")):
                raise Unacceptable("macros")
            is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))

            def chunks(part=part, start=start) -> Iterator[bytes]:
                yield start
                while chunk := part.read(CHUNK):
                    yield chunk

            total += _scan(chunks(), DOCTYPE if is_xml else None)
        if total > MAX_INFLATED:
            raise Unacceptable("too_large_inside")


def _xml(package: zipfile.ZipFile, entry: zipfile.ZipInfo):
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    if entry.file_size > MAX_PART:
        raise Unacceptable("too_large_inside")
    try:
        return fromstring(package.read(entry), forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError) as problem:
        raise Unacceptable("damaged") from problem


def _check_content_types(package: zipfile.ZipFile, names: set[str], expected: FileType) -> None:
    entry = next(entry for entry in package.infolist() if entry.filename.lower() == "[content_types].xml")
    types = list(_xml(package, entry))
    if any(mark in (element.get("ContentType") or "").lower() for element in types for mark in ACTIVE_CONTENT):
        raise Unacceptable("macros")
    main = {
        (element.get("PartName") or "").lstrip("/").lower()
        for element in types
        if element.get("ContentType") == f"{expected.content_type}.main+xml"
    }
    if not main & names:
        raise Unacceptable("mismatch")


def _check_relationships(package: zipfile.ZipFile) -> None:
    for entry in package.infolist():
        if not entry.filename.lower().endswith(".rels"):
            continue
        for relation in _xml(package, entry):
            kind = (relation.get("Type") or "").lower()
            if any(mark in kind for mark in ACTIVE_CONTENT):
                raise Unacceptable("macros")
            if (relation.get("TargetMode") or "").lower() != "external":
                continue
            # A link that a reader may click loads nothing by itself; nearly every invoice has one.
            is_link = kind.endswith("/hyperlink") and re.match(
                r"(https?|mailto|tel):", relation.get("Target") or "", re.IGNORECASE
            )
            if not is_link:
                raise Unacceptable("external")


def _main(path: str, name: str) -> dict[str, str]:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # pypdf loads it to decrypt; protected files are refused, and it takes as long to load as all the rest.
    sys.modules["cryptography"] = None
    try:
        with open(path, "rb") as file:
            return {"extension": identify(file, name).extension}
    except Unacceptable as refusal:
        return {"code": refusal.code}
    except (MemoryError, RecursionError, OSError):
        return {"code": "unreadable"}


if __name__ == "__main__":
    os.write(1, json.dumps(_main(sys.argv[1], sys.argv[2])).encode())
