"""Whether a location takes part in the program (R-055)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts.models import Location


class EnrolmentStatus(models.TextChoices):
    INVITED = "invited", _("Invited")
    ACTION_REQUIRED = "action_required", _("Action required")
    VALIDATING = "validating", _("Validating enrollment")
    ENROLLED = "enrolled", _("Enrolled")
    INACTIVE = "inactive", _("Inactive / Ineligible")
    DISCONTINUED = "discontinued", _("Discontinued")


class Enrolment(models.Model):
    location = models.OneToOneField(Location, on_delete=models.CASCADE, related_name="enrolment")
    status = models.CharField(max_length=20, choices=EnrolmentStatus.choices)
    since_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.location}: {self.get_status_display()}"
