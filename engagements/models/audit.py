"""What operators changed in the catalogue (R-277). Written once; a trigger refuses UPDATE and DELETE."""

from django.db import models

from engagements.models.upload import CatalogueUpload
from mci_portal.accounts.models import User


class CatalogueChange(models.Model):
    """One row that was created, changed, ended or removed.

    The names of the person, the table, the engagement and the row stand in words: whatever happens to them later,
    the entry still says what happened then. ``before`` and ``after`` map columns to values, changed columns only.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True, blank=True)  # the IP address it was done from
    action = models.CharField(max_length=10)  # one of ``engagements.console.difference.ACTIONS``
    table = models.CharField(max_length=60)
    engagement = models.CharField(max_length=150, blank=True)
    what = models.CharField(max_length=400)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    upload = models.ForeignKey(CatalogueUpload, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.action} {self.table}: {self.what}"
