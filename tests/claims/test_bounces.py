"""A mail to the customer comes back: the claim shows it, the partner is told, and nothing else changes (R-124)."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from claims import bounces
from claims.models import Claim, ClaimEvent, ConsentRequest
from claims.statuses import Status as S
from mci_portal.outbox import delivery, rendering
from mci_portal.outbox.models import Message, Status
from tests.factories import claim_in
from tests.smtp_sink import sink

__all__ = ["sink"]

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


@pytest.fixture
def asked(db) -> Claim:
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    Message.objects.filter(topic=claim.topic).exclude(kind="E01").update(status=Status.VOID)
    return claim


def request_mail(claim: Claim) -> Message:
    return Message.objects.get(topic=claim.topic, kind="E01")


def bounced(claim: Claim) -> int:
    return ClaimEvent.objects.filter(claim=claim, action="note_bounce").count()


@pytest.mark.server
def test_refused_address_is_noted_on_the_claim_and_the_partner_is_told(sink, asked):
    """FA03, T40."""
    sink.script[asked.customer_email] = ["550 5.1.1 no such mailbox"]
    delivery.deliver(NOW)
    asked.refresh_from_db()
    assert (asked.status, asked.bounced_at, bounced(asked)) == (S.AWAITING_CONSENT, NOW, 1)
    assert ConsentRequest.objects.get(claim=asked).bounced_at == NOW
    assert request_mail(asked).status == Status.FAILED
    told = Message.objects.get(topic=asked.topic, kind="E19")
    assert asked.customer_email in rendering.render(told).text
    assert delivery.deliver(NOW) == 1
    assert [mail["To"].addresses[0].addr_spec for mail in sink.received] == [asked.partner_email]


def test_second_notice_of_the_same_bounce_changes_nothing(asked):
    for _again in range(2):
        bounces.note(message=request_mail(asked), refused=True, now=NOW)
    assert bounced(asked) == 1
    assert Message.objects.filter(topic=asked.topic, kind="E19").count() == 1


def test_bounce_of_an_address_that_was_corrected_meanwhile_is_not_held_against_the_new_one(asked):
    Claim.objects.filter(pk=asked.pk).update(customer_email="new@customer.example")
    bounces.note(message=request_mail(asked), refused=True, now=NOW)
    asked.refresh_from_db()
    assert (asked.bounced_at, bounced(asked)) == (None, 0)
    assert ConsentRequest.objects.get(claim=asked).bounced_at == NOW


def test_mail_that_our_side_could_not_send_is_not_the_fault_of_the_address(sink, asked, caplog):
    """A relay that was away for two days must not lock every customer's address."""
    caplog.set_level(logging.CRITICAL)
    sink.script[asked.customer_email] = ["451 4.3.0 try again"]
    delivery.deliver(NOW + timedelta(hours=49))
    asked.refresh_from_db()
    assert request_mail(asked).status == Status.FAILED
    assert (asked.bounced_at, bounced(asked)) == (None, 0)


@pytest.mark.parametrize("kind", ["E03", "E04", "E22"])
def test_mail_that_asks_nothing_of_the_customer_may_come_back(asked, kind):
    message = request_mail(asked)
    message.kind = kind
    bounces.note(message=message, refused=True, now=NOW)
    assert bounced(asked) == 0


@pytest.mark.parametrize("topic", ["claim:9999999", "claim:", "something else", ""])
def test_message_about_no_claim_is_only_logged(asked, topic, caplog):
    message = request_mail(asked)
    message.topic = topic
    bounces.note(message=message, refused=True, now=NOW)
    assert "is not noted" in caplog.text


def test_bounce_for_a_claim_that_is_closed_is_only_logged(caplog):
    claim = claim_in(S.CONSENT_EXPIRED, now=NOW)
    bounces.note(message=request_mail(claim), refused=True, now=NOW)
    claim.refresh_from_db()
    assert (claim.status, claim.bounced_at) == (S.CONSENT_EXPIRED, None)
    assert "is not noted" in caplog.text
