"""Files in a folder or in a bucket: the portal's own code does not know which (STORAGE_URL)."""

import io
import sys
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured

from claims import evidence
from claims.models import Document
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from mci_portal.common.files import storage_of
from tests.factories import claim_in
from tests.files import bucket
from tests.files.documents import pdf


@pytest.fixture
def papers(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[bucket.Bucket]:
    """The portal's files in a bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "portal")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
    with bucket.running() as running:
        url = f"s3://papers?region_name=eu-north-1&endpoint_url={quote(running.url, safe='')}"
        settings.STORAGES = settings.STORAGES | {"default": storage_of(url)}
        yield running


@pytest.mark.django_db
def test_evidence_is_kept_in_the_bucket_under_a_random_name_and_handed_out_from_there(papers, client, ana):
    claim = claim_in(S.CONSENT_RECEIVED)
    requirement = claim.engagement.evidence.get(kind="invoice")
    content = pdf("Invoice")
    papers.files.clear()
    evidence.upload(claim, requirement, io.BytesIO(content), "Invoice.pdf", actor_for(ana))
    assert list(papers.files.values()) == [content]
    assert "Invoice" not in next(iter(papers.files))
    document = Document.objects.get(claim=claim, name="Invoice.pdf")
    client.force_login(ana)
    answer = client.get(f"/incentives/claims/{claim.number}/documents/{document.pk}/")
    assert b"".join(answer.streaming_content) == content


@pytest.mark.django_db
def test_file_that_no_document_speaks_of_is_tidied_away_in_a_bucket_too(papers):
    assert evidence.tidy(database_now()) == 0
    papers.files[f"{evidence.FOLDER}/lost.pdf"] = b"lost"
    assert evidence.tidy(database_now() + timedelta(days=400)) == 1
    assert papers.files == {}


@pytest.mark.parametrize("url", ["/srv/files", "file:///srv/files"])
def test_folder_is_named_by_its_path(url):
    assert storage_of(url)["OPTIONS"]["location"] == "/srv/files"


@pytest.mark.parametrize("url", ["s3://", "s3://papers/folder", "s3://key:secret@papers", "s3://papers?acl=public"])
def test_address_of_a_bucket_that_is_not_understood_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL is not understood"):
        storage_of(url)


def test_bucket_without_what_speaks_to_it_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "storages", None)
    with pytest.raises(ImproperlyConfigured, match=r"requirements/s3\.txt"):
        storage_of("s3://papers")
