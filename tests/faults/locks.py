"""Beside a migration on live traffic: somebody who reads for long, and somebody who looks at the locks."""

import threading
import time

from django.db import connection


class LongReader(threading.Thread):
    """Has read the claims and does not end its transaction for so many seconds: an ALTER TABLE has to wait for it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(daemon=True)
        self.seconds = seconds

    def run(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM claims_claim")
            time.sleep(self.seconds)
            cursor.execute("COMMIT")
        connection.close()


class LockWatch(threading.Thread):
    """``longest``: for how many seconds on end anybody held the table ``table`` for himself alone."""

    def __init__(self, table: str) -> None:
        super().__init__(daemon=True)
        self.table, self.longest, self.done = table, 0.0, threading.Event()

    def run(self) -> None:
        since: dict[int, float] = {}
        with connection.cursor() as cursor:
            while not self.done.wait(0.02):
                cursor.execute(
                    "SELECT pid FROM pg_locks WHERE relation = %s::regclass AND granted"
                    " AND mode IN ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')",
                    [self.table],
                )
                now, held = time.monotonic(), {pid for (pid,) in cursor.fetchall()}
                since = {pid: since.get(pid, now) for pid in held}
                self.longest = max([self.longest, *(now - began for began in since.values())])
        connection.close()

    def stop(self) -> None:
        self.done.set()
        self.join(5)
