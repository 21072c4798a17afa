"""Expire whatever is overdue, hundreds of claims to a statement. The periodic job and ``enforce_deadlines`` call it.

Generated from the clock's rows of the table; a test shows that it leaves what ``perform(EXPIRE)`` leaves. The few
claims whose row also starts a further clock go one by one through ``perform`` itself. No correctness rests on the
sweep: every action checks the deadline itself, the sweep only makes the new status visible.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import DataError, IntegrityError, connection, models, transaction

from claims import recipients
from claims.actions import Action
from claims.effects import AUDIENCE
from claims.lifecycle import perform
from claims.models import Claim, ClaimEvent
from claims.transitions import CLOCK_ROWS, Row
from mci_portal.accounts.actors import CLOCK
from mci_portal.accounts.addressees import LANGUAGE
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.outbox.models import Message, new_message_id
from mci_portal.outbox.models import Status as MailStatus

log = logging.getLogger(__name__)

CHUNK = 500
Place = tuple[datetime, int]  # deadline and id of a claim: the order in which they are taken
START: Place = (datetime.min.replace(tzinfo=UTC), 0)


@dataclass(frozen=True)
class Overdue:
    """One claim that a sweep would expire."""

    number: int
    status: str
    target: str
    due_at: datetime


def sweep(now: datetime | None = None, chunk: int = CHUNK) -> int:
    """Expire every claim whose deadline has come, and return how many (T08, T09, T14, T22, T23, T26, T27, T30, T31).

    ``now`` None = the database's clock, read anew for each chunk. Each chunk is a transaction of its own; claims
    that somebody else holds are left to him. Any number of sweeps may run at once, and twice is as good as once.
    A claim that the database refuses to expire is logged, left for the next sweep and holds up nobody else.
    """
    expired, place = _sweep_singly(now), START
    while True:
        moment = now or database_now()
        with transaction.atomic():
            ids, place = _take(moment, chunk, place, _in_sets())
            if not ids:
                return expired
            try:
                with transaction.atomic():
                    expired += _expire(ids, moment)
            except (IntegrityError, DataError):
                expired += _one_by_one(ids, moment)


def overdue(now: datetime) -> Iterator[Overdue]:
    """What a sweep at ``now`` would expire, in its order; reads only."""
    with connection.cursor() as cursor:
        cursor.execute(LIST, {"now": now, "rules": _rules(CLOCK_ROWS)})
        yield from (Overdue(*row) for row in cursor.fetchall())


def _sweep_singly(now: datetime | None) -> int:
    expired, place = 0, START
    while True:
        moment = now or database_now()
        with transaction.atomic():
            ids, place = _take(moment, 1, place, _one_at_a_time())
            if not ids:
                return expired
            try:
                with transaction.atomic():
                    perform(Claim.objects.get(pk=ids[0]), Action.EXPIRE, CLOCK, moment)
                expired += 1
            except (Conflict, IntegrityError, DataError):
                log.exception("claim with id %s cannot be expired", ids[0])


def _take(now: datetime, chunk: int, after: Place, rules: str) -> tuple[list[int], Place]:
    """The ids of the next claims by deadline, locked, and the place of the last: behind it the next chunk goes on."""
    # A statement of its own: what follows then sees every row as it is under the lock, and not as it was before it.
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"now": now, "rules": rules, "due": after[0], "id": after[1], "chunk": chunk})
        rows: list[Place] = cursor.fetchall()
    return [pk for _due_at, pk in rows], rows[-1] if rows else after


def _expire(ids: list[int], now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_statement(), _parameters() | {"ids": ids, "now": now})
        expired, with_stand_in = cursor.fetchone()
    if with_stand_in:
        recipients.copy_to_stand_ins(with_stand_in, now)
    return int(expired)


def _one_by_one(ids: list[int], now: datetime) -> int:
    expired = 0
    for pk in ids:
        try:
            with transaction.atomic():
                expired += _expire([pk], now)
        except (IntegrityError, DataError):
            log.exception("claim with id %s cannot be expired", pk)
    return expired


# --- the statements -------------------------------------------------------------------------------------------------

RULES = (
    "jsonb_to_recordset(%(rules)s) AS rule(source text, round int, kind text, target text, voids jsonb, mails jsonb)"
)
FITS = """
rule.source = claim.status AND coalesce(rule.round, claim.round) = claim.round
  AND coalesce(rule.kind, claim.kind) = claim.kind
"""
LIST = f"""
SELECT claim.number, claim.status, rule.target, claim.due_at FROM claims_claim AS claim JOIN {RULES} ON {FITS}
WHERE claim.due_at <= %(now)s ORDER BY claim.due_at, claim.id
"""  # noqa: S608 - what is put in are the two constants above
# The CASE keeps the rules from being joined: of a join PostgreSQL expects one row, and then reads and sorts all that
# is due for every chunk.
TAKE = f"""
SELECT claim.due_at, claim.id FROM claims_claim AS claim
WHERE claim.due_at <= %(now)s AND (claim.due_at, claim.id) > (%(due)s, %(id)s)
  AND CASE WHEN EXISTS (SELECT FROM {RULES} WHERE {FITS}) THEN true ELSE false END
ORDER BY claim.due_at, claim.id LIMIT %(chunk)s FOR UPDATE OF claim SKIP LOCKED
"""  # noqa: S608 - see above
# Change the locked claims, write their history and messages, void their links and the mails that carry them.
EXPIRE = """
WITH swept AS (
    UPDATE claims_claim AS claim
    SET status = rule.target, version = claim.version + 1, due_at = NULL, closed_at = %(now)s, updated_at = %(now)s
    FROM THE-RULES
    WHERE claim.id = ANY(%(ids)s) AND RULE-FITS
    RETURNING claim.id, claim.version, claim.status, claim.partner_id, claim.location_id, claim.owner_id,
        claim.stand_in_id, claim.customer_email, claim.customer_name, claim.customer_language, claim.partner_email,
        claim.partner_name,
        rule.source AS from_status, rule.voids, rule.mails, 'claim:' || claim.number AS topic
),
history AS (
    INSERT-HISTORY
    FROM swept
),
told AS (
    INSERT-MESSAGES
    FROM swept
    CROSS JOIN jsonb_array_elements_text(swept.mails) WITH ORDINALITY AS mail(kind, place)
    CROSS JOIN LATERAL (SELECT %(audience)s::jsonb ->> mail.kind AS audience) AS heard
    ORDER BY swept.id, mail.place
    ON CONFLICT (dedup_key) DO NOTHING
),
dead_requests AS (
    UPDATE claims_consentrequest AS link SET voided_at = %(now)s FROM swept
    WHERE link.claim_id = swept.id AND link.voided_at IS NULL AND link.used_at IS NULL AND swept.voids ? 'consent'
    RETURNING link.nonce
),
dead_surveys AS (
    UPDATE claims_surveylink AS link SET voided_at = %(now)s
    FROM claims_survey AS survey JOIN swept ON survey.claim_id = swept.id AND swept.voids ? survey.kind
    WHERE link.survey_id = survey.id AND link.voided_at IS NULL AND link.used_at IS NULL
    RETURNING link.nonce
),
stopped AS (
    UPDATE outbox_message SET status = 'void'
    WHERE status = 'queued' AND token_nonce <> ''
      AND token_nonce IN (SELECT nonce FROM dead_requests UNION ALL SELECT nonce FROM dead_surveys)
)
SELECT count(*), array_agg(id) FILTER (WHERE stand_in_id IS NOT NULL) FROM swept
"""


@cache
def _rules(rows: tuple[Row, ...]) -> str:
    return json.dumps(
        [
            {
                "source": source,
                "round": row.round,
                "kind": row.kind,
                "target": row.target,
                "voids": row.voids,
                "mails": row.mails,
            }
            for row in rows
            for source in row.sources
        ]
    )


def _in_sets() -> str:
    """A row that changes nothing but the status needs no look at the single claim."""
    return _rules(tuple(row for row in CLOCK_ROWS if not row.sets and not row.effects))


def _one_at_a_time() -> str:
    return _rules(tuple(row for row in CLOCK_ROWS if row.sets or row.effects))


@cache
def _statement() -> str:
    parts = {
        "THE-RULES": RULES,
        "RULE-FITS": FITS,
        "INSERT-HISTORY": _insert(ClaimEvent, _HISTORY),
        "INSERT-MESSAGES": _insert(Message, _MESSAGE),
    }
    statement = EXPIRE
    for name, part in parts.items():
        statement = statement.replace(name, part)
    return statement


# Column -> expression, the same as lifecycle._append_history and effects.tell write.
_HISTORY = {
    "claim_id": "swept.id",
    "partner_id": "swept.partner_id",
    "seq": "swept.version",
    "action": f"'{Action.EXPIRE}'",
    "from_status": "swept.from_status",
    "to_status": "swept.status",
    "actor_kind": f"'{CLOCK.kind.value}'",
    "actor_name": "%(clock_name)s",
    "at": "%(now)s",
}
_CHOSEN = "CASE heard.audience WHEN 'customer' THEN {customer} ELSE {partner} END"
_MESSAGE = {
    "kind": "mail.kind",
    "audience": "heard.audience",
    "topic": "swept.topic",
    "partner_id": "swept.partner_id",
    "location_id": "swept.location_id",
    "dedup_key": "swept.topic || ':' || mail.kind || ':v' || swept.version",
    "message_id": "'<' || gen_random_uuid() || %(message_id_domain)s",
    "to_email": _CHOSEN.format(customer="swept.customer_email", partner="swept.partner_email"),
    "to_name": _CHOSEN.format(customer="swept.customer_name", partner="swept.partner_name"),
    "language": _CHOSEN.format(
        customer="swept.customer_language", partner=LANGUAGE.format(email="swept.partner_email", owner="swept.owner_id")
    ),
    "context": "jsonb_build_object('from', swept.from_status)",
    "status": f"'{MailStatus.QUEUED}'",
    "created_at": "%(now)s",
    "next_at": "%(now)s",
}


def _parameters() -> dict[str, Any]:
    return {
        "rules": _in_sets(),
        "audience": json.dumps(AUDIENCE),
        "clock_name": CLOCK.name,
        "message_id_domain": "@" + new_message_id().rpartition("@")[2],
    }


def _insert(model: type[models.Model], expressions: dict[str, str]) -> str:
    """``INSERT INTO ... SELECT``: the expressions given, and for each other column what the model leaves it at."""
    columns = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = [expressions.get(field.column) or _left_out(field) for field in columns]
    names = ", ".join(connection.ops.quote_name(field.column) for field in columns)
    return f"INSERT INTO {model._meta.db_table} ({names})\nSELECT {', '.join(values)}"


def _left_out(field: models.Field) -> str:
    default = field.get_default()
    if default is None:
        return f"NULL::{field.db_type(connection)}"
    if isinstance(default, bool | int):
        return str(default)
    if default == {}:
        return "'{}'::jsonb"
    return "'" + str(default).replace("'", "''") + "'"
