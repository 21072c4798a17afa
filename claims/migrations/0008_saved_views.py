from datetime import UTC, datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce

NEVER = Value(datetime(9999, 1, 1, tzinfo=UTC))
STATUSES = (
    "draft", "customer_claimed", "awaiting_consent", "consent_received", "consent_declined", "consent_expired",
    "consent_rejected", "canceled", "not_submitted_expired", "submitted", "under_review", "action_required",
    "post_submission_expired", "approved", "rejected", "disputed", "disputed_expired", "rejected_final",
)  # fmt: skip


def _by(name: str, key) -> migrations.AddIndex:
    return migrations.AddIndex("claim", models.Index(F("partner"), key, F("id"), name=name))


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0007_workbench"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=4000)),
                ("columns", models.CharField(blank=True, max_length=300)),
                ("is_default", models.BooleanField(default=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "savedview", models.UniqueConstraint(fields=["user", "name"], name="one_view_per_name")
        ),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(condition=Q(is_default=True), fields=("user",), name="one_default_view_per_user"),
        ),
        migrations.AddConstraint(
            "savedview",
            models.CheckConstraint(
                condition=~Q(name="") | Q(query="", is_default=False), name="nameless_view_holds_columns_only"
            ),
        ),
        migrations.AddIndex("claim", models.Index(fields=["partner", "name", "id"], name="claim_by_name")),
        _by("claim_by_due", Coalesce("due_at", NEVER, output_field=models.DateTimeField())),
        _by("claim_by_submitted", Coalesce("submitted_at", NEVER, output_field=models.DateTimeField())),
        _by("claim_by_amount", Coalesce("amount", Value(-1), output_field=models.DecimalField())),
        _by(
            "claim_by_place",
            Case(
                *(When(status=code, then=Value(place)) for place, code in enumerate(STATUSES)),
                default=Value(99),
                output_field=models.IntegerField(),
            ),
        ),
        _by(
            "claim_by_turn",
            Case(
                When(status="customer_claimed", then=Value(0)),
                When(status="awaiting_consent", then=Value(1)),
                When(status__in=("draft", "consent_received", "action_required", "disputed"), then=Value(2)),
                When(status="rejected", then=Value(3)),
                default=Value(9),
                output_field=models.IntegerField(),
            ),
        ),
    ]
