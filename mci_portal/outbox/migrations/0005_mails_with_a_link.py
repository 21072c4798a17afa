"""Mails whose link is void are found by it, and not among all that wait; made while mail goes on."""

from mci_portal.common.live_migration import AddIndexUnhurried
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("outbox", "0004_mail_log_of_a_partner"),)

    operations = (
        AddIndexUnhurried(
            "message",
            models.Index(
                condition=models.Q(("status", "queued"), models.Q(("token_nonce", ""), _negated=True)),
                fields=["token_nonce"],
                name="outbox_with_a_link",
            ),
        ),
    )
