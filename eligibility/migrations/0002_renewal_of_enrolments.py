from datetime import UTC, datetime

from django.db import migrations, models


def settled_for_this_year(apps, schema_editor):
    """The first renewal is that of the next fiscal year: nobody's enrolment lapses in the middle of one."""
    today = datetime.now(UTC).date()
    year = today.replace(year=today.year if today.month >= 7 else today.year - 1, month=7, day=1)
    apps.get_model("eligibility", "Enrolment").objects.filter(status="enrolled", since_on__lt=year).update(
        renewed_on=year
    )


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0001_initial")]

    operations = [
        migrations.AddField("enrolment", "renewed_on", models.DateField(blank=True, null=True)),
        migrations.RunPython(settled_for_this_year, migrations.RunPython.noop),
    ]
