"""Documents over HTTP: what is taken, refused, removed and given out, and to whom (reliability E01 to E22)."""

import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.test.html import parse_html

from claims import evidence
from claims.models import Claim, Document
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import Walk, claim_in
from tests.files import documents
from tests.pages.htmx import assert_swap_equals_reload, content, headers, swapped

pytestmark = pytest.mark.django_db
MB = 1024 * 1024


@pytest.fixture
def claim(ana) -> Claim:
    return claim_in(S.CONSENT_RECEIVED)


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


def address(claim: Claim, kind: str = "invoice", verb: str = "upload") -> str:
    requirement = claim.engagement.evidence.get(kind=kind)
    return f"/incentives/claims/{claim.number}/documents/{requirement.pk}/{verb}/"


def page_of(claim: Claim) -> str:
    return f"/incentives/claims/{claim.number}/"


def file(name: str, data: bytes | None = None, declared: str = "application/octet-stream") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, documents.pdf() if data is None else data, declared)


def live(claim: Claim) -> list[str]:
    return [document.name for document in claim.documents.filter(removed_at=None)]


def docx_of(size: int) -> bytes:
    """An Office file of exactly ``size`` bytes."""

    def padded(length: int) -> bytes:
        return documents.office(extra={"word/pad.xml": "x" * length}, compression=zipfile.ZIP_STORED)

    data = padded(size - len(padded(0)))
    assert len(data) == size
    return data


# --- in -------------------------------------------------------------------------------------------------------------


def test_upload_of_a_good_file_is_kept_with_what_it_is(signed_in, claim):
    """R-156, R-177, E14: the declared type does not count."""
    answer = signed_in.post(address(claim), {"files": file("invoice.pdf", declared="text/html")})
    assert answer.url == page_of(claim)
    document = claim.documents.get()
    assert (document.name, document.content_type, document.version) == ("invoice.pdf", "application/pdf", 1)
    assert default_storage.exists(document.key)
    assert "invoice" not in document.key
    assert claim.events.filter(action="upload").count() == 1


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("tool.exe", b"MZ" + bytes(100), "not accepted"),  # E01
        ("tool.pdf", b"MZ" + bytes(100), "does not match"),  # E02
        ("page.html", b"<html></html>", "not accepted"),  # E05
        ("drawing.svg", b"<svg/>", "not accepted"),  # E04
        ("a.pdf.exe", None, "not accepted"),  # E17
        ("empty.pdf", b"", "empty"),  # E11
        ("locked.pdf", documents.encrypted_pdf(), "password"),  # E09
    ],
)
def test_upload_of_a_bad_file_is_refused_by_name_and_keeps_nothing(signed_in, claim, name, data, words):
    answer = signed_in.post(address(claim), {"files": file(name, data)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"{name}: " in page
    assert words in page
    assert live(claim) == []
    assert not Document.objects.filter(claim=claim).exists()


def test_upload_without_a_file_asks_for_one(signed_in, claim):
    answer = signed_in.post(address(claim), {})
    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


def test_upload_of_several_files_keeps_the_good_ones_and_names_the_bad(signed_in, claim):
    """E01 among good ones"""
    sent = [file("one.pdf"), file("two.exe", b"MZ"), file("three.png", documents.picture())]
    answer = signed_in.post(address(claim), {"files": sent})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "two.exe: This kind of file is not accepted." in page
    assert "one.pdf: " not in page
    assert live(claim) == ["one.pdf", "three.png"]


def test_upload_exactly_at_the_limit_is_taken(signed_in, claim, settings):
    """E12"""
    settings.UPLOAD_MAX_BYTES = MB
    assert signed_in.post(address(claim), {"files": file("big.docx", docx_of(MB))}).status_code == 302
    assert claim.documents.get().size == MB


@pytest.mark.parametrize("size", [MB + 1, 3 * MB])
def test_upload_over_the_limit_is_cut_off_with_413(signed_in, claim, settings, size):
    """E12, E13: one byte more, and far more than the request may hold."""
    settings.UPLOAD_MAX_BYTES = MB
    answer = signed_in.post(address(claim), {"files": file("big.docx", docx_of(size))})
    assert answer.status_code == 413
    assert "larger than 1 MB" in answer.content.decode()
    assert live(claim) == []


def test_upload_of_more_files_than_a_claim_takes_is_refused(signed_in, claim, settings):
    settings.UPLOAD_MAX_FILES_PER_CLAIM = 1
    sent = [file("one.pdf"), file("two.pdf", documents.pdf("Invoice 2"))]
    answer = signed_in.post(address(claim), {"files": sent})
    assert answer.status_code == 422
    assert "two.pdf: A claim takes 1 file at most." in answer.content.decode()
    assert live(claim) == ["one.pdf"]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\win.pdf", "win.pdf"),
        ("C:\\x.pdf", "x.pdf"),
        ("a" * 300 + ".pdf", "a" * 146 + ".pdf"),
    ],
)
def test_upload_keeps_only_the_last_part_of_a_name(claim, ana, sent, shown):
    """E15, E16; the file lies under a random name."""
    requirement = claim.engagement.evidence.get(kind="invoice")
    document = evidence.upload(claim, requirement, file("x.pdf"), sent, actor_for(ana))
    assert document.name == shown
    assert document.key.startswith("evidence/")
    assert "passwd" not in document.key


def test_same_file_again_is_refused(signed_in, claim):
    """E22, one after the other"""
    signed_in.post(address(claim), {"files": file("one.pdf", documents.pdf("same", compress=False))})
    same = default_storage.open(claim.documents.get().key).read()
    answer = signed_in.post(address(claim), {"files": file("copy.pdf", same)})
    assert answer.status_code == 409
    assert "copy.pdf: This very file is already there." in answer.content.decode()
    assert live(claim) == ["one.pdf"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.server
def test_same_file_twice_at_once_makes_one_row(ana):
    """E22"""
    claim = claim_in(S.CONSENT_RECEIVED)
    data, url = documents.pdf(), address(claim)

    def send(_number: int) -> int:
        try:
            client = Client()
            client.force_login(ana)
            return client.post(url, {"files": file("one.pdf", data)}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        statuses = sorted(pool.map(send, range(2)))
    assert statuses == [302, 409]
    assert live(claim) == ["one.pdf"]


@pytest.mark.parametrize("status", [S.CUSTOMER_CLAIMED, S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED, S.CANCELED])
def test_upload_where_the_claim_is_closed_to_it_is_refused(signed_in, status):
    """F06"""
    claim = claim_in(status)
    before = claim.documents.count()
    assert signed_in.get(address(claim)).status_code == 409
    assert signed_in.post(address(claim), {"files": file("late.pdf")}).status_code == 409
    assert claim.documents.count() == before


def test_upload_for_a_survey_or_another_engagement_is_not_there(signed_in, claim):
    other = claim_in(S.CONSENT_RECEIVED)
    foreign = other.engagement.evidence.get(kind="invoice").pk
    url = f"/incentives/claims/{claim.number}/documents/{foreign}/upload/"
    assert signed_in.post(url, {"files": file("x.pdf")}).status_code == 404
    assert signed_in.post(address(claim, "customer_survey"), {"files": file("x.pdf")}).status_code == 404


@pytest.mark.parametrize(("name", "expected"), [("omar", 404), ("ben", 403), ("rita", 403), ("olga", 403)])
@pytest.mark.parametrize("verb", ["upload", "remove"])
def test_documents_are_changed_only_by_the_claims_own_people(client, cast, name, expected, verb):
    claim = claim_in(S.CONSENT_RECEIVED, location=cast.toronto)
    client.force_login(getattr(cast, name))
    answer = client.post(address(claim, verb=verb), {"files": file("x.exe", b"MZ")})
    assert answer.status_code == expected
    assert live(claim) == []


# --- out ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def document(claim, ana) -> Document:
    requirement = claim.engagement.evidence.get(kind="invoice")
    return evidence.upload(claim, requirement, file("x.pdf"), "invoice.pdf", actor_for(ana))


def download(document: Document) -> str:
    return f"/incentives/claims/{document.claim.number}/documents/{document.pk}/"


def test_download_is_always_saved_and_never_shown(signed_in, document):
    """E21"""
    answer = signed_in.get(download(document))
    assert answer["Content-Disposition"] == 'attachment; filename="invoice.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ('a"b;c.pdf', 'attachment; filename="a\\"b;c.pdf"'),
        ("naïve.pdf", "attachment; filename*=utf-8''na%C3%AFve.pdf"),
    ],
)
def test_download_name_follows_the_standard(signed_in, document, name, header):
    """E18, RFC 6266 and 8187"""
    Document.objects.filter(pk=document.pk).update(name=name)
    assert signed_in.get(download(document))["Content-Disposition"] == header


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ana", 200),
        ("tom", 200),
        ("ben", 403),
        ("omar", 404),
        ("rita", 200),
        ("ravi", 403),
        ("lena", 200),
        ("olga", 200),
    ],
)
def test_download_is_open_to_the_claims_people_and_its_reviewer(client, cast, name, expected):
    """Reliability section 6: a reviewer opens the files of the claim he has taken."""
    claim = claim_in(S.UNDER_REVIEW, location=cast.toronto, reviewer=cast.rita)
    document = claim.documents.first()
    client.force_login(getattr(cast, name))
    answer = client.get(download(document))
    assert answer.status_code == expected
    answer.close()


def test_download_without_account_leads_to_sign_in(client, document):
    assert client.get(download(document)).status_code == 302


def test_download_under_the_number_of_another_claim_is_not_there(signed_in, document):
    other = claim_in(S.CONSENT_RECEIVED)
    assert signed_in.get(f"/incentives/claims/{other.number}/documents/{document.pk}/").status_code == 404


def test_stored_files_have_no_address_of_their_own(signed_in, document):
    """E20"""
    for url in (f"/media/{document.key}", f"/{document.key}", f"/static/{document.key}", "/media/", "/evidence/"):
        assert signed_in.get(url).status_code == 404


# --- away -----------------------------------------------------------------------------------------------------------


def test_removed_documents_are_hidden_and_kept(signed_in, claim, document):
    """R-177: gone from the page and the download, still in the table and the storage."""
    answer = signed_in.post(address(claim, verb="remove"), {"ids": [document.pk]})
    assert answer.url == page_of(claim)
    assert live(claim) == []
    assert Document.objects.filter(pk=document.pk).exists()
    assert default_storage.exists(document.key)
    assert signed_in.get(download(document)).status_code == 404
    assert "invoice.pdf" not in signed_in.get(page_of(claim)).content.decode()


@pytest.mark.parametrize("ids", [[], ["x"], ["9" * 30], ["0"]])
def test_remove_without_a_choice_asks_for_one(signed_in, claim, document, ids):
    answer = signed_in.post(address(claim, verb="remove"), {"ids": ids})
    assert answer.status_code == 422
    assert "Tick the documents to remove first." in answer.content.decode()
    assert live(claim) == ["invoice.pdf"]


def test_remove_takes_only_documents_of_this_claim(signed_in, claim, document, ana):
    other = claim_in(S.CONSENT_RECEIVED)
    Walk(other, by=actor_for(ana)).hand_in(database_now())
    foreign = other.documents.first()
    assert signed_in.post(address(claim, verb="remove"), {"ids": [foreign.pk]}).status_code == 422
    assert Document.objects.get(pk=foreign.pk).removed_at is None


def test_remove_twice_is_refused(signed_in, claim, document):
    """F05"""
    signed_in.post(address(claim, verb="remove"), {"ids": [document.pk]})
    assert signed_in.post(address(claim, verb="remove"), {"ids": [document.pk]}).status_code == 409


def test_remove_after_submission_is_refused(signed_in):
    """F06, P23"""
    claim = claim_in(S.SUBMITTED)
    document = claim.documents.get(requirement__kind="invoice")
    assert signed_in.post(address(claim, verb="remove"), {"ids": [document.pk]}).status_code == 409
    assert len(live(claim)) == 2


# --- htmx -----------------------------------------------------------------------------------------------------------


def test_htmx_upload_and_removal_equal_a_fresh_load(signed_in, claim):
    post = (address(claim), {"files": file("one.pdf")})
    answer = assert_swap_equals_reload(signed_in, page_of(claim), post)
    assert "1 document was uploaded." in answer.content.decode()
    removal = (address(claim, verb="remove"), {"ids": [claim.documents.get().pk]})
    assert_swap_equals_reload(signed_in, page_of(claim), removal)


def test_htmx_upload_with_a_bad_file_keeps_the_panel_and_redraws_the_claim_behind(signed_in, claim):
    before = signed_in.get(page_of(claim)).content.decode()
    sent = {"files": [file("one.pdf"), file("two.exe", b"MZ")]}
    answer = signed_in.post(address(claim), sent, headers=headers("claim"))
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#dialogs"
    assert "two.exe: This kind of file is not accepted." in answer.content.decode()
    after = signed_in.get(page_of(claim)).content.decode()
    assert content(swapped(before, answer, "claim")) == content(parse_html(after))


def test_htmx_upload_form_is_a_panel(signed_in, claim):
    answer = signed_in.get(address(claim), headers=headers("dialogs"))
    assert answer.content.decode().startswith('<div id="dialogs"><dialog class="panel" id="upload" data-open')


def test_uploads_of_one_person_are_limited_by_the_hour(claim, signed_in, settings):
    """11.11"""
    settings.UPLOADS_PER_HOUR = 2
    files = [file(f"{number}.pdf", documents.pdf(str(number))) for number in range(3)]
    statuses = [signed_in.post(address(claim), {"files": one}).status_code for one in files]
    assert (statuses, live(claim)) == ([302, 302, 409], ["0.pdf", "1.pdf"])
