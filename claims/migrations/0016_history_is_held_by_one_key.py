"""A line of history belongs to claim and partner by the key of both columns alone (0003); each further key was a look-up
at every transition, and each index that nobody reads a write."""

import django.db.models.deletion
from django.conf import settings
from mci_portal.common.live_migration import AddIndexUnhurried
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (
        ("accounts", "0007_audit_and_second_operator"),
        ("claims", "0015_consent_reminders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    )

    operations = (
        AddIndexUnhurried(
            "claimevent",
            models.Index(condition=models.Q(actor__isnull=False), fields=["actor"], name="history_by_actor"),
        ),
        migrations.AlterField(
            "claimevent",
            "actor",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "claimevent",
            "claim",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="claims.claim",
            ),
        ),
        migrations.AlterField(
            "claimevent",
            "partner",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.partner",
            ),
        ),
    )
