from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE claims_claim_number_seq AS bigint START WITH 1000001",
            "DROP SEQUENCE claims_claim_number_seq",
        )
    ]
