"""Microsoft records a customer's answer for him, and settles what is held (requirements section 22, T06)."""

import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims import lifecycle, on_behalf
from claims.actions import Action as A
from claims.invariants import violations
from claims.models import Claim, ConsentRequest, OptOutLink, RecordedAnswer
from claims.receipts import receipt_pdf
from claims.statuses import Status as S
from eligibility.models import Verdict
from engagements.models import Engagement
from mci_portal.common.clock import database_now
from mci_portal.outbox import delivery
from mci_portal.outbox.models import Message
from tests.factories import claim_in
from tests.files.documents import EICAR, pdf
from tests.pages.mailed import NO, YES, consent_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cast")]


def visitor(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(claim: Claim, action: str) -> str:
    return f"/review/{claim.number}/record/{action}/"


def sent(claim: Claim, **changed) -> dict:
    file = SimpleUploadedFile("letter.pdf", pdf("We agree"), content_type="application/pdf")
    day = f"{database_now():%Y-%m-%d}"
    return {"customer_name": "Carla Boss", "given_on": day, "channel": "Signed letter", "evidence": file} | changed


def whole(claim: Claim) -> list:
    """Every promise that is broken now; nothing."""
    claim.refresh_from_db()
    return [line for line in violations(database_now()) if line[0] not in ("I3", "I5")]


@pytest.mark.parametrize("who", ["lena", "olga"])
def test_acceptance_is_recorded_with_its_evidence(cast, who):
    claim = claim_in(S.AWAITING_CONSENT)
    client, name = visitor(getattr(cast, who)), getattr(cast, who).name
    assert "Accept" in [offer["label"] for offer in client.get(f"/review/{claim.number}/").context["record_offers"]]
    assert client.get(url(claim, "accept")).status_code == 200
    assert client.post(url(claim, "accept"), sent(claim)).status_code == 302
    assert whole(claim) == []
    assert (claim.status, claim.voucher.name) == (S.CONSENT_RECEIVED, name)
    request = ConsentRequest.objects.get(claim=claim, decision="accepted")
    row = request.recorded
    assert (request.typed_name, row.channel, row.recorded_by_name, row.action) == (
        "Carla Boss", "Signed letter", name, "accept",
    )  # fmt: skip
    event = claim.events.last()
    assert (event.action, event.actor_name, event.data["on_behalf_of"]) == ("accept", name, "Carla Boss")
    history = visitor(cast.ana).get(f"/incentives/claims/{claim.number}/history/").content.decode()
    assert "Recorded on behalf of Carla Boss" in history
    assert b"%PDF" in receipt_pdf(request)
    delivery.drain()
    for kind in ("E03", "E04"):
        text = Message.objects.get(topic=claim.topic, kind=kind).text
        assert f"{name} of Microsoft recorded this answer on the customer's behalf" in text
        assert "Signed letter" in text


def test_refusal_is_recorded_and_its_reason_shared_only_where_he_allows(cast):
    claim = claim_in(S.AWAITING_CONSENT)
    visitor(cast.lena).post(url(claim, "decline"), sent(claim, reason="No time."))
    assert whole(claim) == []
    assert claim.status == S.CONSENT_DECLINED
    assert claim.consent_requests.get(decision="declined").reason == "No time."
    page = visitor(cast.ana).get(f"/incentives/claims/{claim.number}/").content.decode()
    assert ("No time." in page, "Carla Boss, recorded by Lena Lind of Microsoft" in page) == (False, True)


def test_withdrawal_is_recorded_where_the_engagement_allows_it(cast):
    claim = claim_in(S.CONSENT_RECEIVED)
    client = visitor(cast.lena)
    assert client.post(url(claim, "withdraw"), sent(claim)).status_code == 409
    Engagement.objects.update(withdrawal=True)
    assert client.post(url(claim, "withdraw"), sent(claim)).status_code == 302
    assert whole(claim) == []
    assert claim.status == S.CONSENT_REJECTED
    assert RecordedAnswer.objects.get().action == "withdraw"


@pytest.mark.parametrize("status", [S.SUBMITTED, S.APPROVED])
def test_opt_out_is_recorded(cast, status):
    claim = claim_in(status, kind="cpor")
    assert visitor(cast.olga).post(url(claim, "opt_out"), sent(claim)).status_code == 302
    assert whole(claim) == []
    assert claim.status == S.CONSENT_REJECTED
    assert OptOutLink.objects.get(claim=claim, used_at__isnull=False).recorded.channel == "Signed letter"
    delivery.drain()
    assert "of Microsoft recorded this answer" in Message.objects.get(topic=claim.topic, kind="E03").text


def test_answer_needs_no_live_link(cast):
    """The customer's contact was changed, and the new one was never asked."""
    claim = claim_in(S.AWAITING_CONSENT)
    ConsentRequest.objects.update(voided_at=database_now())
    assert visitor(cast.lena).post(url(claim, "accept"), sent(claim)).status_code == 302
    assert whole(claim) == []
    assert claim.consent_requests.count() == 2


@pytest.mark.parametrize("who", ["rita", "ravi", "arthur"])
@pytest.mark.parametrize("action", ["accept", "decline"])
def test_nobody_but_leads_and_operators(cast, who, action):
    claim = claim_in(S.AWAITING_CONSENT)
    client = visitor(getattr(cast, who))
    assert client.get(url(claim, action)).status_code == 403
    assert client.post(url(claim, action), sent(claim)).status_code == 403
    assert client.get(f"/review/{claim.number}/").context["record_offers"] == []


def test_deadline_is_the_customers_own(cast):
    claim = claim_in(S.AWAITING_CONSENT, now=database_now() - timedelta(days=31))
    assert visitor(cast.lena).post(url(claim, "accept"), sent(claim)).status_code == 409
    assert RecordedAnswer.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"customer_name": ""}, "customer_name"),
        ({"channel": " "}, "channel"),
        ({"given_on": "2999-01-01"}, "given_on"),
        ({"given_on": "2001-01-01"}, "given_on"),
        ({"given_on": "no day"}, "given_on"),
        ({"evidence": ""}, "evidence"),
        ({"evidence": SimpleUploadedFile("run.exe", b"MZ\x90")}, "evidence"),
        ({"evidence": SimpleUploadedFile("letter.pdf", EICAR.encode())}, "evidence"),
        ({"evidence": SimpleUploadedFile("letter.pdf", b"")}, "evidence"),
    ],
)
def test_bad_input_is_told_at_its_field(cast, changed, field):
    claim = claim_in(S.AWAITING_CONSENT)
    answer = visitor(cast.lena).post(url(claim, "accept"), sent(claim, **changed))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Claim.objects.get(pk=claim.pk).version == claim.version


@pytest.mark.parametrize("action", ["cancel", "approve", "nonsense"])
def test_other_actions_have_no_such_page(cast, action):
    assert visitor(cast.lena).get(url(claim_in(S.AWAITING_CONSENT), action)).status_code == 404


def test_domain_asks_for_the_evidence(cast):
    claim = claim_in(S.AWAITING_CONSENT)
    request = claim.consent_requests.get()
    record = {"decision": "accepted", "typed_name": "Carla"}
    with pytest.raises(lifecycle.Refused, match="needs its evidence"):
        lifecycle.perform(claim, A.ACCEPT, cast.actor("lena"), request=request, record=record)
    with pytest.raises(lifecycle.NotPermitted):
        on_behalf.record(claim, A.ACCEPT, cast.actor("rita"), None, None, "")


def test_who_recorded_the_acceptance_does_not_decide_the_claim(cast):
    claim = claim_in(S.AWAITING_CONSENT)
    visitor(cast.lena).post(url(claim, "accept"), sent(claim))
    claim.refresh_from_db()
    Claim.objects.filter(pk=claim.pk).update(status=S.SUBMITTED, first_submitted_at=database_now(), due_at=None)
    claim.refresh_from_db()
    with pytest.raises(lifecycle.Refused, match="You entered the customer's acceptance"):
        lifecycle.perform(claim, A.START_REVIEW, cast.actor("lena"))
    assert lifecycle.perform(claim, A.START_REVIEW, cast.actor("rita")).status == S.UNDER_REVIEW


def test_evidence_is_opened_by_those_who_open_documents(cast):
    claim = claim_in(S.AWAITING_CONSENT)
    visitor(cast.lena).post(url(claim, "accept"), sent(claim))
    row = RecordedAnswer.objects.get()
    address = f"/review/{claim.number}/recorded/{row.pk}/"
    answer = visitor(cast.olga).get(address)
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == row.sha256
    assert answer.headers["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    found = [visitor(getattr(cast, who)).get(address).status_code for who in ("rita", "arthur", "ana", "omar")]
    assert found == [403, 403, 403, 404]
    assert visitor(cast.olga).get(f"/review/{claim.number}/recorded/99999/").status_code == 404


# --- what is held -----------------------------------------------------------------------------------------------------


@pytest.fixture
def held(cast) -> Claim:
    """The customer said yes while the location was not eligible."""
    claim = claim_in(S.AWAITING_CONSENT)
    Verdict.objects.update(eligible=False, unmet=["enrolment"])
    assert Client().post(consent_link(claim), YES).status_code == 409
    claim.refresh_from_db()
    return claim


def test_lead_sees_what_is_held_and_why(cast, held):
    for who in ("lena", "rita", "olga", "arthur"):
        client = visitor(getattr(cast, who))
        row = client.get("/review/held/").context["rows"][0]
        assert (row["claim"], len(row["reasons"])) == (held, 1)
        page = client.get(f"/review/{held.number}/").content.decode()
        assert "An acceptance is held" in page
        assert ("Release the acceptance" in page) == (who in ("lena", "olga"))
    assert visitor(cast.ana).get("/review/held/").status_code == 403


def test_released_acceptance_takes_effect_as_the_customer_gave_it(cast, held):
    assert visitor(cast.lena).post(f"/review/{held.number}/release-acceptance/").status_code == 302
    assert whole(held) == []
    request = held.consent_requests.get()
    assert (held.status, held.voucher) == (S.CONSENT_RECEIVED, cast.lena)
    assert (request.decision, request.typed_name, request.recorded) == ("accepted", YES["typed_name"], None)
    assert request.text_shown
    assert (request.held, bool(request.held_at)) == ({}, True)
    assert held.events.last().data["reasons_waived"]
    delivery.drain()
    assert "released it" in Message.objects.get(topic=held.topic, kind="E04").text
    assert visitor(cast.lena).get("/review/held/").context["rows"] == []
    assert visitor(cast.lena).post(f"/review/{held.number}/release-acceptance/").status_code == 409


def test_refused_acceptance_is_told_to_both_and_the_partner_may_ask_again(cast, held):
    client, address = visitor(cast.olga), f"/review/{held.number}/refuse-acceptance/"
    link = consent_link(held)
    assert client.get(address).status_code == 200
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "The location must enroll first."}).status_code == 302
    assert whole(held) == []
    assert held.status == S.AWAITING_CONSENT
    assert Client().post(link, YES).status_code == 410
    delivery.drain()
    partners, customers = (
        Message.objects.filter(topic=held.topic, kind=kind).latest("pk").text for kind in ("N40", "E22")
    )
    assert "The location must enroll first." in partners
    assert "cannot let your acceptance" in customers
    assert client.post(address, {"text": "Again"}).status_code == 409
    page = visitor(cast.ana).get(f"/incentives/claims/{held.number}/").content.decode()
    assert ("that could not take effect" in page, "The contact was changed" in page) == (True, False)


@pytest.mark.parametrize("who", ["rita", "arthur", "ana"])
def test_nobody_else_settles_it(cast, held, who):
    client = visitor(getattr(cast, who))
    for page in ("release-acceptance", "refuse-acceptance"):
        assert client.post(f"/review/{held.number}/{page}/", {"text": "x"}).status_code == 403


def test_customer_may_still_decline_while_his_yes_is_held(cast, held):
    assert Client().post(consent_link(held), NO).status_code == 302
    held.refresh_from_db()
    assert held.status == S.CONSENT_DECLINED
    assert visitor(cast.lena).get("/review/held/").context["rows"] == []


def test_links_on_the_pages_are_whole(cast, held):
    """Every address of the section opens."""
    client = visitor(cast.lena)
    for offer in client.get(f"/review/{held.number}/").context["record_offers"]:
        assert client.get(urlsplit(offer["url"]).path).status_code == 200
