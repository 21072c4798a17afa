"""What must hold at every moment, as queries that find nothing. ``check_invariants`` and the fault tests run them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from django.core.files.storage import default_storage
from django.db import connection

from claims import books
from claims.evidence import FOLDER, ORPHAN_AFTER
from claims.models import Document, RecordedAnswer
from claims.statuses import OPEN, TERMINAL
from claims.transitions import TABLE
from mci_portal.accounts.actors import INCENTIVES_ROLES
from mci_portal.common.files import names_in


class Invariant(NamedTuple):
    """``sql`` selects the violations, claim number or row id first; it may use ``_values``."""

    code: str
    sentence: str
    sql: str


_CHILDREN = (
    "association",
    "claimevent",
    "comment",
    "consentrequest",
    "document",
    "earning",
    "issue",
    "optoutlink",
    "recordedanswer",
    "survey",
)
_OF_CLAIM = (
    "SELECT c.number, 'CHILD' FROM claims_CHILD d JOIN claims_claim c ON c.id = d.claim_id"
    " WHERE d.partner_id <> c.partner_id"
)
_OF_EARNING = (
    "SELECT e.id, 'CHILD' FROM claims_CHILD d JOIN claims_earning e ON e.id = d.earning_id"
    " WHERE d.partner_id <> e.partner_id"
)
_OTHER_PARTNER = " UNION ALL ".join(
    [
        "SELECT c.number, 'location' FROM claims_claim c JOIN accounts_location l ON l.id = c.location_id"
        " WHERE l.partner_id <> c.partner_id",
        "SELECT l.id, 'surveylink' FROM claims_surveylink l JOIN claims_survey s ON s.id = l.survey_id"
        " WHERE l.partner_id <> s.partner_id",
        "SELECT c.number, 'message' FROM outbox_message m JOIN claims_claim c ON m.topic = 'claim:' || c.number"
        " WHERE m.partner_id <> c.partner_id",
        *(_OF_EARNING.replace("CHILD", child) for child in ("adjustment", "conversion")),
        *(_OF_CLAIM.replace("CHILD", child) for child in _CHILDREN),
    ]
)

INVARIANTS = [
    Invariant(
        "I1",
        "a claim's status and version are those of its newest history line",
        """
        SELECT c.number, c.status, c.version, newest.to_status, newest.seq FROM claims_claim c
        LEFT JOIN LATERAL (
            SELECT to_status, seq FROM claims_claimevent e WHERE e.claim_id = c.id ORDER BY seq DESC LIMIT 1
        ) newest ON true
        WHERE newest.to_status IS DISTINCT FROM c.status OR newest.seq IS DISTINCT FROM c.version
        """,
    ),
    Invariant(
        "I2",
        "the history of a claim is a chain without a gap, beginning with line 1",
        """
        SELECT c.number, line.seq FROM (
            SELECT claim_id, seq, from_status, lag(to_status) OVER w AS before, lag(seq) OVER w AS seq_before
            FROM claims_claimevent WINDOW w AS (PARTITION BY claim_id ORDER BY seq)
        ) line JOIN claims_claim c ON c.id = line.claim_id
        WHERE line.from_status <> coalesce(line.before, '') OR line.seq <> coalesce(line.seq_before, 0) + 1
        """,
    ),
    Invariant(
        "I3",
        "no claim is overdue for more than five minutes",
        "SELECT number, status, due_at FROM claims_claim WHERE due_at < %(now)s - interval '5 minutes'",
    ),
    Invariant(
        "I4",
        "whatever must be told has its message",
        """
        SELECT c.number, e.seq, mail.kind
        FROM jsonb_to_recordset(%(mails)s)
          AS mail(action text, from_status text, to_status text, claim_kind text, kind text)
        JOIN claims_claimevent e
          ON e.action = mail.action AND e.from_status = mail.from_status AND e.to_status = mail.to_status
        JOIN claims_claim c ON c.id = e.claim_id AND c.kind = coalesce(mail.claim_kind, c.kind)
        WHERE NOT EXISTS (
            SELECT FROM outbox_message m WHERE m.dedup_key = 'claim:' || c.number || ':' || mail.kind || ':v' || e.seq
        )
        """,
    ),
    Invariant(
        "I5",
        "no message is stuck",
        """
        SELECT id, kind, status FROM outbox_message
        WHERE (status = 'sending' AND lease_until < %(now)s - interval '5 minutes')
           OR (status = 'queued' AND next_at < %(now)s - interval '10 minutes')
        """,
    ),
    Invariant(
        "I6",
        "nothing leaves a terminal status, but for an approved association",
        """
        SELECT c.number, e.seq, e.from_status FROM claims_claimevent e JOIN claims_claim c ON c.id = e.claim_id
        WHERE e.from_status = ANY(%(terminal)s) AND NOT (
            c.kind = 'cpor' AND e.from_status = 'approved' AND e.to_status IN ('consent_rejected', 'rejected_final')
        )
        """,
    ),
    Invariant(
        "I7",
        "exactly the approved build-intent claims have an earning",
        """
        SELECT coalesce(c.number, p.claim_id), c.status FROM claims_claim c
        FULL JOIN claims_earning p ON p.claim_id = c.id
        WHERE (c.status = 'approved' AND c.kind = 'build_intent') IS DISTINCT FROM (p.id IS NOT NULL)
        """,
    ),
    Invariant(
        "I8",
        "an earning is the amount that was fixed on the claim",
        """
        SELECT c.number, p.amount, p.currency FROM claims_claim c JOIN claims_earning p ON p.claim_id = c.id
        WHERE p.amount IS DISTINCT FROM c.amount OR p.currency <> c.currency
        """,
    ),
    Invariant(
        "I9",
        "every answer came through a link that was live, or was recorded in time with its evidence",
        """
        SELECT c.number, r.decision FROM claims_consentrequest r JOIN claims_claim c ON c.id = r.claim_id
        LEFT JOIN claims_recordedanswer a ON a.id = r.recorded_id
        WHERE r.decision <> '' AND (
            r.used_at IS NULL OR r.voided_at IS NOT NULL OR r.used_at >= r.expires_at
            OR (r.text_version = 'recorded') IS DISTINCT FROM (a.id IS NOT NULL)
            OR a.claim_id <> r.claim_id
            OR a.action <> CASE r.decision WHEN 'accepted' THEN 'accept' ELSE 'decline' END
        )
        """,
    ),
    Invariant(
        "I10",
        "exactly the claims with consent have the customer's acceptance on record",
        """
        SELECT c.number, c.consented_at FROM claims_claim c
        LEFT JOIN claims_consentrequest r ON r.claim_id = c.id AND r.decision <> ''
        WHERE c.kind = 'build_intent'
          AND (c.consented_at IS NOT NULL) IS DISTINCT FROM coalesce(r.decision = 'accepted', false)
        """,
    ),
    Invariant(
        "I10",
        "exactly the associations that the customer ended have his opt-out on record, his own or one with evidence",
        """
        SELECT c.number, c.status FROM claims_claim c
        LEFT JOIN claims_optoutlink l ON l.claim_id = c.id AND l.used_at IS NOT NULL
        LEFT JOIN claims_recordedanswer a ON a.id = l.recorded_id
        WHERE c.kind = 'cpor' AND (
            (c.status = 'consent_rejected') IS DISTINCT FROM (l.id IS NOT NULL)
            OR (coalesce(l.text_version, '') = 'recorded') IS DISTINCT FROM (a.id IS NOT NULL)
            OR a.claim_id <> c.id OR a.action <> 'opt_out'
        )
        """,
    ),
    Invariant("I11", "a claim and all that hangs on it belong to one partner", _OTHER_PARTNER),
    Invariant(
        "I12",
        "no claim was first submitted after its time",
        """
        SELECT c.number, e.at FROM claims_claimevent e JOIN claims_claim c ON c.id = e.claim_id
        JOIN claims_claimevent g ON g.claim_id = e.claim_id AND g.action = 'accept'
        WHERE e.action = 'submit' AND e.from_status = 'consent_received'
          AND e.at >= g.at + c.submit_days * interval '24 hours'
        """,
    ),
    Invariant(
        "I13",
        "a mail that was sent has its moment and a Message-ID of its own",
        """
        SELECT m.id, m.kind, m.message_id, m.sent_at FROM outbox_message m
        WHERE (m.status = 'sent') IS DISTINCT FROM (m.sent_at IS NOT NULL)
           OR m.status = 'sent' AND (
                m.message_id !~ '^<[^<>[:space:]]+@[^<>[:space:]]+>$'
                OR EXISTS (SELECT FROM outbox_message o WHERE o.message_id = m.message_id AND o.id <> m.id)
           )
        """,
    ),
    Invariant(
        "I17",
        "the list of claims knows each claim by the names of today",
        """
        SELECT c.number, k.name FROM claims_claim c JOIN customers_customer x ON x.id = c.customer_id
        JOIN engagements_engagement e ON e.id = c.engagement_id JOIN accounts_location l ON l.id = c.location_id
        LEFT JOIN accounts_user o ON o.id = c.owner_id LEFT JOIN claims_listkey k ON k.claim_id = c.id
        WHERE (c.partner_id, c.number, c.name, x.name, e.name, e.role, l.name, coalesce(o.name, '')) IS DISTINCT FROM
              (k.partner_id, k.number, k.name, k.customer, k.engagement, k.role, k.location, k.owner)
        """,
    ),
    Invariant(
        "I18",
        "the tallies count the claims that there are",
        """
        SELECT coalesce(t.engagement_id, c.engagement_id), t.claims, c.claims FROM claims_tally t
        FULL JOIN (SELECT partner_id, engagement_id, location_id, count(*) AS claims FROM claims_claim GROUP BY 1, 2, 3)
            c USING (partner_id, engagement_id, location_id)
        WHERE coalesce(t.claims, 0) <> coalesce(c.claims, 0)
        """,
    ),
    Invariant(
        "I16",
        "every open claim has an active owner with an incentives role at its location",
        """
        SELECT c.number, c.status, c.owner_id FROM claims_claim c
        WHERE c.status = ANY(%(open)s) AND coalesce(c.due_at > %(now)s, true) AND NOT EXISTS (
            SELECT FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
            WHERE m.user_id = c.owner_id AND m.partner_id = c.partner_id AND u.is_active
              AND m.role = ANY(%(incentives)s) AND (m.location_id IS NULL OR m.location_id = c.location_id)
        )
        """,
    ),
]


def violations(now: datetime) -> Iterator[tuple[str, str, str]]:
    """Every violation as (code, what should hold, the row in words); nothing when all is well. Reads only."""
    values = _values(now)
    for code, sentence, sql in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            for row in cursor.fetchall():
                yield code, sentence, " ".join(str(value) for value in row)
    yield from books.kept_in_portal()
    for trouble in _files(now):
        yield "I14", "documents and stored files agree", trouble


def _values(now: datetime) -> dict[str, Any]:
    mails = [
        {
            "action": row.action,
            "from_status": source,
            "to_status": row.target or source,
            "claim_kind": row.kind,
            "kind": kind,
        }
        for row in TABLE
        for source in row.sources or ("",)
        for kind in row.mails
    ]
    return {
        "now": now,
        "terminal": sorted(TERMINAL),
        "open": sorted(OPEN),
        "incentives": sorted(INCENTIVES_ROLES),
        "mails": json.dumps(mails),
    }


def _files(now: datetime) -> Iterator[str]:
    keys = set()
    rows = (model.objects.values_list("key", "sha256").iterator() for model in (Document, RecordedAnswer))
    for key, sha256 in chain.from_iterable(rows):
        keys.add(key)
        if not default_storage.exists(key):
            yield f"{key} is missing"
        elif _checksum(key) != sha256:
            yield f"{key} is not the file that was uploaded"
    for key in sorted({f"{FOLDER}/{name}" for name in names_in(FOLDER)} - keys):
        if default_storage.get_modified_time(key) < now - ORPHAN_AFTER:
            yield f"{key} belongs to no document"


def _checksum(key: str) -> str:
    with default_storage.open(key, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
