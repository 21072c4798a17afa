"""What partner and reviewers write to each other, and the reviewers' own notes (R-166, R-178)."""

from django.db import models

from claims.models.claim import Claim
from mci_portal.accounts.models import Partner, User


class Comment(models.Model):
    """``internal`` notes are for Microsoft's side only and never reach a partner's page or mail."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="comments")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=150)
    by_microsoft = models.BooleanField()
    internal = models.BooleanField(default=False)
    text = models.TextField(max_length=4000)
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(internal=False) | models.Q(by_microsoft=True), name="only_microsoft_writes_notes"
            ),
        )

    def __str__(self) -> str:
        return f"{self.author_name} on {self.claim_id}"
