"""What the application may not do even by mistake: rewrite history, change an earning, mix two partners' rows."""

from django.db import migrations

# A test database (Django names it test_...) is emptied by TRUNCATE between tests, so there, and only there, TRUNCATE
# passes. "SET portal.refuse_truncate = 'on'" makes such a database refuse as well; nothing makes another one allow.
# Production closes the last door by rights: the role the portal runs as is not the owner and is granted neither
# TRUNCATE on any table nor UPDATE and DELETE on claims_claimevent.
FUNCTIONS = """
CREATE FUNCTION claims_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%'
       AND coalesce(current_setting('portal.refuse_truncate', true), '') <> 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION claims_keep_columns() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := TG_ARGV[1]::text[];
BEGIN
    IF to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
NO_FUNCTIONS = "DROP FUNCTION claims_refuse_change(), claims_keep_columns();"

TRIGGERS = """
CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON claims_claimevent
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change('history is append-only');
CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON claims_claimevent
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_change('history is append-only');

CREATE TRIGGER earning_stays BEFORE DELETE ON claims_earning
    FOR EACH ROW EXECUTE FUNCTION claims_refuse_change('an earning is never deleted');
CREATE TRIGGER earnings_are_not_emptied BEFORE TRUNCATE ON claims_earning
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_change('an earning is never deleted');
CREATE TRIGGER earning_keeps_its_amount BEFORE UPDATE ON claims_earning
    FOR EACH ROW EXECUTE FUNCTION claims_keep_columns(
        'only the way of its payment may change', '{state,payment_id,estimated_payment_on}');

CREATE TRIGGER consent_answer_stays BEFORE DELETE ON claims_consentrequest
    FOR EACH ROW WHEN (OLD.decision <> '') EXECUTE FUNCTION claims_refuse_change('an answer of a customer is kept');
CREATE TRIGGER consent_answers_are_not_emptied BEFORE TRUNCATE ON claims_consentrequest
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_change('an answer of a customer is kept');
CREATE TRIGGER consent_answer_is_final BEFORE UPDATE ON claims_consentrequest
    FOR EACH ROW WHEN (OLD.decision <> '') EXECUTE FUNCTION claims_keep_columns(
        'an answer of a customer is final', '{bounced_at}');

CREATE TRIGGER opt_out_stays BEFORE DELETE ON claims_optoutlink
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION claims_refuse_change('an answer of a customer is kept');
CREATE TRIGGER opt_outs_are_not_emptied BEFORE TRUNCATE ON claims_optoutlink
    FOR EACH STATEMENT EXECUTE FUNCTION claims_refuse_change('an answer of a customer is kept');
CREATE TRIGGER opt_out_is_final BEFORE UPDATE ON claims_optoutlink
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION claims_keep_columns(
        'an answer of a customer is final', '{}');
"""
NO_TRIGGERS = """
DROP TRIGGER history_is_append_only ON claims_claimevent;
DROP TRIGGER history_is_not_emptied ON claims_claimevent;
DROP TRIGGER earning_stays ON claims_earning;
DROP TRIGGER earnings_are_not_emptied ON claims_earning;
DROP TRIGGER earning_keeps_its_amount ON claims_earning;
DROP TRIGGER consent_answer_stays ON claims_consentrequest;
DROP TRIGGER consent_answers_are_not_emptied ON claims_consentrequest;
DROP TRIGGER consent_answer_is_final ON claims_consentrequest;
DROP TRIGGER opt_out_stays ON claims_optoutlink;
DROP TRIGGER opt_outs_are_not_emptied ON claims_optoutlink;
DROP TRIGGER opt_out_is_final ON claims_optoutlink;
"""

# (table, key column, referenced table): the row and what it hangs on belong to one partner, or neither is stored.
WITHIN_PARTNER = [
    ("claims_claim", "location_id", "accounts_location"),
    ("claims_association", "claim_id", "claims_claim"),
    ("claims_claimevent", "claim_id", "claims_claim"),
    ("claims_comment", "claim_id", "claims_claim"),
    ("claims_consentrequest", "claim_id", "claims_claim"),
    ("claims_document", "claim_id", "claims_claim"),
    ("claims_earning", "claim_id", "claims_claim"),
    ("claims_issue", "claim_id", "claims_claim"),
    ("claims_optoutlink", "claim_id", "claims_claim"),
    ("claims_survey", "claim_id", "claims_claim"),
    ("claims_surveylink", "survey_id", "claims_survey"),
]
SURVEY_KEY = "ALTER TABLE claims_survey ADD CONSTRAINT survey_within_partner UNIQUE (partner_id, id);"
NO_SURVEY_KEY = "ALTER TABLE claims_survey DROP CONSTRAINT survey_within_partner;"


def _key(table: str, column: str, referenced: str) -> migrations.RunSQL:
    # Deferred like Django's own keys, so that a fixture or a restored dump may bring rows in any order.
    name = f"{table.partition('_')[2]}_{column.removesuffix('_id')}_of_same_partner"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (partner_id, {column})"
        f" REFERENCES {referenced} (partner_id, id) DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(SURVEY_KEY, NO_SURVEY_KEY),
        *[_key(*row) for row in WITHIN_PARTNER],
    ]
