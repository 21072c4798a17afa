"""A mail whose purpose is gone when its turn comes is not sent: it is written as None, and the outbox voids it."""

from datetime import timedelta

import pytest

from claims import consent, lifecycle
from claims.actions import Action
from claims.models import SurveyKind
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.cast import person
from tests.claims.mailing import NOW, add, row, send_survey
from tests.factories import claim_in

pytestmark = pytest.mark.django_db


def test_request_that_was_replaced_is_void_and_the_newer_one_is_not():
    """Q6: only the newest link is live."""
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    consent.ask(claim, actor_for(person("ana")), NOW + timedelta(hours=1))
    older, newer = Message.objects.filter(topic=claim.topic, kind="E01").order_by("id")
    assert rendering.render(older) is None
    assert rendering.render(newer) is not None


@pytest.mark.parametrize("status", [S.CONSENT_RECEIVED, S.CONSENT_DECLINED, S.CONSENT_EXPIRED])
def test_request_is_void_once_it_is_answered_or_expired(status):
    assert rendering.render(row(claim_in(status, now=NOW), "E01")) is None


@pytest.mark.parametrize("kind", ["E08", "E09"])
def test_survey_mail_is_void_once_the_claim_was_canceled(kind):
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    claim = send_survey(claim, SurveyKind.CUSTOMER if kind == "E08" else SurveyKind.PARTNER)
    assert rendering.render(row(claim, kind)) is not None
    lifecycle.perform(claim, Action.CANCEL, actor_for(person("ana")), NOW)
    assert rendering.render(row(claim, kind)) is None


def test_survey_mail_is_void_once_the_survey_is_complete():
    assert rendering.render(row(claim_in(S.SUBMITTED, now=NOW), "E08")) is None


@pytest.mark.parametrize(
    ("context", "sent"),
    [
        ({}, True),
        ({"days": 3, "status": S.CONSENT_RECEIVED}, True),
        ({"status": S.AWAITING_CONSENT}, False),
        ({"due_at": "2026-05-31T09:15:00+00:00"}, True),
        ({"due_at": "2026-05-31T09:15:00Z"}, True),
        ({"due_at": "2026-04-01T09:15:00+00:00"}, False),
    ],
)
def test_reminder_is_sent_only_for_the_deadline_it_was_written_for(context, sent):
    """R-245."""
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    assert (rendering.render(add(claim, "E06", context=context)) is not None) == sent


def test_reminder_of_a_claim_without_deadline_is_void():
    assert rendering.render(add(claim_in(S.SUBMITTED, now=NOW), "E06")) is None


def test_summary_of_an_empty_queue_is_void():
    claim = claim_in(S.UNDER_REVIEW, now=NOW)
    assert rendering.render(add(claim, "E12", topic="")) is None
