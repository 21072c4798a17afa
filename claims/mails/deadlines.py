"""Mails about the clock: the reminders before a deadline, and the news that one has passed (section 19)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims import completeness
from claims.mails import addresses
from claims.mails.moments import moment
from claims.mails.progress import about, open_claim, why_you
from claims.mails.writers import writes
from claims.models import Claim, Kind
from claims.statuses import Status
from mci_portal.outbox.letter import Letter
from mci_portal.outbox.models import Message

S = Status

# Status the clock runs in -> name of its deadline, and what the partner has to do before it.
RUNNING = {
    S.CUSTOMER_CLAIMED: (
        gettext_lazy("Consent needed by"),
        gettext_lazy("The customer was not asked for consent yet. Send the consent email."),
    ),
    S.AWAITING_CONSENT: (
        gettext_lazy("Consent needed by"),
        gettext_lazy("The customer has not answered yet. You can re-send the consent email."),
    ),
    S.CONSENT_RECEIVED: (gettext_lazy("Submit by"), gettext_lazy("The claim is not submitted yet.")),
    S.ACTION_REQUIRED: (
        gettext_lazy("Answer by"),
        gettext_lazy("The reviewer waits for you: answer every issue and submit the claim again."),
    ),
    S.REJECTED: (
        gettext_lazy("Dispute by"),
        gettext_lazy("The claim was rejected. If you do not agree, open the dispute and submit it."),
    ),
    S.DISPUTED: (
        gettext_lazy("Submit the dispute by"),
        gettext_lazy("The dispute is open, but not submitted yet."),
    ),
}


@writes("E06")
def reminder(message: Message, claim: Claim) -> Letter | None:
    """R-245: days left, what is missing, and the way there. None once that deadline no longer runs."""
    if claim.due_at is None or _is_about_another_deadline(message, claim):
        return None
    name, todo = RUNNING[S(claim.status)]
    days = message.context.get("days")
    return Letter(
        says=(*((_days_left(int(days)),) if days is not None else ()), str(todo)),
        facts=(*about(claim), (str(name), moment(claim.due_at))),
        list_title=_("Still missing"),
        items=_missing(claim),
        closing=(_what_happens(claim),),
        button=open_claim(claim),
        footer=_why_a_colleague() if message.context.get("colleague") else why_you(),
    )


def _why_a_colleague() -> str:
    return _(
        "You get this mail because you work on the claims of this location, so that no deadline hangs on one person."
    )


def _what_happens(claim: Claim) -> str:
    if claim.kind == Kind.CPOR and claim.status == S.ACTION_REQUIRED:
        return _("When the date has passed, the claim is rejected by itself.")
    return _("When the date has passed, the claim closes by itself and cannot be opened again.")


def _is_about_another_deadline(message: Message, claim: Claim) -> bool:
    """Told by the status or the moment that the reminder was written for."""
    status, due_at = message.context.get("status"), message.context.get("due_at")
    if status and status != claim.status:
        return True
    return bool(due_at) and datetime.fromisoformat(due_at) != claim.due_at


def _days_left(days: int) -> str:
    if days <= 0:
        return _("Today is the last day.")
    return ngettext("{days} day is left.", "{days} days are left.", days).format(days=days)


def _missing(claim: Claim) -> tuple[str, ...]:
    if claim.status == S.ACTION_REQUIRED:
        return tuple(
            _("Answer to: {issue}").format(issue=issue.text or issue.kind_label)
            for issue in claim.issues.filter(answered_at=None)
        )
    if claim.status in (S.CONSENT_RECEIVED, S.DISPUTED):
        return tuple(item.todo for item in completeness.missing(claim))
    return ()


@writes("E07")
def expired(message: Message, claim: Claim) -> Letter:
    """T08, T09, T14, T22, T26, T27, T30: which deadline has passed, and what is possible now (C-02)."""
    passed, at, now_possible = _end(message.context.get("from", ""), claim)
    return Letter(
        says=(passed, now_possible),
        facts=(*about(claim), (_("Deadline"), moment(at))),
        button=(_("Create a new claim"), addresses.customers_page(claim)),
        closing=(_("An expired claim cannot be opened again. Its page keeps everything that was entered."),),
        footer=why_you(),
    )


def _end(from_status: str, claim: Claim) -> tuple[str, datetime | None, str]:
    new_claim = _("You can make a new claim for this customer if the engagement is still offered.")
    counts_as_refused = _("This counts as a refused claim and cannot be disputed.") + " " + new_claim
    if claim.status == S.CONSENT_EXPIRED:
        passed = (
            _("The customer was never asked for consent, and the time for it is over.")
            if from_status == S.CUSTOMER_CLAIMED
            else _("The customer did not answer the request for consent in time.")
        )
        return passed, claim.consent_due_at, new_claim
    if claim.status == S.NOT_SUBMITTED_EXPIRED:
        return _("The claim was not submitted in time."), claim.submit_due_at, counts_as_refused
    if claim.status == S.POST_SUBMISSION_EXPIRED:
        return _("The reviewer's requests were not resolved in time."), claim.action_due_at, counts_as_refused
    passed = (
        _("The dispute was opened, but not submitted in time.")
        if from_status == S.DISPUTED
        else _("The rejection was not disputed in time.")
    )
    return passed, claim.dispute_due_at, _("The rejection stands.") + " " + new_claim
