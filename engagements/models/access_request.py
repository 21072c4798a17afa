"""A partner asks to earn on an engagement (R-030). Microsoft's operators decide."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from engagements.models.engagement import Engagement
from mci_portal.accounts.models import Partner, User


class AccessRequest(models.Model):
    """``engagement`` is empty while somebody asked by name: what is by invitation must not show that it exists.

    ``asked_name`` keeps what he typed, or the engagement's name of that day.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", pgettext_lazy("request", "Approved")
        DECLINED = "declined", _("Declined")

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_name = models.CharField(max_length=150)
    reason = models.CharField(max_length=1000, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=1000, blank=True)

    class Meta:
        indexes = (models.Index(fields=("decision", "-id"), name="access_requests_by_decision"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="access_request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved") | Q(engagement__isnull=False),
                name="approved_access_request_names_its_engagement",
            ),
            models.CheckConstraint(
                condition=~Q(decision="declined") | ~Q(answer=""), name="declined_access_request_gives_its_reason"
            ),
            models.UniqueConstraint(
                fields=("partner", "engagement"),
                condition=Q(decision="", engagement__isnull=False),
                name="one_open_access_request_each",
            ),
        )

    def __str__(self) -> str:
        return f"{self.partner} asks for {self.asked_name}"
