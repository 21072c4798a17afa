"""Reminders of deadlines and the reviewers' digest: each once, never late ones in a heap (R-245, DL20, E06, E12)."""

from datetime import UTC, datetime, timedelta

import pytest

from claims import tasks
from claims.lifecycle import perform
from claims.models import Claim
from claims.reminders import remind
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from mci_portal.common.models import Heartbeat
from mci_portal.outbox import notices, rendering
from mci_portal.outbox.models import Message
from tests.factories import EngagementFactory, Walk, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.server]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def _days_told() -> list[int]:
    return [message.context["days"] for message in _notices()]


def _notices() -> list[Message]:
    """The reminders that the portal lists: one for each rung, whoever gets a copy by mail."""
    return list(Message.objects.filter(kind="E06", partner_id__isnull=False).order_by("id"))


def told(now) -> int:
    """How many rungs were told at ``now``."""
    before = len(_notices())
    remind(now)
    return len(_notices()) - before


WITH_DEADLINE = [
    (S.CUSTOMER_CLAIMED, 1),
    (S.AWAITING_CONSENT, 1),
    (S.CONSENT_RECEIVED, 1),
    (S.ACTION_REQUIRED, 1),
    (S.ACTION_REQUIRED, 2),
    (S.REJECTED, 1),
    (S.DISPUTED, 2),
]


@pytest.mark.parametrize(
    ("status", "round"), WITH_DEADLINE, ids=[f"{status}-{round}" for status, round in WITH_DEADLINE]
)
def test_each_rung_of_the_ladder_is_told_once_at_its_moment(status, round):
    """DL20."""
    claim = claim_in(status, round=round, engagement=EngagementFactory(evidence=("invoice",)), now=NOW)
    day_begins = claim.due_at.replace(hour=0)
    for moment in (*(claim.due_at - days * DAY for days in (14, 7, 3, 1)), day_begins):
        assert told(moment - SECOND) == 0
        assert told(moment) == 1
        assert told(moment + SECOND) == 0
    assert told(claim.due_at) == 0
    assert _days_told() == [14, 7, 3, 1, 0]


def test_after_an_outage_only_the_nearest_rung_is_told():
    """DL20: down from before 14 until 2 days are left."""
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    assert told(claim.due_at - 2 * DAY) == 1
    assert told(claim.due_at - 2 * DAY + SECOND) == 0
    assert told(claim.due_at - DAY) == 1
    assert _days_told() == [3, 1]


def test_reminder_goes_to_the_partner_contact_of_the_claim():
    claim = claim_in(S.REJECTED, now=NOW)
    told(claim.due_at - 7 * DAY)
    (message,) = _notices()
    assert (message.audience, message.to_email, message.to_name) == ("partner", claim.partner_email, claim.partner_name)
    assert (message.partner_id, message.location_id, message.topic) == (
        claim.partner_id,
        claim.location_id,
        claim.topic,
    )
    assert (message.status, message.created_at) == ("queued", claim.due_at - 7 * DAY)
    assert message.context == {"from": "rejected", "days": 7, "due_at": claim.due_at.isoformat()}
    assert message.dedup_key == f"claim:{claim.number}:E06:{claim.due_at.isoformat()}:7"


def test_deadline_set_with_ten_days_to_go_is_not_reminded_of_at_once():
    """C-09 gives ten days; E13 has just told them. The next rung is seven."""
    claim = claim_in(S.UNDER_REVIEW, engagement=EngagementFactory(evidence=("invoice",)), now=NOW)
    walk = Walk(claim, by=actor_for(claim.owner))
    walk.request_action(claim.review_due_at - DAY)
    due_at = walk.claim.due_at
    assert due_at == claim.review_due_at + 9 * DAY
    assert told(due_at - 10 * DAY + SECOND) == 0
    assert told(due_at - 7 * DAY) == 1


def test_claim_that_moved_on_is_not_reminded_of():
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    perform(claim, "cancel", actor_for(claim.owner), claim.due_at - 8 * DAY)
    assert told(claim.due_at - 7 * DAY) == 0


def test_dispute_opened_in_between_does_not_repeat_a_rung():
    claim = claim_in(S.REJECTED, now=NOW)
    assert told(claim.due_at - 7 * DAY) == 1
    Walk(claim, by=actor_for(claim.owner)).dispute(claim.due_at - 6 * DAY)
    assert told(claim.due_at - 6 * DAY + SECOND) == 0
    assert _days_told() == [7]


# --- at least two people (R-245) -------------------------------------------------------------------------------------


def _addresses() -> list[str]:
    return [message.to_email for message in Message.objects.filter(kind="E06").order_by("id")]


@pytest.mark.parametrize(
    ("owner", "contact", "addresses"),
    [
        ("ben", "pat@contoso.example", ["pat", "ben", "ana"]),  # the contact has no account: two members know
        ("ben", "BEN@contoso.example", ["BEN", "ana"]),
        ("ben", "ana@contoso.example", ["ana", "ben"]),
        ("ana", "ben@contoso.example", ["ben", "ana"]),
        ("ana", "pat@contoso.example", ["pat", "ana", "ben"]),
    ],
)
def test_reminder_reaches_owner_and_contact_and_at_least_two_members(cast, owner, contact, addresses):
    """Tom works at Toronto only, Omar for Fabrikam: neither is told of a claim at Redmond."""
    claim = claim_in(S.CUSTOMER_CLAIMED, by=getattr(cast, owner), location=cast.redmond, now=NOW)
    Claim.objects.filter(pk=claim.pk).update(partner_email=contact)
    remind(claim.due_at - 7 * DAY)
    remind(claim.due_at - 7 * DAY + SECOND)
    assert [address.partition("@")[0] for address in _addresses()] == addresses


def test_owner_who_left_and_closed_accounts_are_not_told(cast):
    claim = claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=NOW)
    cast.ben.memberships.all().delete()
    remind(claim.due_at - 7 * DAY)
    assert _addresses() == [claim.partner_email, "ana@contoso.example"]
    cast.ana.is_active = False
    cast.ana.save()
    remind(claim.due_at - 3 * DAY)
    assert _addresses()[2:] == [claim.partner_email]


def test_copy_is_listed_once_in_the_portal_and_says_why_it_came(cast):
    claim = claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=NOW)
    remind(claim.due_at - 7 * DAY)
    assert notices.of_actor(cast.actor("ana")).filter(kind="E06").count() == 1
    copy = Message.objects.get(kind="E06", to_email="ana@contoso.example")
    mail = rendering.render(copy)
    assert "because you work on the claims of this location" in mail.text
    assert f"/incentives/claims/{claim.number}/" in mail.text
    assert "7 days are left." in mail.text


def test_last_reminder_says_that_today_is_the_day(cast):
    claim = claim_in(S.CUSTOMER_CLAIMED, now=NOW)
    remind(claim.due_at.replace(hour=0))
    assert "Today is the last day." in rendering.render(_notices()[0]).text


def test_digest_tells_each_active_reviewer_once_a_day(cast):
    """R-198, E12: one mail with the count, never one per claim; operators and inactive reviewers get none."""
    cast.ravi.is_active = False
    cast.ravi.save()
    first = claim_in(S.SUBMITTED, now=NOW - 5 * DAY)
    claim_in(S.SUBMITTED, now=NOW)
    second_round = claim_in(S.SUBMITTED, round=2, now=NOW)
    assert remind(NOW) == 2
    assert remind(NOW + timedelta(hours=3)) == 0
    oldest = min(first.review_due_at, second_round.dispute_review_due_at).isoformat()
    messages = Message.objects.filter(kind="E12").order_by("id")
    assert [(message.to_email, message.audience, message.context) for message in messages] == [
        ("rita@microsoft.example", "reviewer", {"count": 3, "oldest_due": oldest}),
        ("lena@microsoft.example", "reviewer", {"count": 3, "oldest_due": oldest}),
    ]
    assert remind(NOW + DAY) == 2


def test_digest_is_silent_while_nothing_waits(cast):
    claim_in(S.UNDER_REVIEW, now=NOW)
    assert remind(NOW) == 0


def test_reminders_over_several_chunks_reach_every_claim(monkeypatch):
    monkeypatch.setattr("claims.reminders.CHUNK", 2)
    engagement = EngagementFactory()
    due_at = {claim_in(S.CUSTOMER_CLAIMED, engagement=engagement, now=NOW).due_at for _ in range(5)}
    assert told(due_at.pop() - DAY) == 5
    assert Message.objects.filter(kind="E06").values("topic").distinct().count() == Claim.objects.count() == 5


def test_send_reminders_job_reminds_and_leaves_a_heartbeat():
    claim_in(S.CUSTOMER_CLAIMED, now=database_now() - 29 * DAY - timedelta(minutes=1))
    tasks.send_reminders()
    assert _days_told() == [1]
    assert Heartbeat.objects.filter(name="send-reminders").count() == 1
