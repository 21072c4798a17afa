"""The index of what stands in a customer's way also says when an approved claim ended, while claims are worked on."""

from django.db import migrations, models

from mci_portal.common.live_migration import AddIndexUnhurried, RemoveIndexUnhurried

STANDING = [
    "action_required",
    "approved",
    "awaiting_consent",
    "consent_received",
    "customer_claimed",
    "disputed",
    "draft",
    "rejected",
    "submitted",
    "under_review",
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("claims", "0018_held_and_recorded_answers")]
    operations = [
        AddIndexUnhurried(
            "claim",
            models.Index(
                condition=models.Q(("kind", "build_intent"), ("status__in", STANDING)),
                fields=["customer", "engagement"],
                include=("partner", "status", "due_at", "round", "closed_at"),
                name="claim_standing_until",
            ),
        ),
        RemoveIndexUnhurried("claim", "claim_standing"),
    ]
