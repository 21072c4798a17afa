"""Uploaded files are judged by their content (reliability.md E01 to E19)."""

import io
import time
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.filetypes import ALLOWED, REFUSALS, Unacceptable, identify, identify_isolated, safe_name
from tests.files import documents
from tests.files.documents import EICAR, content_types, office, pdf, picture, relationships, zipped

EXE = b"MZ\x90\x00" + bytes(60)
HTML = b"<html><script>alert(1)</script></html>"


def code_of(data: bytes, name: str) -> str:
    with pytest.raises(Unacceptable) as refusal:
        identify(io.BytesIO(data), name)
    assert refusal.value.sentence == REFUSALS[refusal.value.code]
    return refusal.value.code


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("invoice.pdf", pdf(), "application/pdf"),
        ("INVOICE.PDF", pdf(), "application/pdf"),
        ("a.docx", office("docx"), documents.OOXML + "wordprocessingml.document"),
        ("a.xlsx", office("xlsx"), documents.OOXML + "spreadsheetml.sheet"),
        ("a.pptx", office("pptx"), documents.OOXML + "presentationml.presentation"),
        ("a.docx", office("docx", compression=zipfile.ZIP_STORED), documents.OOXML + "wordprocessingml.document"),
        ("a.png", picture("PNG"), "image/png"),
        ("most_pixels.png", documents.png_claiming(10_000, 8_000), "image/png"),
        ("a.jpg", picture("JPEG", (40, 30)), "image/jpeg"),
        ("a.jpeg", picture("JPEG", (1, 1), "L"), "image/jpeg"),
        ("cmyk.jpg", picture("JPEG", (40, 30), "CMYK"), "image/jpeg"),
        ("a.exe.pdf", pdf(), "application/pdf"),
        ("../../etc/report.pdf", pdf(), "application/pdf"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_identify_accepted_file_returns_type_from_content(name, data, content_type):
    """E14, E17: the stored type comes from the content."""
    assert identify(io.BytesIO(data), name).content_type == content_type


@pytest.mark.parametrize(
    "name",
    [
        *("a.exe", "a.svg", "a.html", "a.mht", "a.hta", "a.lnk", "a.sh", "a.docm", "a.xlsm", "a.zip"),
        *("a.pdf.exe", "pdf", "a", "", "invoice\u202efdp.exe", "a.pdf\0.exe", "a.exe. ", "a.pdf::$DATA"),
    ],
)
def test_identify_extension_outside_list_refuses(name):
    """E01, E04, E05, E06, E17: a good content does not save a bad name."""
    assert code_of(pdf(), name) == "extension"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.png", "a.jpg"])
@pytest.mark.parametrize("data", [EXE, HTML, b"x", b"%", HTML + pdf(), b"\xff\xfe" + pdf()], ids=range(6))
def test_identify_other_content_refuses(name, data):
    """E02, E03, E11 (one byte), and a PDF header that is not at byte 0."""
    assert code_of(data, name) == "mismatch"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsx", "a.pptx", "a.png", "a.jpg"])
def test_identify_empty_file_refuses(name):
    """E11."""
    assert code_of(b"", name) == "empty"


@pytest.mark.parametrize(("real", "named"), [("docx", "xlsx"), ("xlsx", "pptx"), ("pptx", "docx")])
def test_identify_office_file_of_another_kind_refuses(real, named):
    assert code_of(office(real), f"a.{named}") == "mismatch"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n" + HTML,
        b"%PDF-1.7\n" + HTML + b"\n%%EOF",
        pdf()[:-20],
        pdf() + HTML,
        pdf() + EXE,
        b"%PDF-1.7\n%%EOF\n",
    ],
    ids=["html", "html_with_trailer", "cut", "html_behind", "program_behind", "no_page"],
)
def test_identify_broken_pdf_refuses(data):
    """E03: header, trailer and page must all be there, with nothing behind."""
    assert code_of(data, "a.pdf") == "damaged"


def test_identify_pdf_with_line_ends_behind_trailer_is_accepted():
    assert identify(io.BytesIO(pdf() + b"\r\n\0\0"), "a.pdf") == ALLOWED["pdf"]


def test_identify_encrypted_pdf_refuses():
    """E09."""
    assert code_of(documents.encrypted_pdf(), "a.pdf") == "encrypted"


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx"])
def test_identify_encrypted_office_file_refuses(name):
    """E09: Office wraps protected files into an OLE container."""
    assert code_of(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), name) == "encrypted"


def test_identify_zip_with_encryption_flag_refuses():
    """E09."""
    data = bytearray(office())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    assert code_of(bytes(data), "a.docx") == "encrypted"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"a.txt": "hello"}), "mismatch"),
        (zipped({"META-INF/MANIFEST.MF": "Main-Class: A", "A.class": b"\xca\xfe\xba\xbe"}), "mismatch"),
        (zipped({}), "mismatch"),
        (office(types=content_types(main="application/vnd.ms-word.document.macroEnabled.main+xml")), "macros"),
        (office(extra={"word/vbaProject.bin": b"x"}), "macros"),
        (office(extra={"word/activeX/activeX1.bin": b"x"}), "macros"),
        (office(extra={"word/_rels/document.xml.rels": relationships(("oleObject", "x.bin", "Internal"))}), "macros"),
        (office(extra={"word/embeddings/x.bin": EXE}), "macros"),
        (office(extra={"word/embeddings/x.xlsx": office("xlsx")}), "nested"),
        (office(extra={"word/media/x.dat": zipped({"a": "b"})}), "nested"),
        (office(extra={"x.7z": b"anything"}), "nested"),
        (office(extra={"../evil.xml": b"<a/>"}), "damaged"),
        (office(extra={"/etc/passwd": b"root"}), "damaged"),
        (office(extra={"C:\\x.xml": b"<a/>"}), "damaged"),
        (office(extra={"WORD/Document.xml": b"<a/>"}), "damaged"),
        (office(types='<!DOCTYPE a [<!ENTITY b "c">]><Types/>'), "mismatch"),
        (office(extra={"word/document.xml": '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}), "mismatch"),
        (office(types="<Types><broken"), "damaged"),
        (office() + b"behind", "damaged"),
        (office()[:-30], "damaged"),
        (office()[: len(office()) // 2], "damaged"),
    ],
    ids=range(21),
)
def test_identify_unsafe_office_file_refuses(data, code):
    """E06, E07, E08, E15, E19: found by reading the package, not by its name."""
    assert code_of(data, "a.docx") == code


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://evil.example/x.dotm"),
        ("image", "https://evil.example/pixel.png"),
        ("externalLinkPath", "file:///c:/x.xlsx"),
        ("hyperlink", "file://server/share"),
        ("hyperlink", "javascript:alert(1)"),
    ],
)
def test_identify_office_file_loading_from_elsewhere_refuses(kind, target):
    data = office(extra={"word/_rels/document.xml.rels": relationships((kind, target, "External"))})
    assert code_of(data, "a.docx") == "external"


def test_identify_office_file_with_ordinary_link_is_accepted():
    links = relationships(
        ("hyperlink", "https://contoso.example/", "External"), ("hyperlink", "mailto:a@b.c", "External")
    )
    assert identify(io.BytesIO(office(extra={"word/_rels/document.xml.rels": links})), "a.docx") == ALLOWED["docx"]


def test_identify_office_file_with_too_many_entries_refuses():
    """E19: 2,000 entries at most."""
    fits = office(extra={f"p{number}": b"" for number in range(1_997)})
    assert identify(io.BytesIO(fits), "a.docx") == ALLOWED["docx"]
    assert code_of(office(extra={f"p{number}": b"" for number in range(1_998)}), "a.docx") == "too_large_inside"


def test_identify_inflating_office_file_refuses_fast_and_small():
    """E19: 300 MB out of a few hundred KB; refused within a second, without holding it."""
    data = documents.inflating_office(300)
    assert len(data) < 400_000
    tracemalloc.start()
    started = time.perf_counter()
    code = code_of(data, "a.docx")
    elapsed, peak = time.perf_counter() - started, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert code == "too_large_inside"
    assert elapsed < 1
    assert peak < 50 * 1024 * 1024


def test_identify_office_file_understating_its_size_refuses():
    """E19: what comes out is counted, not only what the directory says."""
    data = documents.understated(documents.inflating_office(20), "word/a.bin", 1_000)
    assert code_of(data, "a.docx") == "damaged"


def test_identify_repetitive_small_part_is_accepted():
    """The ratio counts only above a floor: 3 MB of spaces are harmless."""
    data = office(extra={"word/styles.xml": b" " * 3_000_000})
    assert identify(io.BytesIO(data), "a.docx") == ALLOWED["docx"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", pdf(EICAR, compress=False)),
        ("a.pdf", pdf().replace(b"%%EOF", b"%" + EICAR.encode() + b"\n%%EOF")),
        ("a.docx", office(extra={"word/media/x.txt": EICAR})),
        ("a.docx", office(extra={"word/media/x.txt": b"a" * (256 * 1024 - 20) + EICAR.encode()})),
        ("a.xlsx", office("xlsx", extra={"x.txt": EICAR}, compression=zipfile.ZIP_STORED)),
        ("a.png", picture() + EICAR.encode()),
        ("a.jpg", EICAR.encode()),
    ],
    ids=range(7),
)
def test_identify_test_virus_in_container_is_infected(name, data):
    """E10, also across the border of two chunks."""
    if name == "a.pdf":
        data = data.replace(
            EICAR.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode(), EICAR.encode()
        )
    assert code_of(data, name) == "infected"


def test_identify_test_virus_in_compressed_pdf_stream_is_infected():
    """E10."""
    packed = zlib.compress(b"x" * 300_000 + EICAR.encode())
    stream = b"9 0 obj\n<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream\nendobj\n" % (len(packed), packed)
    head, _, rest = pdf().partition(b"\n")
    assert code_of(head + b"\n" + stream + rest, "a.pdf") == "infected"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.png", picture()[:-8], "damaged"),
        ("a.png", picture()[:30], "damaged"),
        ("a.png", picture() + b"behind", "mismatch"),
        ("a.png", picture("JPEG"), "mismatch"),
        ("a.jpg", picture("JPEG", (640, 480))[:-400], "damaged"),
        ("a.jpg", picture("JPEG") + zipped({"a": "b"}), "mismatch"),
        ("a.png", documents.png_claiming(10_000, 8_001), "too_many_pixels"),
        ("a.png", documents.png_claiming(60_000, 60_000), "too_many_pixels"),
    ],
    ids=["cut", "header_only", "more_behind", "jpeg", "jpeg_cut", "archive_too", "pixels", "bomb"],
)
def test_identify_bad_picture_refuses(name, data, code):
    assert code_of(data, name) == code


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\win.ini", "win.ini"),
        ("C:\\x.pdf", "x.pdf"),
        ("C:x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd"),
        ("a.exe.pdf", "a_exe.pdf"),
        ("Report.v1.2.pdf", "Report.v1.2.pdf"),
        ('a"b;c.pdf', 'a"b;c.pdf'),
        ("naïve.pdf", "naïve.pdf"),
        ("nai\u0308ve.pdf", "naïve.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        (".pdf", "file.pdf"),
        ("..", "file"),
        ("", "file"),
        ("   ", "file"),
        ("x" * 300 + ".docx", "x" * 145 + ".docx"),
    ],
)
def test_safe_name_of_given_name_is_shown_name(given_name, shown):
    """E15 to E18."""
    assert safe_name(given_name) == shown


@given(st.text(max_size=400))
def test_safe_name_of_any_text_is_short_visible_and_stable(name):
    """E15, E16."""
    shown = safe_name(name)
    assert 1 <= len(shown) <= 150
    assert not set(shown) & set("/\\\r\n\0")
    assert safe_name(shown) == shown


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.png", "a.jpg"])
def test_identify_isolated_good_file_returns_type(tmp_path, name):
    data = {"pdf": pdf, "docx": office, "png": picture, "jpg": lambda: picture("JPEG")}[name[2:]]()
    path = tmp_path / "stored"
    path.write_bytes(data)
    assert identify_isolated(path, name) == ALLOWED[name[2:]]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("a.pdf", EXE, "mismatch"), ("--help.exe", pdf(), "extension"), ("a.pdf", documents.encrypted_pdf(), "encrypted")],
    ids=["program", "name", "password"],
)
def test_identify_isolated_bad_file_refuses_with_its_code(tmp_path, name, data, code):
    path = tmp_path / "stored"
    path.write_bytes(data)
    with pytest.raises(Unacceptable) as refusal:
        identify_isolated(path, name)
    assert refusal.value.code == code


def test_identify_isolated_missing_file_is_unreadable(tmp_path):
    with pytest.raises(Unacceptable) as refusal:
        identify_isolated(tmp_path / "gone", "a.pdf")
    assert refusal.value.code == "unreadable"


def test_identify_isolated_process_that_hangs_is_unreadable(tmp_path, monkeypatch):
    """A file that keeps the checker busy is refused, not waited for."""
    monkeypatch.setattr("claims.filetypes.WALL_SECONDS", 0.001)
    path = tmp_path / "stored"
    path.write_bytes(pdf())
    with pytest.raises(Unacceptable) as refusal:
        identify_isolated(path, "a.pdf")
    assert refusal.value.code == "unreadable"


def test_identify_isolated_process_that_dies_is_unreadable(tmp_path, monkeypatch):
    """A file that brings the checker down is refused; the caller lives on."""
    monkeypatch.setattr("claims.filetypes.sys.executable", "/bin/false")
    path = tmp_path / "stored"
    path.write_bytes(pdf())
    with pytest.raises(Unacceptable) as refusal:
        identify_isolated(path, "a.pdf")
    assert refusal.value.code == "unreadable"
