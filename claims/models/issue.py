"""What a reviewer asks the partner to mend (R-193), and why a claim is rejected (R-194)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from engagements import wordings
from engagements.models import EvidenceRequirement
from mci_portal.accounts.models import Partner, User


class IssueKind(models.TextChoices):
    MISSING_POE = "missing_poe", _("Missing all PoE")
    MISSING_ACKNOWLEDGMENT = "missing_acknowledgment", _("Missing customer acknowledgment")
    DATES = "dates", _("Missing or old dates")
    MISSING_SOLUTION = "missing_solution", _("Missing partner solution/service")
    MISSING_PRODUCTS = "missing_products", _("Missing products")
    OTHER = "other", _("Other")


class RejectionReason(models.TextChoices):
    CUSTOMER_DECLINED = "customer_declined", _("Customer declined")
    INSUFFICIENT_POE = "insufficient_poe", _("Insufficient PoE")
    PARTNER_REQUEST = "partner_request", _("Partner request")
    MISSING_CONSENT = "missing_consent", _("Missing customer consent on PoE")
    NO_RESPONSE = "no_response", _("No partner response")
    MISSING_PRODUCTS = "missing_products", _("Missing products")
    POE_UNAVAILABLE = "poe_unavailable", _("PoE unavailable")


class Issue(models.Model):
    class Severity(models.TextChoices):
        MUST = "must", _("Must be fixed")
        SHOULD = "should", _("Please improve")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="issues")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=IssueKind.choices)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.MUST)
    requirement = models.ForeignKey(
        EvidenceRequirement, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.CharField(max_length=2000)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    answer = models.CharField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="issue_answer_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind_label} on {self.claim_id}"

    @property
    def kind_label(self) -> str:
        """In the words of the day on which it was raised."""
        return issue_label(self.kind, self.raised_at)


def issue_label(code: str, at: datetime) -> str:
    """A kind of issue in the words of the day of ``at``; "" for none."""
    return wordings.labels(wordings.List.ISSUE, [code], IssueKind.choices, at)[0] if code else ""


def rejection_labels(codes: Iterable[str], at: datetime) -> list[str]:
    """Reasons of a rejection in the words of the day of ``at``."""
    return wordings.labels(wordings.List.REJECTION, codes, RejectionReason.choices, at)
