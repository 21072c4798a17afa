"""The 17 statuses and CPOR's Draft: codes, labels and groups (requirements section 17). Imports nothing of ours."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    CUSTOMER_CLAIMED = "customer_claimed", _("Customer claimed")
    AWAITING_CONSENT = "awaiting_consent", _("Awaiting customer consent response")
    CONSENT_RECEIVED = "consent_received", _("Customer consent received")
    CONSENT_DECLINED = "consent_declined", _("Customer consent declined")
    CONSENT_EXPIRED = "consent_expired", _("Customer consent expired")
    CONSENT_REJECTED = "consent_rejected", _("Consent rejected")
    CANCELED = "canceled", _("Canceled")
    NOT_SUBMITTED_EXPIRED = "not_submitted_expired", _("Not submitted expired")
    SUBMITTED = "submitted", _("Submitted")
    UNDER_REVIEW = "under_review", _("Under review")
    ACTION_REQUIRED = "action_required", _("Partner action required")
    POST_SUBMISSION_EXPIRED = "post_submission_expired", _("Post submission expired")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    DISPUTED = "disputed", _("Disputed")
    DISPUTED_EXPIRED = "disputed_expired", _("Disputed expired")
    REJECTED_FINAL = "rejected_final", _("Rejected final")


S = Status

# Every status stands in exactly one of these three groups (a test holds it).
WITH_PARTNER = frozenset(
    {
        S.DRAFT,
        S.CUSTOMER_CLAIMED,
        S.AWAITING_CONSENT,
        S.CONSENT_RECEIVED,
        S.ACTION_REQUIRED,
        S.REJECTED,
        S.DISPUTED,
    }
)
WITH_MICROSOFT = frozenset({S.SUBMITTED, S.UNDER_REVIEW})
TERMINAL = frozenset(
    {
        S.CONSENT_DECLINED,
        S.CONSENT_EXPIRED,
        S.CONSENT_REJECTED,
        S.CANCELED,
        S.NOT_SUBMITTED_EXPIRED,
        S.POST_SUBMISSION_EXPIRED,
        S.APPROVED,
        S.DISPUTED_EXPIRED,
        S.REJECTED_FINAL,
    }
)
OPEN = WITH_PARTNER | WITH_MICROSOFT

# the Type column of an engagement's Customers page.
BEFORE_CONSENT = frozenset({S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT})
# The partner may change evidence, surveys and contacts of the claim here; Draft is for CPOR claims only.
EDITABLE = frozenset({S.DRAFT, S.CONSENT_RECEIVED, S.ACTION_REQUIRED, S.DISPUTED})
# A consented customer counts against the limit of an exclusive engagement while the claim is one of these (P18).
HOLDS_CUSTOMER = OPEN - BEFORE_CONSENT - {S.DRAFT} | {S.APPROVED}
# An association that is handed in and not refused: competing ones of other partners meet here.
HOLDS_WORKLOAD = frozenset({S.SUBMITTED, S.UNDER_REVIEW, S.ACTION_REQUIRED, S.DISPUTED, S.APPROVED})
EXPIRED = frozenset({S.CONSENT_EXPIRED, S.NOT_SUBMITTED_EXPIRED, S.POST_SUBMISSION_EXPIRED, S.DISPUTED_EXPIRED})


def label(code: str) -> str:
    """The guides' wording of a status, translated."""
    return Status(code).label
