from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("engagements", "0007_again_after_months"),)

    operations = (
        migrations.AddField("engagement", "asks_deal_size", models.BooleanField(db_default=False, default=False)),
    )
