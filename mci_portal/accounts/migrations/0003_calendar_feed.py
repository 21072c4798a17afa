from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_role_changes_are_append_only")]
    operations = []
