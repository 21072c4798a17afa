"""Mails and notices about the review and the dispute: asked, decided, and what can be done about it."""

from django.utils.translation import gettext as _

from claims.mails import addresses, associating
from claims.mails.moments import moment, month
from claims.mails.progress import about, open_claim, why_you
from claims.mails.writers import writes
from claims.models import Claim, Earning, Kind
from claims.models.issue import issue_label, rejection_labels
from claims.statuses import Status
from mci_portal.common.templatetags.ui import money
from mci_portal.outbox.letter import Letter
from mci_portal.outbox.models import Message


@writes("N16")
def review_started(message: Message, claim: Claim) -> Letter:
    return Letter(
        says=(_("A reviewer has started to look at your claim. You need to do nothing now."),),
        facts=about(claim),
        button=open_claim(claim),
        footer=why_you(),
    )


@writes("N41")
def waits_for_reviewer(message: Message, claim: Claim) -> Letter:
    """To Microsoft's side, in the portal only."""
    if message.context.get("held"):
        says = _("The customer wants to accept, but something stands against it now. Please check the claim.")
    elif message.context.get("from") == Status.ACTION_REQUIRED:
        says = _("The partner has answered the issues and submitted the claim again.")
    elif message.context.get("from") == Status.DISPUTED:
        says = _("The partner has submitted a dispute. Somebody other than the first reviewer must decide it.")
    else:
        says = _("A claim was submitted.")
    return Letter(
        says=(says,),
        facts=(*about(claim), (_("Partner"), claim.partner.name)),
        button=(_("Open claim {number}").format(number=claim.number), addresses.review_page(claim)),
    )


@writes("E13")
def action_required(message: Message, claim: Claim) -> Letter:
    """T20: every issue, and until when (C-09)."""
    issues = message.context.get("issues")
    if issues is None:
        issues = list(claim.issues.filter(answered_at=None).values("kind", "text"))
    return Letter(
        says=(
            _("The reviewer needs something from you before the claim can be decided."),
            _("Answer every issue in the claim, mend the evidence where it is asked for, and submit the claim again."),
        ),
        facts=(*about(claim), (_("Answer and submit by"), moment(claim.action_due_at))),
        list_title=_("Issues"),
        items=tuple(_issue(issue, message) for issue in issues),
        closing=(
            (
                _("If the date passes without your submission, the claim is rejected.")
                if claim.kind == Kind.CPOR
                else _("If the date passes without your submission, the claim expires.")
            ),
        ),
        button=open_claim(claim),
        footer=why_you(),
    )


def _issue(issue: dict, message: Message) -> str:
    label, text = issue_label(issue.get("kind", ""), message.created_at), issue.get("text", "")
    return f"{label}: {text}" if text else label


@writes("E14")
def approved(message: Message, claim: Claim) -> Letter:
    """T18, T28: the amount, when it is expected to be paid, and the way to the earning (R-174, R-252)."""
    if claim.kind == Kind.CPOR:
        return associating.association_approved(message, claim)
    earning = Earning.objects.filter(claim=claim).first()
    text = message.context.get("text", "")
    return Letter(
        says=(
            _("Congratulations: your claim is approved. You need to do nothing more for the claim."),
            _("Payment needs a complete payee profile of the location."),
        ),
        facts=(
            *about(claim),
            (_("Amount"), money(earning.amount, earning.currency) if earning else money(claim.amount, claim.currency)),
            *(((_("Estimated payment month"), month(earning.estimated_payment_on)),) if earning else ()),
            *(((_("The reviewer writes"), text),) if text else ()),
        ),
        button=(_("See the earning"), addresses.earning_page(claim)) if earning else open_claim(claim),
        footer=why_you(),
    )


@writes("E15")
def rejected(message: Message, claim: Claim) -> Letter:
    """T19: reasons and text (R-194), and until when and how it may be disputed (R-206)."""
    return Letter(
        says=(
            _("Your claim was rejected for the reasons below."),
            _(
                "If you do not agree, open the claim, choose Dispute, explain why or improve the evidence, and submit "
                "it before the date below. You can dispute once."
            ),
        ),
        facts=(*about(claim), *_reviewer_wrote(message), (_("Dispute by"), moment(claim.dispute_due_at))),
        list_title=_("Reasons"),
        items=_reasons(message, claim),
        closing=(_("If you agree, you need to do nothing."),),
        button=open_claim(claim),
        footer=why_you(),
    )


@writes("E16")
def rejected_for_good(message: Message, claim: Claim) -> Letter:
    """T29, T31, T38, T39: final, and why."""
    if "why" in message.context:
        return associating.association_over(message, claim)
    if message.context.get("from") == Status.ACTION_REQUIRED:
        return _no_answer(message, claim)
    return Letter(
        says=(
            _("Your dispute was reviewed by another reviewer. The claim stays rejected, for the reasons below."),
            _("This decision is final. The claim cannot be disputed again, and there is nothing more to do."),
        ),
        facts=(*about(claim), *_reviewer_wrote(message)),
        list_title=_("Reasons"),
        items=_reasons(message, claim),
        button=open_claim(claim),
        footer=why_you(),
    )


def _no_answer(message: Message, claim: Claim) -> Letter:
    return Letter(
        says=(
            _("The reviewer's requests were not answered in time, so the claim stays rejected."),
            _("This decision is final. The claim cannot be disputed again, and there is nothing more to do."),
        ),
        facts=(*about(claim), (_("Deadline"), moment(claim.action_due_at))),
        list_title=_("Reasons"),
        items=_reasons(message, claim),
        button=open_claim(claim),
        footer=why_you(),
    )


def _reasons(message: Message, claim: Claim) -> tuple[str, ...]:
    """From the message, or from the history of a message that was written without them."""
    codes = message.context.get("reasons")
    if codes is None:
        decision = (
            claim.events.filter(action__in=("reject", "confirm_rejection", "expire"), data__has_key="reasons")
            .order_by("-seq")
            .first()
        )
        codes = decision.data.get("reasons", []) if decision else []
    return tuple(rejection_labels(codes, message.created_at))


def _reviewer_wrote(message: Message) -> tuple[tuple[str, str], ...]:
    text = message.context.get("text", "")
    return ((_("The reviewer writes"), text),) if text else ()


@writes("N24")
def reopened(message: Message, claim: Claim) -> Letter:
    """T24: the dispute's date stays what it was (R-206)."""
    return Letter(
        says=(
            _("The claim is open again for your dispute."),
            _("Explain in a comment why you do not agree, or change the evidence. Then submit the claim."),
        ),
        facts=(*about(claim), (_("Submit the dispute by"), moment(claim.dispute_due_at))),
        button=open_claim(claim),
        footer=why_you(),
    )
