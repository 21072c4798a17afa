from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engagements", "0006_operators_calendar_terms_and_words")]
    operations = [
        migrations.AddField(
            model_name="engagement",
            name="again_after_months",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
