"""The audit of the catalogue is written once and never changed, not even by mistake."""

from django.db import migrations

# A test database (Django names it test_...) is emptied by TRUNCATE between tests, and only there it passes.
FORWARD = """
CREATE FUNCTION engagements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
       AND coalesce(current_setting('portal.refuse_truncate', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% on % is refused: the audit of the catalogue is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER catalogue_changes_are_append_only BEFORE UPDATE OR DELETE ON engagements_cataloguechange
    FOR EACH ROW EXECUTE FUNCTION engagements_refuse_change();
CREATE TRIGGER catalogue_changes_are_not_emptied BEFORE TRUNCATE ON engagements_cataloguechange
    FOR EACH STATEMENT EXECUTE FUNCTION engagements_refuse_change();
"""
BACKWARD = """
DROP TRIGGER catalogue_changes_are_append_only ON engagements_cataloguechange;
DROP TRIGGER catalogue_changes_are_not_emptied ON engagements_cataloguechange;
DROP FUNCTION engagements_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("engagements", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
