"""E02: the customer is reminded where the partner allowed it, once a rung, by the link he has already (section 20)."""

from datetime import UTC, datetime, timedelta

import pytest

from claims import consent, contacts, customer_reminders
from claims.models import Claim, ConsentRequest
from claims.resending import resend
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.factories import Walk, claim_in, live_request

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def asked(redmond) -> Claim:
    """Asked on the first day, reminders allowed."""
    claim = claim_in(S.CUSTOMER_CLAIMED, location=redmond, now=NOW)
    return consent.ask(claim, actor_for(claim.owner), NOW + SECOND, remind=True)


def told(at) -> int:
    return customer_reminders.remind(at)


def test_each_rung_is_told_once_at_its_moment(asked):
    for days in (14, 7, 3, 1):
        moment = asked.due_at - days * DAY
        assert (told(moment - SECOND), told(moment), told(moment + SECOND)) == (0, 1, 0)
    assert told(asked.due_at) == 0
    assert Message.objects.filter(kind="E02").count() == 4


def test_after_an_outage_only_the_nearest_is_told(asked):
    assert told(asked.due_at - 2 * DAY) == 1
    assert told(asked.due_at - DAY) == 1


def test_nobody_is_reminded_unless_the_partner_allowed_it(redmond):
    claim = claim_in(S.AWAITING_CONSENT, location=redmond, now=NOW)
    assert told(claim.due_at - DAY) == 0


def test_rung_before_the_request_was_sent_is_not_made_up_for(redmond):
    claim = claim_in(S.CUSTOMER_CLAIMED, location=redmond, now=NOW)
    consent.ask(claim, actor_for(claim.owner), claim.due_at - 5 * DAY, remind=True)
    assert told(claim.due_at - 4 * DAY) == 0
    assert told(claim.due_at - 3 * DAY) == 1


@pytest.mark.parametrize("step", ["accept", "decline", "cancel"])
def test_answered_or_canceled_request_is_not_reminded_of(asked, step):
    walk = Walk(asked, by=actor_for(asked.owner))
    getattr(walk, step)(NOW + DAY)
    assert told(asked.due_at - DAY) == 0


def test_bounced_address_is_not_written_to_again(asked):
    Claim.objects.filter(pk=asked.pk).update(bounced_at=NOW + DAY)
    assert told(asked.due_at - DAY) == 0


def test_reminder_carries_the_link_that_works_and_stops_with_it(asked):
    request = live_request(asked)
    told(asked.due_at - DAY)
    message = Message.objects.get(kind="E02")
    assert (message.to_email, message.token_nonce) == (asked.customer_email, request.nonce)
    assert "This is a reminder" in rendering.render(message).text
    values = {name: getattr(asked, name) for name in contacts.FIELDS} | {"customer_name": "Dora"}
    contacts.change(asked, actor_for(asked.owner), values, asked.due_at - DAY + SECOND)
    assert Message.objects.get(kind="E02").status == "void"
    assert told(asked.due_at - SECOND) == 0


def test_sending_again_for_several_claims_keeps_what_the_partner_chose(asked):
    assert resend(actor_for(asked.owner), [asked.number]).refused != {}  # by today's clock its time is over
    consent.lifecycle.perform(asked, "resend_consent", actor_for(asked.owner), NOW + DAY)
    assert ConsentRequest.objects.get(voided_at=None).remind


def test_partner_chooses_on_the_page_of_the_mail(client, redmond, ana):
    claim = claim_in(S.CUSTOMER_CLAIMED, location=redmond)
    client.force_login(ana)
    address = f"/incentives/claims/{claim.number}/consent/?step=review"
    assert 'name="remind">' in client.get(address).content.decode()
    client.post(address, {"version": claim.version, "remind": "on"})
    assert ConsentRequest.objects.get().remind
    assert 'name="remind" checked' in client.get(address).content.decode()
