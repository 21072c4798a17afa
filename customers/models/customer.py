"""One organisation that partners make claims for. Written only by ``customers.resolution.remember``."""

import secrets
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _


class Sector(models.TextChoices):
    """What kind of buyer the customer is; empty where no directory says it."""

    COMMERCIAL = "commercial", _("Commercial")
    PUBLIC = "public_sector", _("Public sector")
    EDUCATION = "education", _("Education")


def new_ref() -> str:
    """Return 16 random URL-safe characters, so that an address never tells how many customers there are."""
    return secrets.token_urlsafe(12)


class Customer(models.Model):
    """A tenant, or a TPID that stands for several tenants (R-089: eligibility of one does not cascade to the other)."""

    ref = models.SlugField(max_length=16, unique=True, default=new_ref, editable=False)
    tenant_id = models.UUIDField(_("tenant ID"), null=True, blank=True, unique=True)
    # Null, not empty: the unique constraint below must not see unknown TPIDs as one.
    tpid = models.CharField(_("TPID"), max_length=8, null=True, blank=True, db_index=True)  # noqa: DJ001
    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("domain"), max_length=253, blank=True, db_index=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    # 0 where no directory knows the number: no seat rule is met then.
    seats = models.PositiveIntegerField(_("paid seats"), default=0)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector.choices, blank=True)
    products = models.JSONField(_("products"), default=list, blank=True)
    tenant_created_on = models.DateField(_("tenant created on"), null=True, blank=True)
    # A workload that is missing here is not known, and so meets no rule.
    active_users = models.JSONField(
        _("monthly active users"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    planned_consumption = models.PositiveIntegerField(_("planned consumption"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"))
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [GinIndex(SearchVector("name", "domain", config="simple"), name="customer_words")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tpid"], condition=Q(tenant_id__isnull=True), name="customer_one_per_tpid_without_tenant"
            ),
            models.CheckConstraint(
                condition=Q(tenant_id__isnull=False) | Q(tpid__isnull=False), name="customer_has_an_identity"
            ),
            models.CheckConstraint(
                condition=Q(tpid__isnull=True) | Q(tpid__regex=r"^[1-9][0-9]{5,7}$"), name="customer_tpid_well_formed"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(
                condition=Q(domain__regex=r"^([a-z0-9-]+\.)+[a-z0-9-]+$") | Q(domain=""),
                name="customer_domain_is_a_label",
            ),
            models.CheckConstraint(condition=Q(country__regex=r"^([A-Z]{2})?$"), name="customer_country_is_iso2"),
            models.CheckConstraint(condition=Q(sector__in=["", *Sector.values]), name="customer_sector_known"),
            models.CheckConstraint(
                condition=Q(checked_at__gte=models.F("created_at")), name="customer_checked_after_created"
            ),
        ]

    def __str__(self) -> str:
        return self.name
