"""Documents as pictures: a PDF page by page, pictures as they are, never anything that runs (R-177, E18)."""

import hashlib
import io
import secrets
import struct

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from fpdf import FPDF
from PIL import Image

from claims import lifecycle, preview, review
from claims.actions import Action
from claims.models import Claim, Document
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from tests.factories import Walk, claim_in

pytestmark = pytest.mark.django_db

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(pages: int = 2, **encryption) -> bytes:
    made = FPDF()
    made.set_font("helvetica", size=24)
    for number in range(1, pages + 1):
        made.add_page()
        made.cell(text=f"Page {number}")
    if encryption:
        made.set_encryption(**encryption)
    return bytes(made.output())


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "navy").save(out, format=kind)
    return out.getvalue()


@pytest.fixture
def walk(ana, rita) -> Walk:
    return Walk(claim_in(S.CONSENT_RECEIVED), by=actor_for(ana), reviewer=actor_for(rita))


@pytest.fixture
def hand_in(walk):
    """Put a file on the claim, hand the claim in and let Rita take it."""

    def handed_in(content: bytes, content_type: str, name: str) -> Document:
        now = walk.claim.updated_at
        document = Document(
            requirement=walk.claim.engagement.evidence.get(kind="invoice"),
            key=default_storage.save(f"evidence/{secrets.token_hex(20)}", ContentFile(content)),
            name=name,
            content_type=content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        walk.claim = lifecycle.perform(walk.claim, Action.UPLOAD, walk.by, now, document=document)
        walk.hand_in(now)
        walk.submit(now)
        walk.start(now)
        return document

    return handed_in


def address(document: Document, page: int | str = "") -> str:
    return f"/review/{document.claim.number}/documents/{document.pk}/{f'{page}/' if page else ''}"


@pytest.fixture
def signed_in(client, rita):
    client.force_login(rita)
    return client


def test_pdf_shows_one_picture_per_page(signed_in, hand_in):
    document = hand_in(pdf(3), "application/pdf", "invoice of june.pdf")
    frame = signed_in.get(address(document)).content.decode()
    assert [frame.count(f'src="{address(document, page)}"') for page in (1, 2, 3, 4)] == [1, 1, 1, 0]
    drawn = [signed_in.get(address(document, page)) for page in (1, 2)]
    assert [(one.status_code, one["Content-Type"]) for one in drawn] == [(200, "image/png")] * 2
    assert struct.unpack(">I", drawn[0].content[16:20])[0] == 1000
    assert drawn[0].content != drawn[1].content
    assert signed_in.get(address(document, 4)).status_code == 404


@pytest.mark.parametrize(("kind", "content_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_picture_shows_as_it_was_handed_in(signed_in, hand_in, kind, content_type):
    document = hand_in(picture(kind), content_type, f"screen.{kind.lower()}")
    assert f'src="{address(document, 1)}"' in signed_in.get(address(document)).content.decode()
    shown = signed_in.get(address(document, 1))
    assert (shown["Content-Type"], b"".join(shown.streaming_content)) == (content_type, picture(kind))
    assert signed_in.get(address(document, 2)).status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.4\nbroken\n%%EOF\n", pdf()[:300], pdf(owner_password="o", user_password="u")],
    ids=["broken", "cut off", "encrypted"],
)
def test_pdf_that_cannot_be_drawn_says_so(signed_in, hand_in, content):
    document = hand_in(content, "application/pdf", "invoice.pdf")
    answer = signed_in.get(address(document))
    assert answer.status_code == 200
    assert "This document cannot be shown here. Download it to read it." in answer.content.decode()
    assert signed_in.get(address(document, 1)).status_code == 404


def test_file_that_is_gone_says_so(signed_in, hand_in):
    document = hand_in(pdf(), "application/pdf", "invoice.pdf")
    default_storage.delete(document.key)
    assert "cannot be shown here" in signed_in.get(address(document)).content.decode()
    assert signed_in.get(address(document, 1)).status_code == 404


def test_word_document_is_for_downloading_only(signed_in, hand_in):
    document = hand_in(b"PK...", DOCX, "report.docx")
    assert signed_in.get(address(document)).status_code == 404
    assert signed_in.get(address(document, 1)).status_code == 404
    page = signed_in.get(f"/review/{document.claim.number}/?document={document.pk}").content.decode()
    assert "This kind of file has no preview." in page
    assert f'src="{address(document)}"' not in page
    assert f'href="/incentives/claims/{document.claim.number}/documents/{document.pk}/"' in page


def test_long_pdf_stops_after_fifty_pages(signed_in, hand_in):
    document = hand_in(pdf(preview.MOST_PAGES + 2), "application/pdf", "long.pdf")
    assert signed_in.get(address(document)).content.decode().count("<img") == preview.MOST_PAGES
    assert signed_in.get(address(document, preview.MOST_PAGES + 1)).status_code == 404


def test_drawing_that_takes_too_long_is_given_up(signed_in, hand_in, monkeypatch):
    document = hand_in(pdf(), "application/pdf", "invoice.pdf")
    monkeypatch.setattr(preview, "SECONDS", 0.001)
    assert "cannot be shown here" in signed_in.get(address(document)).content.decode()


def test_frame_is_ours_only_and_nothing_in_it_runs(signed_in, hand_in):
    """Strict CSP: the one page that may stand in a frame."""
    document = hand_in(pdf(), "application/pdf", "invoice.pdf")
    frame = signed_in.get(address(document))
    policy = dict(part.strip().partition(" ")[::2] for part in frame["Content-Security-Policy"].split(";"))
    wanted = {"frame-ancestors": "'self'", "script-src": "'none'", "sandbox": "allow-same-origin"}
    assert {name: policy[name] for name in wanted} == wanted
    assert (frame["X-Frame-Options"], frame["Cache-Control"]) == ("SAMEORIGIN", "no-store")
    shown = signed_in.get(address(document, 1))
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (shown["X-Content-Type-Options"], shown["Cache-Control"]) == ("nosniff", "no-store")
    page = signed_in.get(f"/review/{document.claim.number}/?document={document.pk}")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert f'sandbox="allow-same-origin" loading="lazy" title="invoice.pdf" src="{address(document)}"' in (
        page.content.decode()
    )


@pytest.mark.parametrize(
    ("name", "status"), [("rita", 200), ("ravi", 403), ("lena", 200), ("olga", 200), ("ana", 403), ("omar", 404)]
)
def test_preview_is_for_those_who_may_open_the_document(client, cast, hand_in, name, status):
    """Reliability section 6; the review page offers exactly the previews that open."""
    document = hand_in(picture("PNG"), "image/png", "screen.png")
    client.force_login(getattr(cast, name))
    assert client.get(address(document)).status_code == status
    assert client.get(address(document, 1)).status_code == status
    page = client.get(f"/review/{document.claim.number}/?document={document.pk}").content.decode()
    assert (f'src="{address(document)}"' in page) == (status == 200)


def test_document_of_another_claim_or_removed_is_not_found(signed_in, hand_in, walk):
    document = hand_in(picture("PNG"), "image/png", "screen.png")
    other = claim_in(S.UNDER_REVIEW)
    assert signed_in.get(f"/review/{other.number}/documents/{document.pk}/").status_code == 404
    issues = [{"kind": "other", "severity": "must", "text": "A newer one, please."}]
    claim = review.request_action(walk.claim, walk.reviewer, issues)
    lifecycle.perform(claim, Action.REMOVE_DOCUMENT, walk.by, document=document)
    assert Claim.objects.get(pk=claim.pk).status == S.ACTION_REQUIRED
    assert signed_in.get(address(document)).status_code == 404
