"""How much money an engagement, or several together, may cost at most in a time (R-255)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement


class Cap(models.Model):
    """One pot of money. ``claims.caps`` says how much of it is taken; nothing is counted here.

    ``scope`` says who shares it: everybody (``global``), the locations in ``countries`` (``region``), or each partner
    account - the program's "partner group" - or each customer has the whole amount for himself. Claims count towards
    the pots that are open on the day on which their customer is added.
    """

    class Scope(models.TextChoices):
        GLOBAL = "global", _("All partners together")
        REGION = "region", _("All partners of a region together")
        PARTNER = "partner", _("Each partner account")
        CUSTOMER = "customer", _("Each customer")

    code = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, default="USD")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # last day, inclusive
    engagements = models.ManyToManyField(Engagement, through="CappedEngagement", related_name="caps")

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="cap_is_positive"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="cap_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(scope="region") & ~Q(countries=[]) | ~Q(scope="region") & Q(countries=[]),
                name="cap_names_countries_exactly_for_a_region",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.amount} {self.currency}"


class CappedEngagement(models.Model):
    """This engagement is paid out of this pot."""

    cap = models.ForeignKey(Cap, on_delete=models.CASCADE, related_name="members")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("cap", "engagement"), name="one_place_in_a_cap"),)

    def __str__(self) -> str:
        return f"{self.engagement} in {self.cap}"
