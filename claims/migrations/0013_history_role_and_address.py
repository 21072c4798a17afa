"""History tells as what and from where something was done; and one way for the law: a person is forgotten (R-276)."""

from django.db import migrations, models

# Inside a transaction that says "SET LOCAL portal.forget_person = 'on'" (claims.personal alone does), history and
# answers of customers may lose who the person was, to the fixed word, and nothing else. Where the portal's role is not
# the owner, it is granted UPDATE on just these columns.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION claims_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    personal text[] := '{actor_name,note,data,address}';
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
       AND coalesce(current_setting('portal.refuse_truncate', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'claims_claimevent'
       AND coalesce(current_setting('portal.forget_person', true), '') = 'on'
       AND before - personal = after - personal
       AND after->>'actor_name' IN (before->>'actor_name', 'Erased') AND after->>'note' IN (before->>'note', '')
       AND after->'data' IN (before->'data', '{}') AND coalesce(after->'address' IN (before->'address', 'null'), true) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION claims_keep_columns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := TG_ARGV[1]::text[];
BEGIN
    IF TG_TABLE_NAME <> 'claims_earning' AND coalesce(current_setting('portal.forget_person', true), '') = 'on'
       AND to_jsonb(NEW)->>'typed_name' IN (to_jsonb(OLD)->>'typed_name', 'Erased') THEN
        free := free || '{to_name,to_email,typed_name,ip_address,user_agent,reason,proposed_name,proposed_email}'::text[];
    END IF;
    IF to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0012_document_scan")]

    operations = [
        migrations.AddField(
            model_name="claimevent",
            name="actor_role",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="claimevent",
            name="address",
            field=models.GenericIPAddressField(blank=True, null=True),
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
