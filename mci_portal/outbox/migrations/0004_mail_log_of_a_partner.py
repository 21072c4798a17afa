"""One index gives a partner's notices and his whole mail log; made while mail goes on."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("outbox", "0003_two_indexes_less"),)

    operations = (
        AddIndexConcurrently("message", models.Index(fields=["partner_id", "-id"], name="outbox_of_partner")),
        RemoveIndexConcurrently("message", "outbox_notices"),
    )
