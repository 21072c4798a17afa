"""What a partner location must have to earn on an engagement (R-041, R-052)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement


class PartnerCriterion(models.Model):
    """One line of the criteria panel, met when the location holds any one of ``any_of``.

    ``scope`` says whose credentials count: the location's own (with those of the whole account), or any
    location's of the account. Outside its dates a criterion is not asked for: legacy competencies sufficed
    until 30 September 2023.
    """

    class Scope(models.TextChoices):
        LOCATION = "location"
        ACCOUNT = "account"

    class Code(models.TextChoices):
        AGREEMENT = "IVDMPA"
        CO_SELL = "IVDCOSELL"
        DESIGNATION = "IVDCOMP"
        OTHER = "IVDMPN"
        SPECIALIZATION = "IVDADV"

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="criteria")
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=300, blank=True)
    any_of = ArrayField(models.CharField(max_length=120))
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.ACCOUNT)
    code = models.CharField(max_length=10, choices=Code.choices, default=Code.OTHER)  # the reason where it is not met
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)  # last day, inclusive

    class Meta:
        verbose_name_plural = _("partner criteria")
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("engagement", "title"), name="one_criterion_each"),)

    def __str__(self) -> str:
        return self.title
