"""One request for the customer's consent, and on it the record of his answer (R-121)."""

from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.link import MailedLink

PURPOSE = "consent"


class ConsentRequest(MailedLink):
    """``decision`` empty until answered. ``text_shown`` keeps the very words the customer agreed to or refused."""

    class Decision(models.TextChoices):
        NONE = ""
        ACCEPTED = "accepted"
        DECLINED = "declined"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="consent_requests")
    language = models.CharField(max_length=10, default="en")
    bounced_at = models.DateTimeField(null=True, blank=True)
    remind = models.BooleanField(default=False, db_default=False)  # the partner allowed reminders (E02)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    typed_name = models.CharField(max_length=150, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    text_version = models.CharField(max_length=20, blank=True)
    text_shown = models.TextField(blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    reason_shared = models.BooleanField(default=False)
    # The customer's own acceptance that waits for Microsoft (T06): since when, and the columns it will fill.
    held_at = models.DateTimeField(null=True, blank=True)
    held = models.JSONField(default=dict, blank=True, db_default={})
    recorded = models.ForeignKey("RecordedAnswer", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_name = models.CharField(max_length=150, blank=True)
    proposed_email = models.CharField(max_length=254, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("expires_at",),
                condition=Q(remind=True, voided_at__isnull=True, used_at__isnull=True),
                name="consent_to_remind_of",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(voided_at__isnull=True, used_at__isnull=True),
                name="one_live_consent_link_per_claim",
            ),
            models.UniqueConstraint(fields=("claim",), condition=~Q(decision=""), name="one_consent_answer_per_claim"),
            models.CheckConstraint(
                condition=Q(decision="", used_at__isnull=True)
                | (~Q(decision="") & Q(used_at__isnull=False) & ~Q(typed_name="")),
                name="consent_answer_has_name_and_time",
            ),
        )

    def __str__(self) -> str:
        return f"consent request for {self.claim_id} to {self.to_email}"
