"""What an engagement pays: by market, from a day on (R-043, R-047)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from engagements.models.engagement import Engagement


class Market(models.TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


ANY_COUNTRY = "*"


class MarketCountry(models.Model):
    """The market a country belongs to from ``valid_from`` on.

    The country ``*`` stands for every country without a row of its own: market B before 1 November 2022,
    when there was no market C, and C since (C-28).
    """

    country = models.CharField(max_length=2)
    market = models.CharField(max_length=1, choices=Market.choices)
    valid_from = models.DateField()

    class Meta:
        verbose_name_plural = _("market countries")
        constraints = (models.UniqueConstraint(fields=("country", "valid_from"), name="one_market_a_day"),)

    def __str__(self) -> str:
        return f"{self.country}: {self.market}"


class Rate(models.Model):
    """``amount`` None means that the engagement is not offered in this market ("n/a")."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="rates")
    market = models.CharField(max_length=1, choices=Market.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    per_hour = models.BooleanField(default=False)
    true_up = models.BooleanField(default=False)  # paid in two cycles: a base, then what is missing to the amount
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)  # last day, inclusive
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("engagement", "market", "-valid_from")
        constraints = (
            models.UniqueConstraint(fields=("engagement", "market", "valid_from"), name="one_rate_a_day"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="rate_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="rate_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.engagement} {self.market}: {self.amount} {self.currency}"
