"""The PDF that both sides keep of the customer's answer (R-121)."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from claims.models import ConsentRequest
from claims.receipts import receipt_pdf
from claims.statuses import Status as S
from tests.factories import claim_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def answered(**fields) -> ConsentRequest:
    """An answered request; ``fields`` are set on the object alone, because the row is final."""
    request = ConsentRequest.objects.get(claim=claim_in(S.CONSENT_RECEIVED, now=NOW))
    for name, value in fields.items():
        setattr(request, name, value)
    return request


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_receipt_holds_who_when_where_which_text_and_its_words():
    request = answered(
        user_agent="Test browser 1.0", ip_address="2001:db8::1", language="en", typed_name="Zoë Ångström"
    )
    words = words_of(receipt_pdf(request))
    for fact in (
        "Accepted",
        "Zoë Ångström",
        request.to_email,
        "March 2, 2026, 09:15 UTC",
        "2001:db8::1",
        "Test browser 1.0",
        request.text_version,
        request.claim.partner.legal_name,
        request.claim.engagement.name,
        str(request.claim.number),
        *(" ".join(paragraph.split()) for paragraph in request.text_shown.split("\n\n")),
    ):
        assert fact in words


def test_receipt_of_the_same_answer_is_the_same_file():
    request = answered()
    assert receipt_pdf(request) == receipt_pdf(request)


def test_letters_that_the_font_lacks_are_named_and_not_lost():
    assert "[U+5F20]" in words_of(receipt_pdf(answered(typed_name="张 Wei")))


def test_long_words_and_missing_facts_fit_the_page():
    request = answered(user_agent="x" * 300, ip_address=None, text_shown="w" * 3000)
    assert len(PdfReader(io.BytesIO(receipt_pdf(request))).pages) >= 1
