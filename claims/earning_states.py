"""What each state of an earning means, and whether the partner has something to do (R-251). Pages show it.

Below it which state may follow which: ``payments`` carries a step out only when it stands here.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from claims.models import EarningState as S


@dataclass(frozen=True)
class Meaning:
    """``todo`` is empty where the partner need not do anything; ``tone`` and ``icon`` are those of the badge."""

    meaning: object
    todo: object = ""
    tone: str = "neutral"
    icon: str = "Clock"


MEANINGS: dict[str, Meaning] = {
    S.UNPROCESSED: Meaning(_("The claim is approved; its payment is not planned yet.")),
    S.UPCOMING: Meaning(_("The payment is planned for the month shown."), tone="info"),
    S.IN_PROGRESS: Meaning(_("The payment has been handed to the bank or to the credit note run."), tone="info"),
    S.SENT: Meaning(_("The payment has been sent."), tone="success", icon="Completed"),
    S.PENDING_TAX_INVOICE: Meaning(
        _("The payment waits for your tax invoice."), _("Upload a tax invoice for this payment."), "warning", "Warning"
    ),
    S.TAX_INVOICE_UNDER_REVIEW: Meaning(_("Microsoft checks your tax invoice."), tone="info"),
    S.TAX_INVOICE_REJECTED: Meaning(
        _("Microsoft could not accept your tax invoice."), _("Correct the tax invoice and send it again."), "danger",
        "StatusErrorFull",
    ),
    S.REJECTED_IN_REVIEW: Meaning(
        _("The payment was stopped by a check before it was sent."),
        _("Compare the payout and tax profile with the details of your company, and correct it."),
        "danger",
        "StatusErrorFull",
    ),
    S.FAILED: Meaning(
        _("The bank returned the payment."), _("Correct the bank account in the payout and tax profile."), "danger",
        "StatusErrorFull",
    ),
    S.REPROCESSING: Meaning(_("The payment is made once more."), tone="info"),
    S.REVERSED: Meaning(
        _("The payment was taken back."), _("Ask support which claim or which correction it was for."), "warning",
        "Warning",
    ),
    S.REJECTED: Meaning(
        _("The earning is not paid."), _("Ask support for the reason, if none was mailed to you."), "danger",
        "StatusErrorFull",
    ),
    S.INCORRECT: Meaning(
        _("Another amount was paid than is earned."), _("Wait for the correction, or ask support when it is due."),
        "warning", "Warning",
    ),
}  # fmt: skip

# What Unprocessed means where the location cannot be paid: no month comes until its profile is complete.
NOT_PAYABLE = Meaning(
    _("The claim is approved. Its payment is planned once the payout and tax profile of the location is complete."),
    _("Complete the payout and tax profile of the location."),
    "warning",
    "Warning",
)


def meaning_of(state: str, payable: bool) -> Meaning:
    """What the state of an earning means; ``payable`` = the payee profile of its location is complete."""
    return NOT_PAYABLE if state == S.UNPROCESSED and not payable else MEANINGS[state]


NEXT: dict[str, tuple[str, ...]] = {
    S.UNPROCESSED: (S.UPCOMING, S.REJECTED),
    S.UPCOMING: (S.IN_PROGRESS, S.PENDING_TAX_INVOICE, S.REJECTED_IN_REVIEW),
    S.PENDING_TAX_INVOICE: (S.TAX_INVOICE_UNDER_REVIEW,),
    S.TAX_INVOICE_UNDER_REVIEW: (S.IN_PROGRESS, S.TAX_INVOICE_REJECTED),
    S.TAX_INVOICE_REJECTED: (S.TAX_INVOICE_UNDER_REVIEW, S.REJECTED),
    S.REJECTED_IN_REVIEW: (S.UPCOMING, S.REJECTED),
    S.IN_PROGRESS: (S.SENT, S.FAILED, S.REJECTED_IN_REVIEW),
    S.SENT: (S.FAILED, S.REVERSED, S.INCORRECT),
    S.FAILED: (S.REPROCESSING, S.REJECTED),
    S.INCORRECT: (S.REPROCESSING, S.REVERSED),
    S.REVERSED: (S.REPROCESSING,),
    S.REPROCESSING: (S.SENT, S.FAILED),
    S.REJECTED: (),
}
# From here on the money is under way, so there is a payment to name.
WITH_PAYMENT_ID = frozenset({S.IN_PROGRESS, S.SENT, S.FAILED, S.REPROCESSING, S.REVERSED, S.INCORRECT})
