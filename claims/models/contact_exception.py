"""A customer contact at the partner's own company that a program operator allows all the same (Q5). Only added to."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from mci_portal.accounts.models import Partner, User


class ContactException(models.Model):
    """For this partner and this address, with who allowed it and why. Ended ones stay in the list and count no more."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    email = models.CharField(max_length=254)
    reason = models.CharField(max_length=500)
    allowed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    allowed_by_name = models.CharField(max_length=150)
    allowed_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "partner",
                Lower("email"),
                condition=Q(ended_at__isnull=True),
                name="one_exception_per_partner_and_address",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="contact_exception_has_its_reason"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="ended_contact_exception_has_who_and_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} for {self.partner_id}"
