"""What a dollar is worth in other currencies, month by month, and what a payment came to (R-250). Only added to."""

from django.db import models
from django.db.models import Q

from claims.models.earning import Earning
from mci_portal.accounts.models import Partner, User


class ExchangeRate(models.Model):
    """For one USD so much of ``currency`` in the month that begins on ``month``.

    A rate is never changed: of the rows of one month and currency the newest counts, the others are its history.
    """

    currency = models.CharField(max_length=3)
    month = models.DateField()
    rate = models.DecimalField(max_digits=16, decimal_places=6)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("currency", "month", "-id"), name="exchange_rate_of_month"),)
        constraints = (
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_above_zero"),
            models.CheckConstraint(condition=Q(month__day=1), name="exchange_rate_of_a_whole_month"),
        )

    def __str__(self) -> str:
        return f"{self.rate} {self.currency} in {self.month:%Y-%m}"


class Conversion(models.Model):
    """What an earning came to in the currency of its location when its payment was sent.

    A payment that came back and is sent once more gets a second row; the newest counts.
    """

    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="conversions")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    rate = models.ForeignKey(ExchangeRate, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.amount} for {self.earning_id}"
