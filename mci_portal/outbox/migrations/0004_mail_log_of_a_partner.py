"""One index gives a partner's notices and his whole mail log; made while mail goes on."""

from mci_portal.common.live_migration import AddIndexUnhurried, RemoveIndexUnhurried
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("outbox", "0003_two_indexes_less"),)

    operations = (
        AddIndexUnhurried("message", models.Index(fields=["partner_id", "-id"], name="outbox_of_partner")),
        RemoveIndexUnhurried("message", "outbox_notices"),
    )
