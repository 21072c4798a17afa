"""Where a location is paid: bank and tax data, encrypted at rest, and the state of their validation (R-055)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mci_portal.accounts.models import Location, User


class PayeeStatus(models.TextChoices):
    MISSING = "missing", _("Action required")
    PENDING = "pending", _("Pending Microsoft validation")
    APPROVED = "approved", pgettext_lazy("profile", "Approved")
    EXPIRED = "expired", _("Action required – expired")


class PayeeProfile(models.Model):
    """One per location. The ``sealed`` columns hold ciphertext only; the masked ones are what pages show."""

    location = models.OneToOneField(Location, on_delete=models.CASCADE, related_name="payee")
    bank_status = models.CharField(max_length=10, choices=PayeeStatus.choices, default=PayeeStatus.MISSING)
    tax_status = models.CharField(max_length=10, choices=PayeeStatus.choices, default=PayeeStatus.MISSING)
    account_holder = models.CharField(max_length=150, blank=True)
    sealed_iban = models.BinaryField(default=b"", blank=True)
    masked_iban = models.CharField(max_length=40, blank=True)
    sealed_bic = models.BinaryField(default=b"", blank=True)
    masked_bic = models.CharField(max_length=20, blank=True)
    tax_country = models.CharField(max_length=2, blank=True)
    sealed_tax_id = models.BinaryField(default=b"", blank=True)
    masked_tax_id = models.CharField(max_length=40, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(bank_status__in=("pending", "approved")) | ~Q(masked_iban=""),
                name="a_validated_bank_profile_has_an_account",
            ),
        )

    def __str__(self) -> str:
        return f"{self.location}: bank {self.bank_status}, tax {self.tax_status}"

    @property
    def complete(self) -> bool:
        """R-051: both halves are approved."""
        return self.bank_status == self.tax_status == PayeeStatus.APPROVED
