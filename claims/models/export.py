"""Who took which claims out of the portal, and the large files that wait to be fetched (R-145, R-256)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts.models import Partner, User


class ExportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being prepared")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")


ACTIVE = (ExportState.QUEUED, ExportState.RUNNING)


class Export(models.Model):
    """A ``direct`` one was handed out as it was read and has no file; its row is written when it is over.

    ``wanted`` are the fields of ``claims_list.Wanted``; ``locations`` the ids of those the user worked for, empty
    for all of the account. ``key`` names the stored file until it expires; the row stays, for the audit.
    """

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("Excel")

    ref = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    locations = models.JSONField(null=True, blank=True)
    wanted = models.JSONField(default=dict)
    format = models.CharField(max_length=4, choices=Format.choices)
    direct = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=ExportState.choices, default=ExportState.QUEUED)
    language = models.CharField(max_length=10, default="en")
    total = models.PositiveIntegerField(null=True, blank=True)  # how many claims there were when it began
    rows = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    asked_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)  # after that, whoever ran it is gone
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("user", "-asked_at"), name="exports_of_user"),
            models.Index(fields=("asked_at",), condition=Q(state__in=ACTIVE), name="exports_to_run"),
            models.Index(fields=("expires_at",), condition=~Q(key=""), name="exports_to_expire"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("user",), condition=Q(state__in=ACTIVE), name="one_running_export_per_user"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ACTIVE, finished_at__isnull=True)
                | (~Q(state__in=ACTIVE) & Q(finished_at__isnull=False)),
                name="export_is_finished_or_active",
            ),
            models.CheckConstraint(
                condition=Q(key="") | Q(state="done", direct=False, expires_at__isnull=False),
                name="export_with_a_file_expires",
            ),
        )

    def __str__(self) -> str:
        return f"{self.format} export {self.ref}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    def is_there(self, now: datetime) -> bool:
        """True while the prepared file can be fetched."""
        return bool(self.key and self.expires_at and now < self.expires_at)

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.rows // self.total) if self.total else 0
