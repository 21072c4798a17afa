"""Whether a location takes part in the program (R-055)."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mci_portal.accounts.models import Location


class EnrolmentStatus(models.TextChoices):
    INVITED = "invited", gettext_lazy("Invited")
    ACTION_REQUIRED = "action_required", gettext_lazy("Action required")
    VALIDATING = "validating", gettext_lazy("Validating enrollment")
    ENROLLED = "enrolled", gettext_lazy("Enrolled")
    INACTIVE = "inactive", gettext_lazy("Inactive / Ineligible")
    DISCONTINUED = "discontinued", gettext_lazy("Discontinued")


class Enrolment(models.Model):
    location = models.OneToOneField(Location, on_delete=models.CASCADE, related_name="enrolment")
    status = models.CharField(max_length=20, choices=EnrolmentStatus.choices)
    since_on = models.DateField()
    renewed_on = models.DateField(null=True, blank=True)  # first day of the fiscal year it was last renewed for

    def __str__(self) -> str:
        return f"{self.location}: {self.get_status_display()}"

    def words(self, for_admin: bool) -> str:
        """The status as its reader is told; how far the formalities are concerns the Incentives admin alone (R-055)."""
        if not for_admin and self.status in (EnrolmentStatus.ACTION_REQUIRED, EnrolmentStatus.VALIDATING):
            return _("Enrolling")
        return self.get_status_display()
