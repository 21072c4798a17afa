"""A file handed in as proof of execution. Removing hides it; the file and the row stay (R-177)."""

from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from engagements.models import EvidenceRequirement, EvidenceTemplate
from mci_portal.accounts.models import Partner, User


class Document(models.Model):
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="documents")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    requirement = models.ForeignKey(EvidenceRequirement, on_delete=models.PROTECT, related_name="+")
    # Which form was filled in; None where the requirement has none, or for files from before this was asked.
    template = models.ForeignKey(EvidenceTemplate, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=80, unique=True)  # random name in the private storage
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("claim", "requirement", "sha256"),
                condition=Q(removed_at__isnull=True),
                name="one_live_copy_of_a_file",
            ),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=26_214_400), name="document_size_in_limits"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_checksum_is_sha256"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="removed_document_has_who_and_when",
            ),
        )

    def __str__(self) -> str:
        return self.name
