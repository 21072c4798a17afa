"""The examples of requirements section 19, day by day, with every mail that each step brings: text and HTML."""

from datetime import UTC, datetime

import pytest

from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.cast import place
from tests.factories import (
    AssociationEngagementFactory,
    CustomerFactory,
    EngagementFactory,
    Walk,
    allow,
    claim_in,
    contacts_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken")]


def _day(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


class Story:
    """Walks a claim, and after each step says what it changed and who was told."""

    def __init__(self, walk: Walk):
        self.walk, self.told = walk, 0

    def step(self, verb: str, at: datetime) -> tuple[str, str, set[str]]:
        getattr(self.walk, verb)(at)
        claim = Claim.objects.get(pk=self.walk.claim.pk)
        new = list(Message.objects.order_by("id")[self.told :])
        self.told += len(new)
        for message in new:
            letter = rendering.render(message)
            if letter is None:  # answered before the mail could leave
                assert message.kind == "E08"
                continue
            assert letter.text.strip(), message.kind
            assert letter.html.strip().lower().startswith("<!doctype html"), message.kind
            assert "{" not in letter.subject + letter.text, message.kind
        due = f"{claim.due_at:%d %b}".lstrip("0") if claim.due_at else ""
        return claim.status, due, {message.kind for message in new}

    @property
    def claim(self) -> Claim:
        return Claim.objects.get(pk=self.walk.claim.pk)


def test_workshop_of_section_19_from_the_first_of_march_to_the_final_rejection(cast):
    """Created 1 March; every date and status of the example, and the mails of section 20."""
    redmond, customer, engagement = place("redmond"), CustomerFactory(), EngagementFactory()
    allow(redmond, engagement)
    begin = {
        "location": redmond, "customer": customer, "engagements": [engagement], "name": "Example",
        "contacts": contacts_of(redmond.partner, customer), "id_type": "domain", "id_value": customer.domain,
    }  # fmt: skip
    story = Story(Walk(Claim(), by=cast.actor("ana"), begin=begin))

    assert story.step("add", _day(3, 1)) == (S.CUSTOMER_CLAIMED, "31 Mar", {"N01"})
    assert story.step("ask", _day(3, 2)) == (S.AWAITING_CONSENT, "31 Mar", {"E01", "N03"})
    assert story.step("accept", _day(3, 10)) == (S.CONSENT_RECEIVED, "8 Jun", {"E03", "E04"})
    assert story.claim.review_due_at == _day(7, 8)
    status, due, told = story.step("hand_in", _day(5, 30))
    assert (status, due, told) == (S.CONSENT_RECEIVED, "8 Jun", {"E08", "E10"})
    assert story.step("submit", _day(6, 1)) == (S.SUBMITTED, "", {"E11", "N41"})
    assert story.step("start", _day(6, 10)) == (S.UNDER_REVIEW, "", {"N16"})
    assert story.step("request_action", _day(6, 20)) == (S.ACTION_REQUIRED, "8 Jul", {"E13"})
    assert story.step("answer_issues", _day(6, 24)) == (S.ACTION_REQUIRED, "8 Jul", set())
    assert story.step("submit", _day(6, 25)) == (S.SUBMITTED, "", {"N41"})
    assert story.step("start", _day(6, 28)) == (S.UNDER_REVIEW, "", {"N16"})
    assert story.step("reject", _day(6, 30)) == (S.REJECTED, "30 Jul", {"E15"})
    assert story.step("dispute", _day(7, 5)) == (S.DISPUTED, "30 Jul", {"N24"})
    assert story.step("argue", _day(7, 19)) == (S.DISPUTED, "30 Jul", set())
    assert story.step("submit", _day(7, 20)) == (S.SUBMITTED, "", {"E11", "N41"})
    assert story.claim.dispute_review_due_at == _day(8, 19)
    assert story.step("start_again", _day(7, 25)) == (S.UNDER_REVIEW, "", {"N16"})
    assert story.step("request_action", _day(8, 1)) == (S.ACTION_REQUIRED, "19 Aug", {"E13"})
    assert story.step("answer_issues", _day(8, 4)) == (S.ACTION_REQUIRED, "19 Aug", set())
    assert story.step("submit", _day(8, 5)) == (S.SUBMITTED, "", {"N41"})
    assert story.step("start_again", _day(8, 6)) == (S.UNDER_REVIEW, "", {"N16"})
    assert story.step("reject", _day(8, 10)) == (S.REJECTED_FINAL, "", {"E16"})
    assert story.claim.dispute_review_due_at == _day(8, 19)  # set once
    assert story.claim.round == 2


def test_use_or_consume_from_the_draft_through_silence_and_dispute_to_the_opt_out(cast):
    """Section 19, notes: review in 14 business days, answer in 14, dispute in 30 days, its review in 5, opt-out 5."""
    redmond, customer, engagement = place("redmond"), CustomerFactory(), AssociationEngagementFactory()
    allow(redmond, engagement)
    claim = claim_in(S.DRAFT, kind="cpor", engagement=engagement, customer=customer, now=_day(3, 2))
    story = Story(Walk(claim, by=actor_for(claim.created_by)))
    story.told = 1

    assert story.step("hand_in", _day(3, 3)) == (S.DRAFT, "", set())
    assert story.step("submit", _day(3, 4)) == (S.SUBMITTED, "", {"E11", "N41", "E17"})
    assert story.claim.review_due_at == _day(3, 24)
    assert story.step("start", _day(3, 6)) == (S.UNDER_REVIEW, "", {"N16"})
    assert story.step("request_action", _day(3, 9)) == (S.ACTION_REQUIRED, "27 Mar", {"E13"})
    assert story.step("expire", _day(3, 27)) == (S.REJECTED, "26 Apr", {"E15"})
    assert story.step("dispute_at_once", _day(4, 6)) == (S.SUBMITTED, "", {"E11", "N41"})
    assert story.claim.dispute_review_due_at == _day(4, 13)
    assert story.step("start_again", _day(4, 7)) == (S.UNDER_REVIEW, "", {"N16"})
    assert story.step("approve", _day(4, 8)) == (S.APPROVED, "", {"E14"})
    assert story.step("opt_out", _day(4, 14)) == (S.CONSENT_REJECTED, "", {"E03", "E05"})
    assert story.claim.association.ended_on == _day(4, 14).date()
    assert not hasattr(story.claim, "earning")
