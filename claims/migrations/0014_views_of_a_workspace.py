"""A saved view belongs to the workspace that it was made in (R-011)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# Nobody knows any more where a view was made: it goes to the workspace that opens by itself, the first by name.
TO_THE_FIRST = """
    UPDATE claims_savedview AS view SET partner_id = (
        SELECT partner.id FROM accounts_membership AS membership
        JOIN accounts_partner AS partner ON partner.id = membership.partner_id
        WHERE membership.user_id = view.user_id ORDER BY partner.name, partner.id LIMIT 1
    )
    FROM accounts_user AS reader WHERE reader.id = view.user_id AND reader.microsoft_role = '';
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0013_history_role_and_address"), ("accounts", "0007_audit_and_second_operator")]

    operations = [
        migrations.AddField(
            "savedview",
            "partner",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.partner",
            ),
        ),
        migrations.RemoveConstraint("savedview", "one_view_per_name"),
        migrations.RemoveConstraint("savedview", "one_default_view_per_user"),
        # The row's foreign key is checked now and not at the end: a table with checks to come cannot be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(TO_THE_FIRST, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(fields=("user", "partner", "name"), name="one_view_per_name", nulls_distinct=False),
        ),
        migrations.AddConstraint(
            "savedview",
            models.UniqueConstraint(
                condition=Q(is_default=True),
                fields=("user", "partner"),
                name="one_default_view_per_user",
                nulls_distinct=False,
            ),
        ),
    ]
