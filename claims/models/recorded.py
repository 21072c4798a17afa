"""A customer's answer that reached Microsoft in another way than through the mailed link, with its evidence."""

from django.db import models
from django.db.models import Q

from claims.models.claim import Claim
from mci_portal.accounts.models import Partner, User


class RecordedAnswer(models.Model):
    """Who recorded what on the customer's behalf, from which document. The customer's name stands where he would have
    typed it: in the request or the link that the answer belongs to."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recorded_answers")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=10)  # accept, decline, withdraw or opt_out
    given_on = models.DateField()
    channel = models.CharField(max_length=200)  # how it reached Microsoft
    key = models.CharField(max_length=80, unique=True)  # random name in the private storage
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("claim", "action"), name="one_recorded_answer_per_claim_and_action"),
            models.CheckConstraint(condition=~Q(channel=""), name="recorded_answer_says_how_it_came"),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=26_214_400), name="recorded_answer_size"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="recorded_answer_sha256"),
        )

    def __str__(self) -> str:
        return f"{self.action} of {self.claim_id}, recorded by {self.recorded_by_name}"
