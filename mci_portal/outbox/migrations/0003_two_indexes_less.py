"""The unique keys stay what they are, under a name; their second indexes, for LIKE, go. No row is touched."""

from django.db import migrations, models

import mci_portal.outbox.models

NAMES = {"dedup_key": "told_once", "message_id": "message_id_is_its_own"}
RENAME = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT indexrelid::regclass AS name FROM pg_index
        WHERE indrelid = 'outbox_message'::regclass AND indexrelid::regclass::text LIKE 'outbox\\_message\\_COLUMN\\_%\\_like'
    LOOP
        EXECUTE 'DROP INDEX ' || found.name;
    END LOOP;
END $$;
ALTER TABLE outbox_message RENAME CONSTRAINT outbox_message_COLUMN_key TO CONSTRAINT_NAME;
"""
BACK = """
ALTER TABLE outbox_message RENAME CONSTRAINT CONSTRAINT_NAME TO outbox_message_COLUMN_key;
CREATE INDEX outbox_message_COLUMN_a_like ON outbox_message (COLUMN varchar_pattern_ops);
"""


def _for(statements: str) -> str:
    return "".join(
        statements.replace("CONSTRAINT_NAME", name).replace("COLUMN", column) for column, name in NAMES.items()
    )


class Migration(migrations.Migration):
    dependencies = (("outbox", "0002_action_center"),)

    operations = (
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_for(RENAME), _for(BACK))],
            state_operations=[
                migrations.AlterField("message", "dedup_key", models.CharField(max_length=160)),
                migrations.AlterField(
                    "message",
                    "message_id",
                    models.CharField(default=mci_portal.outbox.models.new_message_id, max_length=255),
                ),
                *(
                    migrations.AddConstraint("message", models.UniqueConstraint(fields=(column,), name=name))
                    for column, name in NAMES.items()
                ),
            ],
        ),
    )
