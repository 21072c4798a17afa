"""The faults of reliability section 4 on a whole portal of real processes; ``make nightly`` runs it, for ten minutes.

Each fault runs beside people at work, and afterwards nothing may be lost, doubled or overdue: the invariants, the mail
server's own list, and the ledger of what the people were told was done.
"""

import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings

WORLD = int(os.environ.get("WORLD", "8000"))  # claims; 150000 for a migration that takes minutes
FINE = frozenset({200, 302, 409})
HOLES = {"I14"}  # the bulk world's documents have no files


def prepare(folder: Path, port: int):
    """Settings come from the environment, so the stand comes first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mci_portal.settings")
    from tests.faults.stand import Stand

    stand = Stand(folder, port)
    os.environ.update(stand.environment())
    django.setup()
    from django.core.management import call_command

    from claims import scale
    from mci_portal import embedded
    from mci_portal.common.clock import database_now

    embedded.start(folder / "pg")
    call_command("migrate", verbosity=0)
    scale.fill(database_now(), WORLD, with_history=True)
    return stand


class Night:
    def __init__(self, stand, sink) -> None:
        from django.test import Client

        from claims.models import Claim
        from mci_portal.accounts.models import User

        self.stand, self.sink, self.report, self.failed = stand, sink, [], False
        open_claims = Claim.objects.filter(status="consent_received").order_by("partner_id", "pk")
        partner = open_claims.values_list("partner_id", flat=True).first()
        self.numbers = list(open_claims.filter(partner_id=partner).values_list("number", flat=True)[:20])
        client = Client()
        client.force_login(User.objects.filter(memberships__partner=partner, memberships__location=None).first())
        client.get("/")
        client.get(f"/incentives/claims/{self.numbers[0]}/")
        self.csrf = client.cookies["csrftoken"].value
        self.cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        self.kept = set(self.numbers)

    # --- one fault ---------------------------------------------------------------------------------------------------

    def run(self, name: str, fault, most: float) -> None:
        """``fault(traffic)`` brings the trouble and takes it away; all must be in order ``most`` seconds later."""
        from mci_portal.common.clock import database_now
        from tests.faults.stand import Traffic

        self.sink.received.clear()
        self.began = database_now()
        traffic = Traffic(self.stand, self.cookie, self.csrf, self.numbers)
        traffic.start()
        told = ""
        try:
            told = fault(traffic) or ""
            took = self._settle(most)
            answers, wrong = traffic.stop(), self._wrong(traffic)
        except AssertionError as failure:
            answers, took, wrong = traffic.stop(), 0.0, [f"{failure}; open: {self._left()}"]
        self.failed = self.failed or bool(wrong)
        state = "FAILED" if wrong else "ok"
        print(f"{state:6} {name}: in order after {took:.0f} s; {told}", flush=True)
        print(f"       answers {dict(answers)}, p95 {traffic.p95():.2f} s, outage {traffic.outage():.1f} s", flush=True)
        for line in wrong[:10]:
            print("       ", line, flush=True)
        for log in sorted(self.stand.folder.glob("*.log")) if wrong else ():
            print(
                f"       {log.name}:",
                *log.read_text(errors="replace").splitlines()[-15:],
                sep="\n         ",
                flush=True,
            )

    def due(self, count: int) -> None:
        """So many running claims are due from now on."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE claims_claim SET due_at = clock_timestamp() WHERE id IN (SELECT id FROM claims_claim"
                " WHERE status IN ('customer_claimed', 'awaiting_consent', 'consent_received') AND number <> ALL(%s)"
                " AND due_at > clock_timestamp() ORDER BY hashint8(id) LIMIT %s)",
                [list(self.kept), count],
            )
            assert cursor.rowcount == count, f"only {cursor.rowcount} claims left to expire"

    def _settle(self, most: float) -> float:
        from tests.faults.stand import wait_for

        return wait_for(lambda: self._open() == 0, "everything is expired and mailed", most)

    def _left(self) -> list:
        """What is not in order yet: messages by state, kind and time of their next try, and claims that are due."""
        from claims.models import Claim
        from mci_portal.common.clock import database_now
        from mci_portal.outbox.models import Message

        waiting = Message.objects.filter(status__in=("queued", "sending")).order_by("next_at")
        overdue = Claim.objects.filter(due_at__lte=database_now()).order_by("due_at")
        return [
            *waiting.values_list("status", "kind", "next_at", "attempts", "last_error")[:5],
            waiting.count(),
            *overdue.values_list("status", "due_at")[:5],
            overdue.count(),
        ]

    def _open(self) -> int:
        from django.db import Error, connection, connections

        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT count(*) FROM claims_claim WHERE due_at <= clock_timestamp()) + (SELECT count(*)"
                    " FROM outbox_message WHERE status = 'sending' OR status = 'queued')"
                )
                return cursor.fetchone()[0]
        except Error:
            connections.close_all()
            return 1

    def _wrong(self, traffic) -> list[str]:
        from claims import books
        from claims.invariants import violations
        from mci_portal.common.clock import database_now

        odd = Counter(status for _when, _method, status, _took in traffic.answers if status not in self.may_answer)
        found = [
            *(("G13", "people see nothing of it", f"{count} answers {status}") for status, count in odd.items()),
            *(one for one in violations(database_now()) if one[0] not in HOLES),
            *books.received(self.sink.ids(), self.began, self.may_double),
            *books.ledger(traffic.ledger, self.began),
        ]
        return [f"{code}: {what} ({row})" for code, what, row in found]

    may_double = 0
    may_answer: frozenset[int] = FINE

    # --- the faults ---------------------------------------------------------------------------------------------------

    def nothing(self, traffic) -> None:
        self.due(100)

    def mail_server_away(self, traffic) -> None:
        """FA01, for a minute."""
        self.sink.stop()
        self.due(100)
        time.sleep(75)
        self.sink.start()

    def mail_server_silent(self, traffic) -> None:
        """FA04."""
        self.sink.stop()
        with socket.socket() as silent:
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            silent.bind(("127.0.0.1", self.sink.port))
            silent.listen()
            self.due(20)
            time.sleep(120)
        self.sink.start()

    def redis_away(self, traffic) -> str:
        """FA05, and FA06: it comes back empty."""
        from tests.faults.stand import wait_for

        self.stand.end("redis", signal.SIGKILL)
        self.due(100)
        took = wait_for(lambda: self._open() == 0, "the stand-in has done it all", 300)
        self.stand.start_redis()
        self.due(50)
        return f"the stand-in needed {took:.0f} s"

    def postgres_restarted(self, traffic) -> str:
        """FA07."""
        self.may_answer = FINE | {503}
        self.due(200)
        time.sleep(2)
        self.stand.restart_postgres()
        time.sleep(15)
        assert traffic.outage() < 10, f"an outage of {traffic.outage():.1f} s"
        return f"still there: {sorted(name for name, one in self.stand.running.items() if one.poll() is None)}"

    def worker_killed(self, traffic) -> None:
        """FA09: five times, at random points."""
        self.may_double = 5
        for _kill in range(5):
            self.due(150)
            time.sleep(random.uniform(4, 14))
            self.stand.end("worker", signal.SIGKILL)
            self.stand.start("worker")

    def two_timetables(self, traffic) -> None:
        """FA10."""
        self.stand.start("beat", alias="second beat")
        self.due(200)
        time.sleep(70)
        self.stand.end("second beat")

    def no_timetable(self, traffic) -> None:
        """FA10: until the stand-in notices."""
        self.stand.end("beat")
        self.stand.end("worker")
        self.due(100)
        self._settle(300)
        self.stand.start("worker")
        self.stand.start("beat")

    def web_replaced(self, traffic) -> str:
        """FA15: a deploy, twice, with jobs at work and a slow upload under way; nobody sees it."""
        from claims.books import Entry

        for turn in range(2):
            self.due(150)
            upload = threading.Thread(target=self._upload_slowly, args=(traffic, self.numbers[turn], 15))
            upload.start()
            time.sleep(2)
            self.stand.replace_web()
            for name in ("worker", "beat"):
                self.stand.end(name)
                self.stand.start(name)
            upload.join(60)
            assert Entry(self.numbers[turn], "upload") in traffic.ledger, f"the answers: {traffic.answers[-5:]}"
        return "two uploads went through"

    def _upload_slowly(self, traffic, number: int, seconds: int) -> None:
        from claims.books import Entry
        from claims.models import Claim
        from tests.files import documents

        slot = (
            Claim.objects.get(number=number).engagement.evidence.filter(ended_on=None).exclude(kind__endswith="survey")
        )
        before, after = multipart(f"night-{number}.pdf", self.csrf)
        body = before + documents.pdf() + b"\n" * 2_000_000 + b"%%EOF" + after
        size = len(body) // seconds + 1

        def slowly() -> Iterator[bytes]:
            for start in range(0, len(body), size):
                yield body[start : start + size]
                time.sleep(1)

        began = time.monotonic()
        status = self.stand.send(
            "POST",
            f"/incentives/claims/{number}/documents/{slot.first().pk}/upload/",
            self.cookie,
            slowly(),
            f"multipart/form-data; boundary={BOUNDARY}",
            **{"Content-Length": str(len(body))},
        )
        traffic.answers.append((began, "UPLOAD", status, 0.0))
        if not 400 <= status < 500:
            traffic.ledger.append(Entry(number, "upload", answered=status in (200, 302)))

    def migration(self, traffic) -> str:
        """FA16: a column is added, filled and made unique while people work on the table and somebody reads it all."""
        from django.db import connection

        from mci_portal.common.live_migration import in_batches, patiently, unhurried
        from tests.faults.locks import LockWatch, LongReader

        reader, watch = LongReader(6), LockWatch("claims_claim")
        for thread in (reader, watch):
            thread.start()
        time.sleep(0.5)

        def execute(statement: str) -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement)

        tries = patiently(connection, lambda: execute("ALTER TABLE claims_claim ADD COLUMN night text"))
        filled = in_batches(connection, "claims_claim", "night = 'night-' || it.number", "night IS NULL", 500)
        with unhurried(connection):
            execute("CREATE UNIQUE INDEX CONCURRENTLY claim_night ON claims_claim (night)")
            execute("DROP INDEX CONCURRENTLY claim_night")
        patiently(connection, lambda: execute("ALTER TABLE claims_claim DROP COLUMN night"))
        watch.stop()
        assert tries > 1, "nobody was in the way, so nothing was shown"
        assert watch.longest < 1, f"an exclusive lock was held for {watch.longest:.2f} s"
        return f"{filled} rows, the lock had after {tries} tries and held for {watch.longest:.2f} s at most"

    def clock_wrong(self, traffic) -> str:
        """FA17: the application's clock ten minutes off, both ways; only the database's counts."""
        from claims.models import Claim
        from mci_portal.common import jobs
        from mci_portal.common.clock import database_now
        from tests.faults.stand import wait_for

        if not shutil.which("faketime"):
            return "left out, faketime is not installed"
        number = self.numbers[-1]
        self.may_answer = FINE | {0}  # the web process is away in between
        for shift, due_in, accepted in (("+10m", 5, True), ("-10m", -5, False)):
            for name in ("web", "worker", "beat"):
                self.stand.end(name)
            for name in ("worker", "beat", "web"):
                self.stand.start(name, "faketime", "-f", shift)
            time.sleep(70)  # a sweep by the wrong clock
            due_at = database_now() + django.utils.timezone.timedelta(minutes=due_in)
            Claim.objects.filter(number=number).update(due_at=due_at, status="consent_received", closed_at=None)
            words = f"clock{shift}"
            body = f"csrfmiddlewaretoken={self.csrf}&text={words}"
            status = self.stand.send("POST", f"/incentives/claims/{number}/comments/", self.cookie, body)
            assert (status in (200, 302)) == accepted, f"{shift}: due in {due_in} min, answered {status}"
        for name in ("web", "worker", "beat"):
            self.stand.end(name)
            self.stand.start(name)
        # faketime makes the machine's uptime wrong as well, which no wrong clock does: the jobs stand still until
        # somebody has looked at the clocks and lets them go on.
        for name in settings.HEARTBEAT_MAX_AGE:
            jobs.release(name)
        wait_for(lambda: self._open() == 0, "all is in order", 300)
        return ""


BOUNDARY = "night-boundary"


def multipart(name: str, csrf: str) -> tuple[bytes, bytes]:
    """What stands before and after the file in the body of an upload."""
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{csrf}\r\n',
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n',
        "Content-Type: application/pdf\r\n\r\n",
    )
    return "".join(parts).encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


def main(names: list[str]) -> int:
    from tests.smtp_sink import Sink

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    folder = Path(tempfile.mkdtemp(prefix="portal-night-"))
    sink = Sink()
    stand = prepare(folder, sink.port)
    print(f"{settings.DATABASES['default']['NAME']} in {folder}", flush=True)
    sink.start()
    try:
        stand.start_redis()
        for name in ("web", "worker", "beat", "standby"):
            stand.start(name)
        night = Night(stand, sink)
        night._settle(600)
        for name, most in FAULTS.items():
            if not names or name in names:
                night.may_double, night.may_answer = 0, FINE
                night.run(name, getattr(night, name), most)
        return int(night.failed)
    finally:
        stand.end_all()
        sink.stop()
        stand.stop_postgres()
        shutil.rmtree(folder, ignore_errors=True)


# In how many seconds all must be in order again.
FAULTS = {
    "nothing": 120,
    "mail_server_away": 15 * 60,
    "mail_server_silent": 15 * 60,
    "redis_away": 300,
    "postgres_restarted": 120,
    "worker_killed": 120,
    "two_timetables": 120,
    "no_timetable": 120,
    "web_replaced": 120,
    "clock_wrong": 300,
    "migration": 600,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
