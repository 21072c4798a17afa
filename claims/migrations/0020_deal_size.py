"""What the partner expects to sell (R-099); empty where nobody asked."""

from django.db import migrations, models

from mci_portal.common.live_migration import AddFieldPatiently


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("claims", "0019_standing_until"),)

    operations = (AddFieldPatiently("claim", "deal_size", models.PositiveBigIntegerField(blank=True, null=True)),)
