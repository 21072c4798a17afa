"""A correction of what an earning pays (R-254). A database trigger refuses every change to it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.models.earning import Earning
from mci_portal.accounts.models import Partner, User


class AdjustmentReason(models.TextChoices):
    AR_COMPLIANCE = "ar_compliance", _("AR Compliance")
    COOP_ROLLOVER = "coop_rollover", _("Co-op rollover")
    OPS_ADJUSTMENT = "ops_adjustment", _("Ops Adjustment")
    PARTNER_MAPPING = "partner_mapping", _("Partner mapping")
    POLICY_EXCEPTION = "policy_exception", _("Policy Exception")
    PREVIOUS_PERIOD = "previous_period", _("Previous period earnings")


class Adjustment(models.Model):
    """``amount``, in the earning's currency, is added to what the earning pays; a negative one is taken off."""

    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="adjustments")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=20, choices=AdjustmentReason.choices)
    text = models.CharField(max_length=500)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (models.CheckConstraint(condition=~models.Q(amount=0), name="adjustment_changes_something"),)

    def __str__(self) -> str:
        return f"{self.amount} to {self.earning_id}"
