"""FA13: no room for an upload. Nothing of it is kept, the reader is told, and everything else goes on."""

import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims import evidence
from claims.models import Claim, Document
from claims.statuses import Status as S
from mci_portal.common.files import names_in
from tests.factories import claim_in
from tests.files import documents
from tests.pages.htmx import headers

pytestmark = pytest.mark.django_db
MB = 1024 * 1024
# Fits the first limit as it comes in and not the second: half an upload is written when there is no room for more.
FILE = documents.pdf() + b"\n" * (2 * MB) + b"%%EOF"


@pytest.fixture
def claim(client, ana) -> Claim:
    client.force_login(ana)
    return claim_in(S.CONSENT_RECEIVED)


@pytest.fixture
def room(monkeypatch) -> Iterator:
    """``room(bytes)``: from now on this process can make no file longer than that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _send(claim: Claim, **extra):
    client = Client(raise_request_exception=False)
    client.force_login(claim.owner)
    requirement = claim.engagement.evidence.get(kind="invoice")
    address = f"/incentives/claims/{claim.number}/documents/{requirement.pk}/upload/"
    return client.post(address, {"files": SimpleUploadedFile("invoice.pdf", FILE)}, **extra)


def _traces() -> tuple[list[str], list[str]]:
    return names_in(evidence.FOLDER), sorted(path.name for path in Path(tempfile.gettempdir()).glob("*.upload*"))


def test_upload_on_its_way_in_finds_no_room(claim, client, room):
    before = _traces()
    room(MB)
    answer = _send(claim)
    assert answer.status_code == 507
    assert "There is no room for this file at the moment." in answer.text
    assert (_traces(), Document.objects.count()) == (before, 0)
    assert client.get(f"/incentives/claims/{claim.number}/").status_code == 200


def test_upload_on_its_way_into_the_storage_finds_no_room(claim, monkeypatch, room):
    """The folder of the documents is another disk than that of the uploads."""
    before, identify = _traces(), evidence._identify
    monkeypatch.setattr(evidence, "_identify", lambda *args: (identify(*args), room(MB))[0])
    answer = _send(claim, headers=headers("claim"))
    assert (answer.status_code, answer["HX-Retarget"]) == (507, "#messages")
    assert "Nothing was stored" in answer.text
    assert (_traces(), Document.objects.count()) == (before, 0)
    claim.refresh_from_db()
    assert claim.events.filter(action="upload").count() == 0


def test_with_room_again_the_same_file_is_taken(claim, room):
    room(MB)
    assert _send(claim).status_code == 507
    room(64 * MB)
    assert _send(claim).status_code == 302
    assert Document.objects.get().size == len(FILE) <= settings.UPLOAD_MAX_BYTES
