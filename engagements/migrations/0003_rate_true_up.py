from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("engagements", "0002_audit_is_append_only")]

    operations = [
        migrations.AddField(model_name="rate", name="true_up", field=models.BooleanField(default=False)),
    ]
