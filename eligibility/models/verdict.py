"""The daily answer to "may this location earn on this engagement?" (R-026, R-051, R-053)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from engagements.models import Engagement
from mci_portal.accounts.models import Location, Partner


class Verdict(models.Model):
    """Written only by ``eligibility.refresh``. ``unmet`` lists the titles of the criteria still to meet."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    eligible = models.BooleanField()
    unmet = ArrayField(models.CharField(max_length=80), default=list)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("location", "engagement"), name="one_verdict_each"),)
        indexes = (models.Index(fields=("partner", "engagement", "eligible"), name="verdict_by_partner"),)

    def __str__(self) -> str:
        return f"{self.location} on {self.engagement}: {'eligible' if self.eligible else 'not eligible'}"
