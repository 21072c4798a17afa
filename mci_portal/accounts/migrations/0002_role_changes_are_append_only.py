"""The audit of roles is written once and never changed, not even by mistake."""

from django.db import migrations

# A test database (Django names it test_...) is emptied by TRUNCATE between tests, and only there it passes.
FORWARD = """
CREATE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
       AND coalesce(current_setting('portal.refuse_truncate', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% on % is refused: the audit of roles is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER role_changes_are_append_only BEFORE UPDATE OR DELETE ON accounts_rolechange
    FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change();
CREATE TRIGGER role_changes_are_not_emptied BEFORE TRUNCATE ON accounts_rolechange
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change();
"""
BACKWARD = """
DROP TRIGGER role_changes_are_append_only ON accounts_rolechange;
DROP TRIGGER role_changes_are_not_emptied ON accounts_rolechange;
DROP FUNCTION accounts_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
