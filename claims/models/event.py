"""One line of a claim's history. A database trigger refuses every change to a line once written (R-270)."""

from django.db import models

from claims.models.claim import Claim
from claims.statuses import Status
from mci_portal.accounts.models import Partner, User


class ClaimEvent(models.Model):
    """``seq`` counts from 1 without a gap; the newest one equals the claim's ``version``.

    A key of both columns holds claim and partner (I11); one more of each would be looked up at every transition.
    """

    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="events", db_constraint=False, db_index=False
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    seq = models.PositiveIntegerField()
    action = models.CharField(max_length=40)
    from_status = models.CharField(max_length=30, blank=True)
    to_status = models.CharField(max_length=30, choices=Status.choices)
    actor_kind = models.CharField(max_length=10)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    actor_name = models.CharField(max_length=150)
    actor_role = models.CharField(max_length=80, blank=True, default="", db_default="")  # as ``Actor.role``
    address = models.GenericIPAddressField(null=True, blank=True)  # where it was done from; for operators alone
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    internal = models.BooleanField(default=False)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("seq",)
        constraints = (models.UniqueConstraint(fields=("claim", "seq"), name="history_has_no_two_lines_in_one_place"),)
        indexes = (models.Index(fields=("actor",), condition=models.Q(actor__isnull=False), name="history_by_actor"),)

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.seq} {self.action}"
