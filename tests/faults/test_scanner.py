"""R-177, E10, FA18: what the virus scanner finds, and what waits while it is away."""

import zipfile

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from claims import evidence, lifecycle, tasks
from claims.actions import Action
from claims.models import Claim, Document, Scan
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common import antivirus
from mci_portal.common.clock import database_now
from tests.factories import EngagementFactory, claim_in
from tests.files import documents
from tests.files.scanner import VIRUS, scanner
from tests.pages.test_uploads import address, file

__all__ = ["scanner"]

pytestmark = pytest.mark.django_db
PDF = documents.pdf()
INFECTED = documents.office(extra={"word/note.xml": VIRUS.decode()}, compression=zipfile.ZIP_STORED)


@pytest.fixture
def claim(ana) -> Claim:
    """Asks for an invoice and nothing else."""
    return claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=("invoice",)))


@pytest.fixture
def signed_in(client, claim):
    client.force_login(claim.owner)
    return client


def send(client, claim: Claim, data: bytes = PDF, name: str = "invoice.pdf"):
    return client.post(address(claim), {"files": file(name, data)})


def submit(claim: Claim) -> Claim:
    return lifecycle.perform(claim, Action.SUBMIT, actor_for(claim.owner), database_now())


def test_clean_file_is_seen_whole_and_taken(signed_in, claim, scanner):
    data = documents.pdf() + b"\n" * 600_000 + b"%%EOF"
    assert send(signed_in, claim, data).status_code == 302
    assert (scanner.seen, Document.objects.get().scan) == ([data], Scan.CLEAN)


def test_infected_file_is_refused_and_not_kept(signed_in, claim, scanner):
    """E10."""
    answer = send(signed_in, claim, INFECTED, "invoice.docx")
    assert answer.status_code == 422
    assert "The file contains a virus and was not kept." in answer.text
    assert Document.objects.count() == 0


def test_file_that_comes_while_the_scanner_is_away_waits_for_it(signed_in, claim, scanner):
    """FA18: taken, not handed out, not handed in; and all of that as soon as the scanner is back."""
    port = scanner.stop()
    assert send(signed_in, claim).status_code == 302
    document = Document.objects.get()
    page = reverse("claims:detail", args=[claim.number])
    download = reverse("claims:download", args=[claim.number, document.pk])
    assert document.scan == Scan.PENDING
    assert "Checking for viruses" in signed_in.get(page).text
    assert download not in signed_in.get(page).text
    assert signed_in.get(download).status_code == 409
    with pytest.raises(lifecycle.Refused, match="still being checked"):
        submit(claim)
    tasks.scan_documents()  # still away
    assert Document.objects.get().scan == Scan.PENDING
    scanner.start(port)
    tasks.scan_documents()
    assert Document.objects.get().scan == Scan.CLEAN
    assert b"".join(signed_in.get(download).streaming_content) == PDF
    assert submit(claim).status == S.SUBMITTED


def test_virus_that_is_found_later_stays_shut_away_until_it_is_removed(signed_in, claim, scanner, caplog):
    port = scanner.stop()
    send(signed_in, claim, INFECTED, "invoice.docx")
    scanner.start(port)
    caplog.set_level("CRITICAL")
    assert evidence.scan_waiting() == 1
    assert "contains a virus" in caplog.text  # the operator's alarm
    document = Document.objects.get()
    assert document.scan == Scan.INFECTED
    page = signed_in.get(reverse("claims:detail", args=[claim.number])).text
    assert "Contains a virus" in page
    assert signed_in.get(reverse("claims:download", args=[claim.number, document.pk])).status_code == 409
    with pytest.raises(lifecycle.Refused, match="contains a virus"):
        submit(claim)
    evidence.remove(claim, document, actor_for(claim.owner))
    send(signed_in, claim, name="clean.pdf")
    assert submit(claim).status == S.SUBMITTED


@pytest.mark.parametrize("says", [b"stream: INSTREAM size limit exceeded. ERROR", b"UNKNOWN COMMAND", b""])
def test_answer_that_is_no_verdict_is_not_taken_for_a_good_one(signed_in, claim, scanner, says, monkeypatch):
    scanner.says = says or b"\n"
    assert send(signed_in, claim).status_code == 302
    assert Document.objects.get().scan == Scan.PENDING


def test_reviewer_does_not_see_it_either(client, rita, scanner):
    claim = claim_in(S.UNDER_REVIEW)
    document = claim.documents.order_by("pk").first()
    Document.objects.filter(pk=document.pk).update(scan=Scan.INFECTED, content_type="image/png")
    client.force_login(rita)
    for route, more in (("review:document_page", [1]), ("claims:download", [])):
        assert client.get(reverse(route, args=[claim.number, document.pk, *more])).status_code == 409
    assert client.get(reverse("review:claim", args=[claim.number])).status_code == 200


def test_without_a_scanner_every_file_that_passed_is_clean(signed_in, claim):
    assert not antivirus.is_there()
    assert send(signed_in, claim).status_code == 302
    assert Document.objects.get().scan == Scan.CLEAN


def test_address_of_the_scanner_that_is_not_understood_is_said(settings):
    settings.SCANNER_URL = "http://scanner"
    with pytest.raises(ImproperlyConfigured, match="clamd://host:3310"):
        antivirus.is_infected(None)
