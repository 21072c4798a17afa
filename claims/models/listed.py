"""What the Customer claims list knows of a claim besides the claim: names to order by, and how many there are.

Database triggers write both tables (migration ``list_keys``) and nobody else does. They stand beside the claim and not
in it, because the sweep and the life cycle then pay for none of these indexes, and a renamed customer locks no claim.
"""

from django.db import models

from claims.models.claim import Claim
from engagements.models import Engagement
from mci_portal.accounts.models import Location, Partner


class ListKey(models.Model):
    """The names of one claim, as the list shows them and is ordered by them; ``owner`` is "" without one."""

    # One key of both columns refers to the claim (see the migration).
    claim = models.OneToOneField(
        Claim, on_delete=models.CASCADE, primary_key=True, related_name="keys", db_constraint=False
    )
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    number = models.BigIntegerField(unique=True)
    name = models.CharField(max_length=120)
    customer = models.CharField(max_length=200)
    engagement = models.CharField(max_length=200)
    role = models.CharField(max_length=30)
    location = models.CharField(max_length=200)
    owner = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("partner", "number"), name="listed_by_number"),
            models.Index(fields=("partner", "name", "claim"), name="listed_by_name"),
            models.Index(fields=("partner", "customer", "claim"), name="listed_by_customer"),
            models.Index(fields=("partner", "engagement", "claim"), name="listed_by_engagement"),
            models.Index(fields=("partner", "role", "claim"), name="listed_by_role"),
            models.Index(fields=("partner", "location", "claim"), name="listed_by_location"),
            models.Index(fields=("partner", "owner", "claim"), name="listed_by_owner"),
        )

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How many claims a partner has for an engagement at a location, whatever became of them."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_index=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    claims = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("partner", "engagement", "location"), name="one_tally_each"),)

    def __str__(self) -> str:
        return str(self.claims)
