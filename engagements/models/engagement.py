"""The engagement itself, its type with the deadlines it sets, and who may see it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts.models import Partner


class Area(models.TextChoices):
    """Solution areas, in the order of the tabs (R-020). The value is the address's ``?area=``."""

    MODERN_WORK_AND_SECURITY = "modern-work-and-security", _("Modern Work And Security")
    AZURE = "azure", _("Azure")
    BUSINESS_APPLICATIONS = "business-applications", _("Business Applications")


class PartnerRole(models.TextChoices):
    BUILD_INTENT = "build_intent", _("Build intent")
    TRANSACT = "transact", _("Transact")
    USE_OR_CONSUME = "use_or_consume", _("Use or consume")
    BUILD_INTENT_ADVISOR = "build_intent_advisor", _("Build intent – Advisor")
    USAGE_RECOGNITION = "usage_recognition", _("Usage recognition – Non-Incentivized")
    INFLUENCED_REVENUE = "influenced_revenue", _("Influenced Revenue recognition – Non-Incentivized")


class DayCounts(models.Model):
    """The five clocks of a claim, in days (requirements section 19)."""

    consent_days = models.PositiveSmallIntegerField()
    submit_days = models.PositiveSmallIntegerField()
    review_days = models.PositiveSmallIntegerField()
    dispute_days = models.PositiveSmallIntegerField()
    dispute_review_days = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True


class EngagementType(DayCounts):
    """The day counts that a claim of this type copies when it is created, until one of its ``terms`` begins."""

    code = models.SlugField(primary_key=True, max_length=30)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.CheckConstraint(
                condition=Q(review_days__gte=F("submit_days")), name="review_ends_after_first_submit"
            ),
        )

    def __str__(self) -> str:
        return self.name


class TypeTerms(DayCounts):
    """Other day counts of a type, for the claims created from ``valid_from`` on (R-277)."""

    type = models.ForeignKey(EngagementType, on_delete=models.CASCADE, related_name="terms")
    valid_from = models.DateField()

    class Meta:
        ordering = ("type", "valid_from")
        verbose_name_plural = _("deadlines of types")
        constraints = (
            models.UniqueConstraint(fields=("type", "valid_from"), name="one_set_of_terms_a_day"),
            models.CheckConstraint(
                condition=Q(review_days__gte=F("submit_days")), name="terms_review_ends_after_first_submit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.type} – {self.valid_from}"


class Engagement(models.Model):
    """One earning opportunity. ``slug`` is its immutable ID; the name may change (R-033)."""

    class Pay(models.TextChoices):
        FIXED = "fixed", _("Fixed")
        VARIABLE = "variable", _("Variable")
        FORMULA = "formula", _("Formula")

    class Visibility(models.TextChoices):
        LISTED = "listed", _("Listed")
        INVITATION = "invitation", _("Invitation only")

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=150, unique=True)
    area = models.CharField(max_length=40, choices=Area.choices)
    sub_area = models.CharField(max_length=60, blank=True)
    role = models.CharField(max_length=30, choices=PartnerRole.choices)
    is_cpor = models.BooleanField(default=False)
    type = models.ForeignKey(EngagementType, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pay = models.CharField(max_length=10, choices=Pay.choices, default=Pay.FIXED)
    pay_text = models.CharField(max_length=200, blank=True)
    summary = models.TextField(blank=True)
    partner_text = models.TextField(blank=True)
    customer_text = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    last_claim_on = models.DateField(null=True, blank=True)
    visibility = models.CharField(max_length=12, choices=Visibility.choices, default=Visibility.LISTED)
    id_types = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    customer_rules = models.JSONField(default=list, blank=True)  # see customers/qualification.py
    hour_options = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    claims_per_customer = models.PositiveSmallIntegerField(default=1)
    # So long after a claim was approved the customer may do it again, with whomever; null = never.
    again_after_months = models.PositiveSmallIntegerField(null=True, blank=True)
    active_per_customer = models.PositiveSmallIntegerField(default=3)
    open_per_partner = models.PositiveSmallIntegerField(null=True, blank=True)  # at most so many open claims at a time
    yearly_per_partner = models.PositiveSmallIntegerField(null=True, blank=True)  # claims made in a fiscal year
    exclusive = models.BooleanField(default=True)  # one partner's consented customer is closed to the others (C-14)
    withdrawal = models.BooleanField(default=False)  # T13
    asks_deal_size = models.BooleanField(default=False, db_default=False)  # when consent is asked for
    sample = models.BooleanField(default=False)  # figures are our plausible filler
    search_terms = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="engagement_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(role="build_intent") | Q(type__isnull=False), name="build_intent_has_a_type"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def takes_customers(self) -> bool:
        """R-060: only build-intent engagements have a Customers page."""
        return self.role == PartnerRole.BUILD_INTENT


class EngagementName(models.Model):
    """A name the engagement used to have (R-033); searched like the present one."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=150)
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("engagement", "name"), name="one_former_name_each"),)

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """R-031: the partners who may see an invitation-only engagement."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="invitations")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("engagement", "partner"), name="one_invitation_each"),)

    def __str__(self) -> str:
        return f"{self.partner}: {self.engagement}"
