"""The indexes of deadlines and of ages in review hold the status too, so that figures are counted without the claims."""

from mci_portal.common.live_migration import AddIndexUnhurried, RemoveIndexUnhurried
from django.db import migrations, models

IN_REVIEW = models.Q(("status__in", ("submitted", "under_review", "action_required")))


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("claims", "0016_history_is_held_by_one_key"),)

    operations = (
        RemoveIndexUnhurried("claim", "claim_due"),
        AddIndexUnhurried(
            "claim",
            models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["due_at", "id"],
                include=("status",),
                name="claim_due",
            ),
        ),
        RemoveIndexUnhurried("claim", "claim_review_age"),
        AddIndexUnhurried(
            "claim",
            models.Index(
                condition=IN_REVIEW, fields=["submitted_at", "id"], include=("status",), name="claim_review_age"
            ),
        ),
    )
