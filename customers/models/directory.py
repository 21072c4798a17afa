"""The local directory of tenants, subscriptions and opportunities. Operators load it; ``resolution`` reads it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from .customer import Sector

EXAMPLE = '{"Teams": 240}'


def check_active_users(value: object) -> None:
    """Whole numbers by workload; refuses anything else that JSON can say."""
    if not isinstance(value, dict) or not all(type(users) is int and users >= 0 for users in value.values()):
        raise ValidationError(
            _("Write the number of users of each workload, such as %(example)s.") % {"example": EXAMPLE}
        )


class DirectoryTenant(models.Model):
    """A Microsoft Entra tenant with what is known of it. Several tenants may share one TPID; null where unknown."""

    tenant_id = models.UUIDField(_("tenant ID"), unique=True)
    tpid = models.CharField(_("TPID"), max_length=8, null=True, blank=True, db_index=True)  # noqa: DJ001
    name = models.CharField(_("name"), max_length=200)
    country = models.CharField(_("country"), max_length=2, blank=True)
    seats = models.PositiveIntegerField(_("paid seats"), default=0)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices, blank=True)
    products = models.JSONField(_("products"), default=list, blank=True)
    created_on = models.DateField(_("tenant created on"), null=True, blank=True)
    active_users = models.JSONField(  # by workload, as the rules write it: {"Teams": 240}
        _("monthly active users"),
        default=dict,
        db_default=Value({}, models.JSONField()),
        blank=True,
        validators=[check_active_users],
    )
    planned_consumption = models.PositiveIntegerField(  # of Azure, in the first year, in whole US dollars
        _("planned consumption"), null=True, blank=True
    )
    # The first domain is the primary one.
    domains = ArrayField(models.CharField(max_length=253), verbose_name=_("verified domains"), default=list, blank=True)
    subscription_ids = ArrayField(models.UUIDField(), verbose_name=_("Azure subscriptions"), default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = _("directory tenant")
        verbose_name_plural = _("directory tenants")
        indexes: ClassVar = [
            GinIndex(fields=["domains"], name="directory_domains_gin"),
            GinIndex(fields=["subscription_ids"], name="directory_subscriptions_gin"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(tpid__isnull=True) | Q(tpid__regex=r"^[1-9][0-9]{5,7}$"), name="directory_tpid_well_formed"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="directory_has_a_name"),
            models.CheckConstraint(condition=Q(country__regex=r"^([A-Z]{2})?$"), name="directory_country_is_iso2"),
            models.CheckConstraint(condition=Q(sector__in=["", *Sector.values]), name="directory_sector_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A subscription of licences. Associations of Business Applications name one (R-221)."""

    class Family(models.TextChoices):
        DYNAMICS = "dynamics", _("Dynamics 365")
        POWER_PLATFORM = "power_platform", _("Power Platform")
        OTHER = "other", _("Something else")

    class Channel(models.TextChoices):
        DIRECT = "direct", _("From Microsoft")
        CSP = "csp", _("Through CSP")

    subscription_id = models.UUIDField(_("subscription ID"), unique=True)
    tenant = models.ForeignKey(DirectoryTenant, on_delete=models.PROTECT, related_name="+")
    family = models.CharField(_("product family"), max_length=20, choices=Family.choices)
    channel = models.CharField(_("bought"), max_length=10, choices=Channel.choices, default=Channel.DIRECT)
    provisioned_on = models.DateField(_("provisioned on"), null=True, blank=True)  # null: not yet
    ends_on = models.DateField(_("last day"), null=True, blank=True)  # null: not known

    class Meta:
        ordering: ClassVar = ["subscription_id"]
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(family__in=["dynamics", "power_platform", "other"]), name="subscription_family_known"
            ),
            models.CheckConstraint(condition=Q(channel__in=["direct", "csp"]), name="subscription_channel_known"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(provisioned_on=None) | Q(ends_on__gte=models.F("provisioned_on")),
                name="subscription_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return str(self.subscription_id)


class Opportunity(models.Model):
    """A seller-system opportunity; variable pay nominates customers by it (R-085)."""

    msx_id = models.CharField(_("MSX opportunity ID"), max_length=12, unique=True)
    tenant = models.ForeignKey(DirectoryTenant, on_delete=models.PROTECT, related_name="+")
    stage = models.PositiveSmallIntegerField(_("sales stage"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    is_open = models.BooleanField(_("open"), default=True)

    class Meta:
        ordering: ClassVar = ["msx_id"]
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(msx_id__regex=r"^7-[0-9A-Z]{10}$"), name="opportunity_msx_id_well_formed"
            ),
            models.CheckConstraint(condition=Q(stage__range=(1, 5)), name="opportunity_stage_in_range"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="opportunity_amount_not_negative"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="opportunity_currency_is_iso"),
        ]

    def __str__(self) -> str:
        return self.msx_id
