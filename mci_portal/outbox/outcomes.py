"""Write down that a mail has left while the next ones are being written. ``delivery`` opens one of these per run.

A note goes out on a connection that has no other note under way, so PostgreSQL carries it out even if we are killed
meanwhile: a killed deliverer repeats the one mail that it had not noted yet, and never a batch (G7). Several notes in
one connection would be quicker still, but PostgreSQL ends a session at the first answer that nobody takes, and drops
what was sent behind it. The disk is waited for once in ``SETTLE_EVERY`` notes, which settles those before it too; so
many may be lost, and their mails repeated, when PostgreSQL itself is killed in that very moment.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection
from psycopg.pq import ExecStatus

from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail

log = logging.getLogger(__name__)

LINES = 3
SETTLE_EVERY = 8
# The quick note, and the one that waits for the disk in a session that does not wait.
LEFT, SETTLES = (
    f"""
    UPDATE {Message._meta.db_table} SET status = 'sent', sent_at = statement_timestamp(), sent_to = $1, subject = $2,
        text = $3, html = $4, last_error = '', lease = NULL, lease_until = NULL
    {patience} WHERE id = $5 AND lease = $6
    """.encode()  # noqa: S608 - the only parts that are put in are the name of our own table and the next line
    for patience in ("", "FROM (SELECT set_config('synchronous_commit', 'on', true) OFFSET 0) AS patience")
)


class Line:
    """A connection with at most one note under way: one of its own, or ``shared``, that of the caller's transaction.

    In libpq's own words, because the driver's cursors wait for each answer.
    """

    def __init__(self, shared: Any = None) -> None:
        self.is_shared = shared is not None
        self._connection = shared or connection.copy()
        self._connection.ensure_connection()
        self._pgconn = self._connection.connection.pgconn
        self._under_way: Message | None = None
        if not self.is_shared:
            self._pgconn.nonblocking = 0  # what is sent has left this process when the call returns
            self._pgconn.exec_(b"SET synchronous_commit = off")
            self._pgconn.prepare(b"left", LEFT)
            self._pgconn.prepare(b"settles", SETTLES)

    def is_busy(self) -> bool:
        """Whether a note is under way and not answered yet. Takes an answer that is there, and raises as ``settle``."""
        if self._under_way is None:
            return False
        self._pgconn.consume_input()
        if self._pgconn.is_busy():
            return True
        self.settle()
        return False

    def note(self, message: Message, mail: Mail, settles: bool) -> None:
        """Send the note on its way; with ``settles`` it, and all before it, wait for the disk."""
        self._under_way = message
        words = (message.sent_to, mail.subject[:255], mail.text, mail.html, str(message.pk), str(message.lease))
        values = [word.encode() for word in words]
        if self.is_shared:
            self._pgconn.send_query_params(LEFT, values)
            self.settle()
        else:
            self._pgconn.send_query_prepared(b"settles" if settles else b"left", values)

    def settle(self) -> None:
        """Wait until what was noted is written. Raises DatabaseError when it cannot be."""
        message, self._under_way = self._under_way, None
        if message is None:
            return
        answer = self._pgconn.get_result()
        while self._pgconn.get_result() is not None:
            pass
        if answer is None or answer.status != ExecStatus.COMMAND_OK:
            raise DatabaseError(f"message {message.pk} left, which could not be noted: {self._pgconn.error_message!r}")
        if not answer.command_tuples:
            log.warning("message %s: the lease was lost before the outcome was written", message.pk)

    def close(self) -> None:
        if not self.is_shared:
            self._connection.close()


class Outcomes:
    """Up to ``LINES`` notes under way. A line is opened when all others are busy; a run that sends nothing needs none.

    Inside a transaction of the caller's, his own connection is used, and each note is written before the next mail.
    """

    def __init__(self) -> None:
        self._lines: list[Line] = []  # the one that was used longest ago first
        self._free: Line
        self._noted = 0

    def ready(self) -> None:
        """Wait until a note can go out at once. Raises DatabaseError when one before it could not be written."""
        free = [line for line in self._lines if not line.is_busy()]
        if free:
            self._free = free[0]
        elif not self._lines and connection.in_atomic_block:
            self._open(Line(connection))
        elif len(self._lines) < LINES:
            self._open(Line())
        else:
            self._free = self._lines[0]
            self._free.settle()

    def _open(self, line: Line) -> None:
        self._lines.append(line)
        self._free = line

    def sent(self, message: Message, mail: Mail) -> None:
        """Note that ``message`` has left as ``mail``; only after ``ready``."""
        self._noted += 1
        self._free.note(message, mail, settles=self._noted % SETTLE_EVERY == 0)
        self._lines.remove(self._free)
        self._lines.append(self._free)

    def settle(self) -> None:
        """Wait until everything that was noted is written. Raises DatabaseError when it cannot be."""
        for line in self._lines:
            line.settle()

    def close(self) -> None:
        for line in self._lines:
            line.close()


@contextmanager
def noting() -> Iterator[Outcomes]:
    """For one run of the deliverer: when it ends well, everything noted is written."""
    outcomes = Outcomes()
    try:
        yield outcomes
        outcomes.settle()
    finally:
        outcomes.close()
