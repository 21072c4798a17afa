"""Write down that a mail has left while the next one is already being written. ``delivery`` opens one of these per run.

The note goes out on a connection of its own, and PostgreSQL carries out what has reached it even if we are killed
meanwhile: a killed deliverer repeats the one mail that it had not noted yet, and never a batch (G7). The disk is waited
for once in ``SETTLE_EVERY`` notes, which settles those before it too; so many may be lost, and their mails repeated,
when PostgreSQL itself is killed in that very moment.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import DatabaseError, connection
from psycopg.pq import ExecStatus

from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import Mail

log = logging.getLogger(__name__)

SETTLE_EVERY = 8
NAME = b"mail_left"
SENT = f"""
WITH patience AS MATERIALIZED (SELECT set_config('synchronous_commit', $7, true))
UPDATE {Message._meta.db_table} SET status = 'sent', sent_at = statement_timestamp(), sent_to = $1, subject = $2,
    text = $3, html = $4, last_error = '', lease = NULL, lease_until = NULL
FROM patience WHERE id = $5 AND lease = $6
""".encode()  # noqa: S608 - the only part that is put in is the name of our own table


class Outcomes:
    """At most one note is under way at a time. Connects with the first; a run that sends nothing needs no connection.

    Inside a transaction of the caller's, his own connection is used, and each note is written before the next mail.
    """

    def __init__(self) -> None:
        self._own: Any = None
        self._pgconn: Any = None
        self._send: Callable[[list[bytes]], None]
        self._under_way: Message | None = None
        self._noted = 0

    def sent(self, message: Message, mail: Mail) -> None:
        """Note that ``message`` has left as ``mail``. The one before is settled."""
        if self._pgconn is None:
            self._connect()
        self._noted += 1
        patience = "off" if self._own and self._noted % SETTLE_EVERY else "on"
        words = (message.sent_to, mail.subject[:255], mail.text, mail.html, str(message.pk), str(message.lease))
        self._under_way = message
        self._send([word.encode() for word in (*words, patience)])
        if not self._own:
            self.settle()

    def settle(self) -> None:
        """Wait until what was noted last is written. Raises DatabaseError when it cannot be."""
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

    def _connect(self) -> None:
        """In libpq's own words, because the driver's cursors wait for each answer."""
        if connection.in_atomic_block:
            self._pgconn = connection.connection.pgconn
            self._send = partial(self._pgconn.send_query_params, SENT)
            return
        self._own = connection.copy()
        self._own.ensure_connection()
        self._pgconn = self._own.connection.pgconn
        self._pgconn.nonblocking = 0  # what is sent has left this process when the call returns
        self._pgconn.prepare(NAME, SENT)
        self._send = partial(self._pgconn.send_query_prepared, NAME)

    def close(self) -> None:
        if self._own:
            self._own.close()


@contextmanager
def noting() -> Iterator[Outcomes]:
    """For one run of the deliverer: when it ends well, everything noted is written."""
    outcomes = Outcomes()
    try:
        yield outcomes
        outcomes.settle()
    finally:
        outcomes.close()
