"""What operators settle beside the catalogue file: the reviewing region's own days, and how reasons are worded."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """A day on which the calendar of ``region`` differs from its public holidays (section 19).

    Never deleted: a deadline that was counted while it stood must come out the same later (R-271).
    """

    class Kind(models.TextChoices):
        CLOSED = "closed", _("Closed")
        WORKING = "working", _("Working day")

    region = models.CharField(max_length=2)  # ISO 3166 alpha-2
    on = models.DateField(verbose_name=_("day"))
    kind = models.CharField(max_length=10, choices=Kind.choices)
    note = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(verbose_name=_("known since"))
    until = models.DateTimeField(null=True, blank=True, verbose_name=_("taken back at"))

    class Meta:
        ordering = ("on", "id")
        constraints = (
            models.UniqueConstraint(fields=("region", "on"), condition=Q(until=None), name="one_kind_a_calendar_day"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="calendar_day_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.region} – {self.on}"


class ReasonWords(models.Model):
    """How a reason reads, and whether reviewers may choose it, from ``valid_from`` on (R-194, R-277).

    An empty ``text`` or ``advice`` stands for the words that the portal brings along, which it knows in every
    language. A code of the list of rejections that the portal does not bring is the operator's own.
    """

    class List(models.TextChoices):
        REFUSAL = "refusal", _("Why a customer cannot be claimed")
        REJECTION = "rejection", _("Reasons for a rejection")
        ISSUE = "issue", _("Kinds of issues")

    list = models.CharField(max_length=10, choices=List.choices)
    code = models.CharField(max_length=30)
    text = models.CharField(max_length=300, blank=True, verbose_name=_("wording"))
    advice = models.CharField(max_length=300, blank=True, verbose_name=_("what you can do"))
    offered = models.BooleanField(default=True, verbose_name=_("offered to reviewers"))
    valid_from = models.DateField()

    class Meta:
        ordering = ("list", "code", "valid_from")
        constraints = (models.UniqueConstraint(fields=("list", "code", "valid_from"), name="one_wording_a_day"),)

    def __str__(self) -> str:
        return f"{self.code} – {self.valid_from}"
