import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0005_export"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="claim",
            name="stand_in",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["partner", "due_at", "id"],
                name="claim_due_by_partner",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stand_in__isnull", True),
                    ("owner__isnull", True),
                    models.Q(("stand_in", models.F("owner")), _negated=True),
                    _connector="OR",
                ),
                name="claim_stand_in_is_not_its_owner",
            ),
        ),
    ]
