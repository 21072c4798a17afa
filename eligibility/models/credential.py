"""What a partner holds: agreements, memberships, designations, specializations, competencies."""

from django.db import models
from django.db.models import Q

from mci_portal.accounts.models import Location, Partner


class Credential(models.Model):
    """Held by one location, or with ``location`` empty by the whole account."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120)  # as the catalogue's criteria write it
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("partner", "location", "name", "valid_from"),
                name="one_credential_each",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="credential_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.partner}: {self.name}"
