"""What hangs on the claims of the bulk world: history, the customers' answers, earnings, and messages long sent."""

import json
from datetime import datetime

from claims.deadlines import estimated_payment_on
from claims.effects import AUDIENCE
from claims.transitions import TABLE

PAYMENT_DAYS = (estimated_payment_on(datetime(2021, 1, 1)) - datetime(2021, 1, 1).date()).days

# The lines lie evenly between the claim's first and last moment, the newest on ``updated_at``.
EVENTS = """
CREATE TEMPORARY TABLE scale_event ON COMMIT DROP AS
SELECT claim.id AS claim_id, claim.partner_id, line.seq::int, line.step->>'action' AS action,
       line.step->>'before' AS before, line.step->>'after' AS after,
       claim.created_at + (claim.updated_at - claim.created_at) * (line.seq - 1) / greatest(shape.steps - 1, 1) AS at
FROM claims_claim AS claim JOIN scale_shape AS shape ON shape.status = claim.status
CROSS JOIN LATERAL jsonb_array_elements(shape.path) WITH ORDINALITY AS line(step, seq);

INSERT INTO claims_claimevent (claim_id, partner_id, seq, action, from_status, to_status, actor_kind, actor_name, at,
                               note, internal, data)
SELECT claim_id, partner_id, seq, action, before, after,
       CASE WHEN action = 'expire' THEN 'clock' WHEN action IN ('accept', 'decline', 'withdraw') THEN 'customer'
            WHEN action IN ('start_review', 'approve', 'reject', 'request_action') THEN 'reviewer' ELSE 'partner' END,
       CASE WHEN action = 'expire' THEN 'System' ELSE 'Somebody' END, at, '', false, '{}'
FROM scale_event ORDER BY at, claim_id, seq;
"""
REQUESTS = """
INSERT INTO claims_consentrequest (
    claim_id, partner_id, nonce, digest, to_name, to_email, created_at, expires_at, voided_at, used_at, language,
    decision, typed_name, user_agent, text_version, text_shown, reason, reason_shared, proposed_name, proposed_email)
SELECT id, partner_id, 'scale-' || number, md5(number::text) || md5('scale' || number), customer_name, customer_email,
       consent_sent_at, consent_due_at,
       CASE WHEN consented_at IS NULL AND status NOT IN ('awaiting_consent', 'consent_declined') THEN closed_at END,
       CASE WHEN status = 'consent_declined' THEN closed_at ELSE consented_at END, customer_language,
       CASE WHEN consented_at IS NOT NULL THEN 'accepted' WHEN status = 'consent_declined' THEN 'declined' ELSE '' END,
       CASE WHEN consented_at IS NOT NULL OR status = 'consent_declined' THEN customer_name ELSE '' END,
       '', '', '', '', false, '', ''
FROM claims_claim WHERE consent_sent_at IS NOT NULL
"""
EARNINGS = """
INSERT INTO claims_earning (claim_id, partner_id, amount, currency, market, state, estimated_payment_on, payment_id,
                            created_at, true_up)
SELECT id, partner_id, amount, currency, market, 'sent', (closed_at + %(payment_days)s * interval '1 day')::date,
       'SCALE' || number, closed_at, false
FROM claims_claim WHERE status = 'approved'
"""
MESSAGES = """
INSERT INTO outbox_message (
    kind, audience, topic, partner_id, location_id, dedup_key, message_id, to_email, to_name, language, context,
    token_purpose, token_nonce, status, attempts, created_at, next_at, sent_at, last_error, subject, text, html)
SELECT mail.kind, mail.audience, 'claim:' || claim.number, claim.partner_id, claim.location_id,
       'claim:' || claim.number || ':' || mail.kind || ':v' || event.seq, '<' || gen_random_uuid() || '@scale.example>',
       CASE mail.audience WHEN 'customer' THEN claim.customer_email ELSE claim.partner_email END,
       CASE mail.audience WHEN 'customer' THEN claim.customer_name ELSE claim.partner_name END,
       'en', jsonb_build_object('from', event.before), '', '', 'sent', 1, event.at, event.at, event.at, '',
       mail.kind || ' about ' || claim.name, 'As it was sent.', '<p>As it was sent.</p>'
FROM scale_event AS event
JOIN claims_claim AS claim ON claim.id = event.claim_id
JOIN jsonb_to_recordset(%(mails)s) AS mail(action text, before text, after text, kind text, audience text)
    ON mail.action = event.action AND mail.before = event.before AND mail.after = event.after
ORDER BY event.at, claim.id
"""


def make(cursor, now: datetime) -> None:
    """Insert them; ``rows.make`` has run in this transaction."""
    cursor.execute(EVENTS)
    cursor.execute(REQUESTS)
    cursor.execute(EARNINGS, {"payment_days": PAYMENT_DAYS})
    cursor.execute(MESSAGES, {"mails": json.dumps(_mails())})


def _mails() -> list[dict]:
    """What the table tells of each step of a build-intent claim."""
    told = {
        (row.action.value, source, row.target or source, kind): AUDIENCE[kind]
        for row in TABLE
        if row.kind in (None, "build_intent")
        for source in row.sources or ("",)
        for kind in row.mails
    }
    names = ("action", "before", "after", "kind")
    return [dict(zip(names, key, strict=True)) | {"audience": audience} for key, audience in told.items()]
