"""A half-filled wizard, kept on the server so that reload, back and a lost connection lose nothing (R-097)."""

from django.db import models

from customers.models import Customer
from engagements.models import Engagement
from mci_portal.accounts.models import Partner, User


class Draft(models.Model):
    """``made`` lists the claim numbers once confirmed: a second confirmation answers with these."""

    class Kind(models.TextChoices):
        ADD = "add"
        CLAIM = "claim"

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    data = models.JSONField(default=dict)
    made = models.JSONField(default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("user", "partner", "-updated_at"), name="draft_by_user"),)

    def __str__(self) -> str:
        return f"{self.kind} draft {self.ref}"
