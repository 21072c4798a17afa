"""A catalogue file that an operator uploaded: checked, shown, and applied or put aside (R-277)."""

from django.db import models
from django.db.models import Q

from mci_portal.accounts.models import User


class CatalogueUpload(models.Model):
    """Only a file without mistakes is kept. ``preview`` is what applying it would have done when it was checked
    (see ``engagements.console.difference``); ``checked_on`` is the day on which what leaves the file would end."""

    name = models.CharField(max_length=150)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    checked_on = models.DateField()
    checked_at = models.DateTimeField()
    preview = models.JSONField()
    applied_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True, applied_by__isnull=True)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="catalogue_upload_applied_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(discarded_at__isnull=True),
                name="catalogue_upload_applied_or_discarded",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:8]})"

    @property
    def is_waiting(self) -> bool:
        """Neither applied nor put aside."""
        return self.applied_at is None and self.discarded_at is None
