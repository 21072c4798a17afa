"""How a claim's place in its life cycle is drawn: the status line and the one thing the partner does next.

The claim page and the lists call it. Badge tone and icon stand in ``mci_portal.common.looks`` by the same status.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from claims.actions import Action
from claims.completeness import Item
from claims.models import Claim, Issue, Kind
from claims.statuses import EXPIRED, TERMINAL
from claims.statuses import Status as S
from claims.transitions import row_for
from mci_portal.common.templatetags.ui import day

# What the partner does next where something is his to do (ui-spec section 7); all other statuses: look at it.
NEXT_ACTION = {
    S.DRAFT: Action.SUBMIT,
    S.CUSTOMER_CLAIMED: Action.SEND_CONSENT,
    S.AWAITING_CONSENT: Action.RESEND_CONSENT,
    S.CONSENT_RECEIVED: Action.SUBMIT,
    S.ACTION_REQUIRED: Action.SUBMIT,
    S.REJECTED: Action.DISPUTE,
    S.DISPUTED: Action.SUBMIT,
}
# The partner may begin again with a new claim after these (R-170, T41).
BEGIN_AGAIN = EXPIRED | {S.CANCELED, S.CONSENT_DECLINED, S.CONSENT_REJECTED, S.REJECTED_FINAL}


def next_action(status: str) -> Action | None:
    """The action that moves the claim on when it is the partner's turn, else None."""
    return NEXT_ACTION.get(S(status))


def if_missed(claim: Claim) -> str:
    """What becomes of the claim when its running clock runs out, read from the clock's rows of the table."""
    row = row_for(claim, Action.EXPIRE)
    if row is None or row.target is None:
        return ""
    if row.target in TERMINAL:
        words = _("The claim becomes “%(status)s” and cannot be opened again.")
    else:
        words = _("The claim becomes “%(status)s”.")
    return words % {"status": row.target.label}


def timeline(claim: Claim, status: str, items: Iterable[Item], issues: Iterable[Issue]) -> list[dict]:
    """The nodes of the status line for ``components/timeline.html`` (R-153).

    ``status`` is the effective one. ``items`` are the pieces of evidence, ``issues`` what the reviewer asked for;
    they become the steps below the node where the partner works on them.
    """
    status = S(status)
    if claim.kind == Kind.CPOR:
        return _association(claim, status, items, issues)
    if claim.consented_at is None or status == S.CONSENT_REJECTED:
        return _before_consent(claim, status)
    nodes = _first_round(claim, status, items, issues)
    return nodes if claim.round == 1 else nodes + _second_round(claim, status, items, issues)


def _association(claim: Claim, status: S, items: Iterable[Item], issues: Iterable[Issue]) -> list[dict]:
    """Use or consume: nobody is asked first, and the customer may end it later."""
    editing = _("Editing")
    if status == S.DRAFT:
        return [_node(editing, "current", steps=_evidence_steps(items)), *_to_come(*_review_labels())]
    if status == S.CANCELED:
        return [_node(editing, "ended"), _node(status.label, "ended", claim.closed_at)]
    if status == S.CONSENT_REJECTED or (status == S.REJECTED_FINAL and claim.association.ended_on):
        submitted, review, approved = _review_labels()
        passed = [_node(editing, "done"), _node(submitted, "done", claim.first_submitted_at)]
        if claim.association.ended_on:
            passed += [_node(review, "done"), _node(approved, "done")]
        return [*passed, _node(status.label, "failed", claim.closed_at)]
    nodes = _first_round(claim, status, items, issues)
    return nodes if claim.round == 1 else nodes + _second_round(claim, status, items, issues)


def _before_consent(claim: Claim, status: S) -> list[dict]:
    consent = _("Customer consent")
    if status in (S.CONSENT_DECLINED, S.CONSENT_REJECTED):
        return [_node(status.label, "failed", claim.closed_at)]
    if status in (S.CONSENT_EXPIRED, S.CANCELED):
        return [_node(consent, "ended"), _node(status.label, "ended", claim.closed_at)]
    steps = [
        {"label": _("Send the request to the customer"), "done": status == S.AWAITING_CONSENT},
        {"label": _("Answer of the customer"), "done": False},
    ]
    return [_node(consent, "current", steps=steps), *_to_come(_("Editing"), *_review_labels())]


def _first_round(claim: Claim, status: S, items: Iterable[Item], issues: Iterable[Issue]) -> list[dict]:
    editing = _("Editing")
    if status in (S.CANCELED, S.NOT_SUBMITTED_EXPIRED):
        return [_node(editing, "ended"), _node(status.label, "ended", claim.closed_at)]
    if status == S.CONSENT_RECEIVED:
        return [_node(editing, "current", steps=_evidence_steps(items)), *_to_come(*_review_labels())]
    nodes = [_node(editing, "done"), *_reviewed(claim, status, claim.first_submitted_at, issues, last=claim.round == 1)]
    if claim.rejected_at:
        last = status == S.REJECTED_FINAL and claim.round == 1
        nodes.append(_node(S.REJECTED_FINAL.label if last else S.REJECTED.label, "failed", claim.rejected_at))
    if status == S.DISPUTED_EXPIRED and claim.round == 1:
        nodes.append(_node(status.label, "ended", claim.closed_at))
    return nodes


def _second_round(claim: Claim, status: S, items: Iterable[Item], issues: Iterable[Issue]) -> list[dict]:
    disputed = S.DISPUTED.label
    if status == S.DISPUTED:
        steps = [{"label": _("Justify the dispute, or change the evidence"), "done": False}, *_missing_steps(items)]
        return [_node(disputed, "current", claim.disputed_at, steps), *_to_come(*_review_labels())]
    if status == S.DISPUTED_EXPIRED:
        return [_node(disputed, "ended", claim.disputed_at), _node(status.label, "ended", claim.closed_at)]
    nodes = [_node(disputed, "done", claim.disputed_at)]
    nodes += _reviewed(claim, status, claim.dispute_submitted_at, issues, last=True)
    if status == S.REJECTED_FINAL:
        nodes.append(_node(status.label, "failed", claim.closed_at))
    return nodes


def _reviewed(claim: Claim, status: S, submitted_at: datetime, issues: Iterable[Issue], *, last: bool) -> list[dict]:
    """From the submission to the decision of one round; ``last`` when the claim is in this round now."""
    submitted, review, approved = _review_labels()
    if not last:
        return [_node(submitted, "done", submitted_at), _node(review, "done")]
    if status == S.SUBMITTED:
        return [_node(submitted, "current", claim.submitted_at), *_to_come(review, approved)]
    nodes = [_node(submitted, "done", claim.submitted_at)]
    if status == S.UNDER_REVIEW:
        return [*nodes, _node(review, "current"), *_to_come(approved)]
    if status == S.ACTION_REQUIRED:
        steps = [{"label": issue.kind_label, "done": bool(issue.answered_at)} for issue in issues]
        return [*nodes, _node(review, "warning", S.ACTION_REQUIRED.label, steps), *_to_come(approved)]
    nodes.append(_node(review, "done"))
    if status == S.APPROVED:
        nodes.append(_node(approved, "done", claim.closed_at))
    if status == S.POST_SUBMISSION_EXPIRED:
        nodes.append(_node(status.label, "ended", claim.closed_at))
    return nodes


def _review_labels() -> tuple[str, str, str]:
    return S.SUBMITTED.label, S.UNDER_REVIEW.label, S.APPROVED.label


def _evidence_steps(items: Iterable[Item]) -> list[dict]:
    return [
        {
            "label": item.todo if item.requirement.required else _("{step} (optional)").format(step=item.todo),
            "done": item.done,
        }
        for item in items
    ]


def _missing_steps(items: Iterable[Item]) -> list[dict]:
    return [{"label": item.todo, "done": False} for item in items if item.missing]


def _to_come(*labels: str) -> list[dict]:
    return [_node(label, "todo") for label in labels]


def _node(label: str, state: str, when: datetime | str | None = None, steps: list[dict] | None = None) -> dict:
    shown = day(when) if isinstance(when, datetime) else when
    return {"label": label, "state": state, "when": shown or "", "steps": steps or []}
