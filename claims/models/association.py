"""What a use-or-consume claim associates a partner with, and the link by which the customer ends it (R-221, R-224)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from claims.models.link import MailedLink
from mci_portal.accounts.models import Partner

PURPOSE = "opt_out"


class Association(models.Model):
    """Every CPOR claim has one. The customer's workloads, or on Business Applications his subscription, are held by
    one partner at a time (R-226)."""

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="association")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    workloads = ArrayField(models.CharField(max_length=60))
    subscription_id = models.UUIDField(null=True, blank=True)
    recognition_only = models.BooleanField(default=False)  # the partner asks for no payment
    solution_seller = models.CharField(max_length=150, blank=True)
    isv_product = models.CharField(max_length=150, blank=True)
    ended_on = models.DateField(null=True, blank=True)  # an approved association that was ended again

    class Meta:
        indexes = (
            GinIndex(fields=("workloads",), name="association_workloads"),
            models.Index(fields=("subscription_id",), name="association_subscription"),
        )
        constraints = (models.CheckConstraint(condition=~Q(workloads=[]), name="association_names_its_products"),)

    def __str__(self) -> str:
        return f"association of {self.claim_id}"


class OptOutLink(MailedLink):
    """Opens the page on which the customer may end the association; ``used_at`` = he did, with what he typed."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="opt_out_links")
    language = models.CharField(max_length=10, default="en")
    typed_name = models.CharField(max_length=150, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    text_version = models.CharField(max_length=20, blank=True)
    text_shown = models.TextField(blank=True)
    recorded = models.ForeignKey("RecordedAnswer", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    reason_shared = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("claim",),
                condition=Q(voided_at__isnull=True, used_at__isnull=True),
                name="one_live_opt_out_link_per_claim",
            ),
            models.UniqueConstraint(
                fields=("claim",), condition=Q(used_at__isnull=False), name="one_opt_out_per_claim"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | ~Q(typed_name=""), name="opt_out_has_name_and_time"
            ),
        )

    def __str__(self) -> str:
        return f"opt-out link for {self.claim_id} to {self.to_email}"
