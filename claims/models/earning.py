"""What an approved claim is paid (R-250, R-251). Its amount can never be changed, nor the row deleted."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from claims.models.claim import Claim
from mci_portal.accounts.models import Partner, User


class EarningState(models.TextChoices):
    UNPROCESSED = "unprocessed", _("Unprocessed")
    UPCOMING = "upcoming", _("Upcoming")
    IN_PROGRESS = "in_progress", _("In progress")
    SENT = "sent", _("Sent")
    PENDING_TAX_INVOICE = "pending_tax_invoice", _("Pending tax invoice")
    TAX_INVOICE_UNDER_REVIEW = "tax_invoice_under_review", _("Tax invoice under review")
    TAX_INVOICE_REJECTED = "tax_invoice_rejected", _("Tax invoice rejected")
    REJECTED_IN_REVIEW = "rejected_in_review", _("Rejected during review")
    FAILED = "failed", _("Failed")
    REPROCESSING = "reprocessing", _("Reprocessing")
    REVERSED = "reversed", _("Reversed")
    REJECTED = "rejected", pgettext_lazy("payment", "Rejected")
    INCORRECT = "incorrect", _("Incorrect payment")


class Earning(models.Model):
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="earning")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    market = models.CharField(max_length=1)
    state = models.CharField(max_length=30, choices=EarningState.choices, default=EarningState.UNPROCESSED)
    estimated_payment_on = models.DateField()
    payment_id = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    # set where the location was not yet eligible in full when the customer consented.
    counts_from_on = models.DateField(null=True, blank=True)
    true_up = models.BooleanField(default=False)  # paid in two cycles, base and true-up

    class Meta:
        indexes = (
            models.Index(fields=("partner", "-created_at", "-id"), name="earning_by_partner"),
            models.Index(fields=("-created_at", "-id"), name="earning_by_day"),  # all partners, for operators
            models.Index(fields=("estimated_payment_on",), condition=Q(state="unprocessed"), name="earning_to_plan"),
            models.Index(fields=("payment_id",), condition=~Q(payment_id=""), name="earning_by_payment"),
        )
        constraints = (models.CheckConstraint(condition=Q(amount__gte=0), name="earning_not_negative"),)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} for {self.claim_id}"


class EarningEvent(models.Model):
    """One line of an earning's history: who moved it where. A database trigger refuses every change to it."""

    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="events")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    from_state = models.CharField(max_length=30, choices=EarningState.choices)
    to_state = models.CharField(max_length=30, choices=EarningState.choices)
    payment_id = models.CharField(max_length=40, blank=True)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.earning_id}: {self.from_state} to {self.to_state}"
