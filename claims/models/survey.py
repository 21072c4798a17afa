"""The two surveys of a claim and the links mailed for them (R-159..R-165)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from claims.models.link import MailedLink
from mci_portal.accounts.models import Partner


class SurveyKind(models.TextChoices):
    CUSTOMER = "customer_survey", _("Customer Survey")
    PARTNER = "partner_survey", _("Partner Survey")


class Survey(models.Model):
    """At most one of each kind; its existence with ``completed_at`` is the answer that counts."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="surveys")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=SurveyKind.choices)
    sent_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.CharField(max_length=150, blank=True)
    answers = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("claim", "kind"), name="one_survey_of_each_kind"),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | ~Q(completed_by=""), name="completed_survey_has_a_name"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.claim_id}"


class SurveyLink(MailedLink):
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="links")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("survey",),
                condition=Q(voided_at__isnull=True, used_at__isnull=True),
                name="one_live_survey_link",
            ),
        )

    def __str__(self) -> str:
        return f"link to {self.survey} for {self.to_email}"
