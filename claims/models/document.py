"""A file handed in as proof of execution. Removing hides it; the file and the row stay (R-177)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from claims.models.claim import Claim
from engagements.models import EvidenceRequirement, EvidenceTemplate
from mci_portal.accounts.models import Partner, User


class Scan(models.TextChoices):
    """What the virus scanner said. Without a scanner every file that passed our own look is clean (R-177)."""

    CLEAN = "clean"
    PENDING = "pending"  # the scanner was away when it came in
    INFECTED = "infected"  # found afterwards; kept shut away until it is removed


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
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.CLEAN, db_default=Scan.CLEAN)
    version = models.PositiveSmallIntegerField(default=1)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        indexes = (models.Index(fields=("id",), condition=Q(scan="pending"), name="document_to_scan"),)
        constraints = (
            models.UniqueConstraint(
                fields=("claim", "requirement", "sha256"),
                condition=Q(removed_at__isnull=True),
                name="one_live_copy_of_a_file",
            ),
            models.CheckConstraint(condition=Q(scan__in=Scan.values), name="document_scan_is_known"),
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

    @property
    def shut_away(self) -> str:
        """Why nobody may open it or hand it in, or an empty string."""
        sentences: dict[str, str] = {
            Scan.PENDING: _("“{document}” is still being checked for viruses. Try again in a few minutes."),
            Scan.INFECTED: _("“{document}” contains a virus. Remove it and upload a clean file."),
        }
        return sentences.get(self.scan, "").format(document=self.name)
