"""What a claim takes out of a pot of money once its customer is added (R-255). Written by ``claims.caps``."""

from django.db import models

from claims.models.claim import Claim
from engagements.models import Cap
from mci_portal.accounts.models import Partner


class CapUse(models.Model):
    """The row is never changed. Whether its money is reserved, earned or free again says the claim's status alone,
    so that no job and no sweep has to give anything back."""

    cap = models.ForeignKey(Cap, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="cap_uses")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2)  # proposed that day; the consent day may change it
    reserved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("cap", "claim"), name="one_use_of_a_cap_per_claim"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="cap_use_not_negative"),
        )
        indexes = (models.Index(fields=("cap", "partner"), name="cap_use_by_partner"),)

    def __str__(self) -> str:
        return f"{self.amount} of {self.cap_id} for {self.claim_id}"
