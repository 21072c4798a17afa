"""What the tests of mails do again and again: find a claim's message, write it, or bring one about."""

from datetime import UTC, datetime
from decimal import Decimal

from claims import adjustments, lifecycle, surveys
from claims.actions import Action
from claims.effects import AUDIENCE
from claims.models import Adjustment, Claim
from claims.statuses import Status as S
from mci_portal.accounts import actors
from mci_portal.accounts.actors import CLOCK, actor_for
from mci_portal.outbox import post, rendering
from mci_portal.outbox.models import Message
from tests.cast import person
from tests.factories import Walk, claim_in, live_request

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def written(claim: Claim, kind: str) -> rendering.Mail:
    mail = rendering.render(row(claim, kind))
    assert mail is not None
    return mail


def row(claim: Claim, kind: str) -> Message:
    return Message.objects.filter(topic=claim.topic, kind=kind).order_by("-id")[0]


def add(claim: Claim, kind: str, **fields) -> Message:
    """A message that a job of its own posts: reminders and the reviewers' summary."""
    fields = {"topic": claim.topic, "to_email": claim.partner_email, "to_name": claim.partner_name} | fields
    post.post(kind, audience=AUDIENCE[kind], dedup_key=f"test:{kind}", now=NOW, **fields)
    return Message.objects.get(dedup_key=f"test:{kind}")


def remind_customer(claim: Claim) -> Message:
    request = live_request(claim)
    return add(claim, "E02", to_email=request.to_email, token_purpose="consent", token_nonce=request.nonce)


def bounce(claim: Claim) -> Claim:
    return lifecycle.perform(claim, Action.NOTE_BOUNCE, CLOCK, NOW, mail={"address": claim.customer_email})


def change_contact(claim: Claim) -> Claim:
    data = {"contacts": {"customer_email": f"new@{claim.customer.domain}"}, "customer_changed": True}
    return lifecycle.perform(claim, Action.EDIT_CONTACTS, actor_for(person("ana")), NOW, **data)


def send_survey(claim: Claim, kind: str) -> Claim:
    return surveys.send(claim, kind, actor_for(person("ana")), NOW)


def adjust(claim: Claim) -> Adjustment:
    by = actor_for(person("olga"))
    return adjustments.adjust(claim.earning, Decimal(-500), "policy_exception", "Two days less.", by, NOW)


def hold(claim: Claim) -> Claim:
    request = live_request(claim)
    by = actors.customer("Carla Customer", request.to_email)
    return lifecycle.perform(claim, Action.HOLD_ACCEPTANCE, by, NOW, request=request, mail={"held": True})


def ask_to_reject(claim: Claim) -> None:
    Walk(claim, by=actor_for(claim.created_by)).ask_to_reject(NOW)


def expire_unanswered(claim: Claim) -> None:
    """The same partner has another claim, and says nothing about it for fourteen business days (T23)."""
    silent = claim_in(S.ACTION_REQUIRED, kind="cpor", now=NOW)
    Walk(silent, by=actor_for(claim.created_by)).expire(silent.due_at)
