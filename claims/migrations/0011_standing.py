"""What the engagements list counts by stands in two indexes, made while the claims are worked on (G19)."""

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
    dependencies = [("claims", "0010_list_keys"), ("customers", "0002_search"), ("engagements", "0003_rate_true_up")]

    operations = [
        AddIndexUnhurried(
            "claim",
            models.Index(
                fields=["partner", "engagement", "status"],
                include=("customer", "location", "kind", "consented_at", "due_at"),
                name="claim_counted",
            ),
        ),
        AddIndexUnhurried(
            "claim",
            models.Index(
                condition=models.Q(("kind", "build_intent"), ("status__in", STANDING)),
                fields=["customer", "engagement"],
                include=("partner", "status", "due_at", "round"),
                name="claim_standing",
            ),
        ),
        RemoveIndexUnhurried("claim", "claim_by_engagement"),
        RemoveIndexUnhurried("claim", "claim_by_customer"),
    ]
