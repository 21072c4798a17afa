"""What a reviewer keeps on the desk beside a claim: drafts, the checklist, how far it was read, ready-made texts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from engagements.models import EvidenceRequirement
from mci_portal.accounts.models import User


class ReviewDraft(models.Model):
    """One half-written form of one reviewer, as it was typed. ``version`` is the claim's that was before his eyes."""

    class Part(models.TextChoices):
        APPROVE = "approve"
        ISSUES = "issues"
        REJECT = "reject"
        NOTE = "note"

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="+")
    reviewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=10, choices=Part.choices)
    fields = models.JSONField()  # name of the control -> list of values
    version = models.PositiveIntegerField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("claim", "reviewer", "round", "part"), name="one_draft_of_each_form"),
        )

    def __str__(self) -> str:
        return f"{self.part} of {self.claim_id} by {self.reviewer_id}"


class ReviewCheck(models.Model):
    """Whether one requirement is met, as one round of review found it; it outlives the decision."""

    class Verdict(models.TextChoices):
        MEETS = "meets", _("Meets")
        FAILS = "fails", _("Does not meet")
        NOT_APPLICABLE = "n/a", _("Not applicable")

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    requirement = models.ForeignKey(EvidenceRequirement, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=5, choices=Verdict.choices, blank=True)  # "" = only a note so far
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("claim", "round", "requirement"), name="one_check_per_round"),
            models.CheckConstraint(
                condition=models.Q(verdict__in=("", "meets", "fails", "n/a")), name="check_verdict_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict or '-'} of {self.requirement_id} on {self.claim_id}"


class ReviewMark(models.Model):
    """How far a reviewer has read a claim: everything up to the event ``seq``, which happened at ``at``."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="+")
    reviewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("claim", "reviewer"), name="one_mark_per_reviewer_and_claim"),)

    def __str__(self) -> str:
        return f"{self.reviewer_id} read {self.claim_id} up to {self.seq}"


class SavedReply(models.Model):
    """A text to write again and again; without ``owner`` all reviewers share it."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=2000)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("title", "id")
        indexes = (models.Index(fields=("owner", "title"), name="reply_by_owner"),)

    def __str__(self) -> str:
        return self.title


class ReviewerSettings(models.Model):
    """WCAG 2.1.4: keys of one character can be switched off. No row = the keys work."""

    reviewer = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    shortcuts = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"settings of {self.reviewer_id}"
