"""What every mailed link has in common: a secret that is not stored, one purpose, one address, an end (R-275)."""

from django.db import models

from mci_portal.accounts.models import Partner, User


class MailedLink(models.Model):
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    nonce = models.CharField(max_length=60, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    to_name = models.CharField(max_length=150)
    to_email = models.CharField(max_length=254)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def is_live(self, now) -> bool:
        """True while the link may still be used to decide or to answer; ``now`` is exclusive of the end (C-13)."""
        return self.voided_at is None and self.used_at is None and now < self.expires_at
