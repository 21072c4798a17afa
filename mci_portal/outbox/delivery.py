"""Deliver what is due, at least once. Any number of these may run at once; none needs the broker.

Take a batch under a lease, commit, send each mail outside any transaction, mark each one as it goes. What a dead
worker held is free again at once, what a silent one holds when its lease is over; the Message-ID stays, so a repeated
mail is recognisable as the same one.
"""

import logging
import smtplib
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.db.models import F
from django.dispatch import Signal

from mci_portal.common.clock import database_now
from mci_portal.outbox import preferences
from mci_portal.outbox.models import Message, Status
from mci_portal.outbox.outcomes import Outcomes, noting
from mci_portal.outbox.rendering import Mail, render, with_token

log = logging.getLogger(__name__)

BATCH = 500
LEASE = timedelta(minutes=15)
# A batch that meets a slow server is given back after this. One patient conversation more still fits the lease, and
# one step of it (EMAIL_TIMEOUT) fits the worker's soft time limit, which must never cut a conversation off.
LONGEST_BATCH = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=48)
LONGEST_WAIT = timedelta(minutes=60)
# While the server cannot be reached at all, so that everything leaves soon after it is back (FA01).
LONGEST_WAIT_FOR_SERVER = timedelta(minutes=10)
POISON_AFTER = 5

# Whoever holds a batch holds the lock of its lease, see ``_alive``.
TAKE_BACK = f"""
UPDATE {Message._meta.db_table} SET status = 'queued', lease = NULL, lease_until = NULL
WHERE status = 'sending' AND (lease_until < %s OR hashtextextended(lease::text, 0) NOT IN (
    SELECT classid::bigint << 32 | objid::bigint FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND objsubid = 1 AND datname = current_database()
))
"""  # noqa: S608 - the only part that is put in is the name of our own table

# Sent with ``message``, ``refused`` and ``now`` when a mail will never arrive. ``refused`` True: the server said no
# to this recipient or content; False: our side could not send it. What that means is the listener's business (E19).
delivery_failed = Signal()


def deliver(now: datetime | None = None, limit: int = BATCH) -> int:
    """Send up to ``limit`` due messages and return how many left. ``now`` None = the database clock."""
    with noting() as outcomes:
        return _deliver_batch(now or database_now(), limit, outcomes)[1]


def drain(now: datetime | None = None, longest: timedelta | None = None) -> int:
    """Send everything that is due, batch after batch, and return how many left.

    ``longest``: begin no further batch after this long; for a worker that must come to an end. A refused mail
    does not end it, and no mail is tried twice with the same ``now``.
    """
    started, sent = time.monotonic(), 0
    with noting() as outcomes:
        while True:
            batch, left = _deliver_batch(now or database_now(), BATCH, outcomes)
            sent += left
            if batch < BATCH or (longest is not None and time.monotonic() - started >= longest.total_seconds()):
                return sent


def _deliver_batch(now: datetime, limit: int, outcomes: Outcomes) -> tuple[int, int]:
    """How many messages found their outcome, and how many of them left."""
    _take_back(now)
    lease = uuid.uuid4()
    with _alive(lease):
        batch = _take(now, limit, lease)
        return _send(batch, lease, now, outcomes) if batch else (0, 0)


@contextmanager
def _alive(lease: uuid.UUID) -> Iterator[None]:
    """A sign of life: a lock of this database session, which ends with its process, however that ends (FA09)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [str(lease)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [str(lease)])


def _send(batch: list[Message], lease: uuid.UUID, now: datetime, outcomes: Outcomes) -> tuple[int, int]:
    users = preferences.recipients(batch)
    wanted = _hold_back(batch, users, lease)
    held = len(batch) - len(wanted)
    started, sent = time.monotonic(), 0
    smtp = get_connection()
    try:
        for done, message in enumerate(wanted):
            if time.monotonic() - started > LONGEST_BATCH.total_seconds():
                _give_back(wanted[done:], lease)
                return held + done, sent
            sent += _deliver_one(message, users.get(message.to_email.lower()), smtp, now, outcomes)
    finally:
        outcomes.settle()  # before the sign of life ends
        _close(smtp)
    return len(batch), sent


def _hold_back(batch: list[Message], users: dict[str, Any], lease: uuid.UUID) -> list[Message]:
    """Leave in the portal what its recipient does not want mailed now; returns the others (R-242)."""
    wanted, held = [], defaultdict(list)
    for message in batch:
        reason = preferences.held_back(message, users.get(message.to_email.lower()))
        (held[reason] if reason else wanted).append(message)
    for reason, messages in held.items():
        Message.objects.filter(pk__in=[message.pk for message in messages], lease=lease).update(
            status=Status.PORTAL, held_back=reason, lease=None, lease_until=None, last_error=""
        )
    return wanted


def _take_back(now: datetime) -> None:
    """Queue again what a dead worker held, and what even a living one has held for too long."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, [now])


def _take(now: datetime, limit: int, lease: uuid.UUID) -> list[Message]:
    table = connection.ops.quote_name(Message._meta.db_table)
    with transaction.atomic():
        # A materialised part runs once. As a sub-select, the planner may run it again for every row that it looks at,
        # and SKIP LOCKED then hands out other rows each time: more than ``limit`` of them.
        taken = Message.objects.raw(
            f"""
            WITH due AS MATERIALIZED (
                SELECT id FROM {table} WHERE status = 'queued' AND next_at <= %s
                ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED
            )
            UPDATE {table} AS message SET status = 'sending', lease = %s, lease_until = %s, attempts = attempts + 1
            FROM due WHERE message.id = due.id
            RETURNING message.*
            """,  # noqa: S608 - the only part that is put in is the name of our own table
            [now, limit, lease, now + LEASE],
        )
        return sorted(taken, key=lambda message: (message.next_at, message.pk))


def _give_back(messages: list[Message], lease: uuid.UUID) -> None:
    """Untouched mails of a batch that takes too long: as if they had never been taken."""
    log.warning("the mail server is slow: %s messages are put back", len(messages))
    Message.objects.filter(pk__in=[message.pk for message in messages], lease=lease).update(
        status=Status.QUEUED, lease=None, lease_until=None, attempts=F("attempts") - 1
    )


def _deliver_one(message: Message, user: Any | None, smtp, now: datetime, outcomes: Outcomes) -> bool:
    message.language = preferences.language(message, user)
    message.sent_to = preferences.address(message, user)
    try:
        mail = render(message)
        if mail is None:
            _finish(message, status=Status.VOID)
            return False
        envelope = _envelope(message, mail, smtp)
    except Exception as error:
        return _poisoned(message, now, error)
    outcomes.ready()
    try:
        smtp.open()  # kept open for the rest of the batch
    except OSError as error:  # every SMTPException is one
        _close(smtp)
        return _again_later(message, now, str(error), LONGEST_WAIT_FOR_SERVER)
    try:
        envelope.send()
    except OSError as error:
        _close(smtp)  # the conversation is in an unknown state: the next mail starts a new one
        if _refused_for_good(error):
            return _fail(message, now, str(error), refused=True)
        return _again_later(message, now, str(error))
    except Exception as error:  # an address or header that cannot be put on the wire
        _close(smtp)
        return _poisoned(message, now, error)
    outcomes.sent(message, mail)
    return True


def _envelope(message: Message, mail: Mail, smtp) -> EmailMultiAlternatives:
    envelope = EmailMultiAlternatives(
        subject=mail.subject,
        body=with_token(mail.text, message),
        to=[formataddr((" ".join(message.to_name.split()), message.sent_to))],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
        connection=smtp,
    )
    envelope.attach_alternative(with_token(mail.html, message), "text/html")
    for attachment in mail.attachments:
        envelope.attach(attachment.name, attachment.content, attachment.content_type)
    return envelope


def _refused_for_good(error: Exception) -> bool:
    """Only a 5xx about this recipient or this content is final; trouble with the server itself is not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _answer in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and 500 <= error.smtp_code < 600


def _poisoned(message: Message, now: datetime, error: Exception) -> bool:
    """A mail that we cannot write is set aside after a few tries; the others go on (B08)."""
    log.error("message %s cannot be written", message.pk, exc_info=error)
    reason = f"cannot be written: {error!r}"
    if message.attempts >= POISON_AFTER:
        return _fail(message, now, reason, refused=False)
    return _again_later(message, now, reason)


def _again_later(message: Message, now: datetime, reason: str, longest: timedelta = LONGEST_WAIT) -> bool:
    if now - message.created_at > GIVE_UP_AFTER:
        return _fail(message, now, f"given up: {reason}", refused=False)
    wait = min(timedelta(minutes=2 ** min(message.attempts - 1, 10)), longest)
    _finish(message, status=Status.QUEUED, next_at=now + wait, last_error=reason[:500])
    return False


def _fail(message: Message, now: datetime, reason: str, refused: bool) -> bool:
    log.error("message %s (%s) failed: %s", message.pk, message.kind, reason)
    with transaction.atomic():
        if _finish(message, status=Status.FAILED, last_error=reason[:500]):
            delivery_failed.send(sender=Message, message=message, refused=refused, now=now)
    return False


def _finish(message: Message, **changes) -> bool:
    """Write the outcome if the lease is still ours; the row of a lost lease belongs to somebody else now."""
    changed = Message.objects.filter(pk=message.pk, lease=message.lease).update(lease=None, lease_until=None, **changes)
    if not changed:
        log.warning("message %s: the lease was lost before the outcome was written", message.pk)
    return bool(changed)


def _close(smtp) -> None:
    try:
        smtp.close()
    except OSError:
        log.info("the SMTP connection did not close cleanly")


def retry(message_id: int, now: datetime) -> bool:
    """Put a failed message back in the queue, for an operator who has mended the cause."""
    return bool(
        Message.objects.filter(pk=message_id, status=Status.FAILED).update(
            status=Status.QUEUED, next_at=now, created_at=now, attempts=0
        )
    )
