"""What a reviewer does with a submitted claim (R-190..R-199). The reviewer's pages call it."""

from datetime import datetime

from claims import lifecycle
from claims.actions import Action
from claims.models import Claim
from mci_portal.accounts.actors import Actor


def start(claim: Claim, by: Actor, now: datetime | None = None) -> Claim:
    """T16: take the claim. The loser of a race is refused with the claim's new status."""
    return lifecycle.perform(claim, Action.START_REVIEW, by, now)


def release(claim: Claim, by: Actor, now: datetime | None = None) -> Claim:
    """T17: give the claim back to the queue."""
    return lifecycle.perform(claim, Action.RELEASE, by, now)


def approve(claim: Claim, by: Actor, now: datetime | None = None, version: int | None = None, text: str = "") -> Claim:
    """T18, T28: everything required is there; the earning is made in the same transaction."""
    return lifecycle.perform(claim, Action.APPROVE, by, now, version=version, note=text, mail={"text": text})


def reject(
    claim: Claim, by: Actor, reasons: list[str], text: str, now: datetime | None = None, version: int | None = None
) -> Claim:
    """T19, T29: ``reasons`` are codes of ``RejectionReason``, at least one, with a text the partner reads (R-194)."""
    return lifecycle.perform(
        claim,
        Action.REJECT,
        by,
        now,
        version=version,
        reasons=reasons,
        text=text,
        note=text,
        event={"reasons": reasons},
        mail={"reasons": reasons, "text": text},
    )


def request_action(
    claim: Claim, by: Actor, issues: list[dict], now: datetime | None = None, version: int | None = None
) -> Claim:
    """T20: ``issues`` are dicts of ``kind``, ``severity``, ``text`` and optionally ``requirement`` (R-193)."""
    told = [{"kind": issue["kind"], "text": issue["text"]} for issue in issues]
    return lifecycle.perform(
        claim,
        Action.REQUEST_ACTION,
        by,
        now,
        version=version,
        issues=issues,
        mail={"issues": told},
        event={"issues": told},
    )


def answer_issue(claim: Claim, issue, text: str, by: Actor, now: datetime | None = None) -> Claim:
    """R-172: the partner answers one issue; Submit works again once all are answered (T21)."""
    return lifecycle.perform(claim, Action.ANSWER_ISSUE, by, now, issue=issue, text=text, note=text)


def comment(claim: Claim, by: Actor, text: str, now: datetime | None = None, internal: bool = False) -> Claim:
    """R-178: a comment both sides read, or with ``internal`` a note that never leaves Microsoft's side."""
    return lifecycle.perform(claim, Action.WRITE_NOTE if internal else Action.COMMENT, by, now, text=text)


def submit(
    claim: Claim,
    by: Actor,
    now: datetime | None = None,
    version: int | None = None,
    acknowledged_payee: bool = False,
) -> Claim:
    """T15, T21, T25: hand the claim in. Raises Refused with what is missing, or that the time is over."""
    return lifecycle.perform(claim, Action.SUBMIT, by, now, version=version, acknowledged_payee=acknowledged_payee)
