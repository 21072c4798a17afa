"""What a partner must hand in (R-044, C-11), the templates for it (R-048), and where to read more (R-045)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement


class EvidenceKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    REPORT = "report", _("Findings and recommendations document")
    POE = "poe", _("Proof of execution document")
    OTHER = "other", _("Other document")
    CUSTOMER_SURVEY = "customer_survey", _("Customer Survey")
    PARTNER_SURVEY = "partner_survey", _("Partner Survey")


SURVEYS = (EvidenceKind.CUSTOMER_SURVEY, EvidenceKind.PARTNER_SURVEY)


class EvidenceRequirement(models.Model):
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(max_length=20, choices=EvidenceKind.choices)
    label = models.CharField(max_length=120)
    hint = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=True)
    ended_on = models.DateField(null=True, blank=True)  # left the catalogue, but uploads still refer to it
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("engagement", "kind", "label"), name="one_requirement_each"),)

    def __str__(self) -> str:
        return self.label

    @property
    def is_survey(self) -> bool:
        return self.kind in SURVEYS


class EvidenceTemplate(models.Model):
    """One version of a form to fill in. Which one is accepted goes by the day of submission (R-048)."""

    requirement = models.ForeignKey(EvidenceRequirement, on_delete=models.CASCADE, related_name="templates")
    version = models.CharField(max_length=20)
    file = models.CharField(max_length=200)  # see templates_in_force.open_file
    changes = models.CharField(max_length=300, blank=True)
    valid_from = models.DateField()
    refused_from = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("-valid_from",)
        constraints = (models.UniqueConstraint(fields=("requirement", "version"), name="one_template_version_each"),)

    def __str__(self) -> str:
        return f"{self.requirement} {self.version}"


class ResourceLink(models.Model):
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=120)
    url = models.URLField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return self.label
