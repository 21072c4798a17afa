import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As in 0003 and 0004: what was decided about money is only added to.
TABLES = {
    "adjustment": "an adjustment is kept as it was made",
    "exchangerate": "an exchange rate is kept as it was set",
    "conversion": "what a payment came to is kept",
}
TRIGGERS = "".join(
    f"""
CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON claims_{table}
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change('{reason}');
CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON claims_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_change('{reason}');
"""
    for table, reason in TABLES.items()
)
NO_TRIGGERS = "".join(
    f"""
DROP TRIGGER {table}_is_append_only ON claims_{table};
DROP TRIGGER {table}_is_not_emptied ON claims_{table};
"""
    for table in TABLES
)
OF_EARNINGS = ("adjustment", "conversion")
WITHIN_PARTNER = "".join(
    f"""
ALTER TABLE claims_{table} ADD CONSTRAINT {table}_earning_of_same_partner
    FOREIGN KEY (partner_id, earning_id) REFERENCES claims_earning (partner_id, id) DEFERRABLE INITIALLY DEFERRED;
"""
    for table in OF_EARNINGS
)
NOT_WITHIN_PARTNER = "".join(
    f"ALTER TABLE claims_{table} DROP CONSTRAINT {table}_earning_of_same_partner;\n" for table in OF_EARNINGS
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_preferences"),
        ("claims", "0008_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("month", models.DateField()),
                ("rate", models.DecimalField(decimal_places=6, max_digits=16)),
                ("actor_name", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Conversion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
                ("at", models.DateTimeField()),
                (
                    "earning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conversions", to="claims.earning"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.partner"
                    ),
                ),
                (
                    "rate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.exchangerate"
                    ),
                ),
            ],
            options={"ordering": ("id",)},
        ),
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("ar_compliance", "AR Compliance"),
                            ("coop_rollover", "Co-op rollover"),
                            ("ops_adjustment", "Ops Adjustment"),
                            ("partner_mapping", "Partner mapping"),
                            ("policy_exception", "Policy Exception"),
                            ("previous_period", "Previous period earnings"),
                        ],
                        max_length=20,
                    ),
                ),
                ("text", models.CharField(max_length=500)),
                ("actor_name", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "earning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="claims.earning"
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.partner"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="adjustment_changes_something"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="exchangerate",
            index=models.Index(fields=["currency", "month", "-id"], name="exchange_rate_of_month"),
        ),
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="exchange_rate_above_zero"),
        ),
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__day", 1)), name="exchange_rate_of_a_whole_month"
            ),
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(WITHIN_PARTNER, NOT_WITHIN_PARTNER),
    ]
