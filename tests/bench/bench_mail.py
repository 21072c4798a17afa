"""The outbox drained by one process against one Celery task per mail, a real broker and two workers (measure 13)."""

import os
import subprocess
import sys
import time
import uuid

import psycopg
from django.db import connection
from django.test.utils import override_settings

from mci_portal.outbox import delivery
from mci_portal.outbox.models import Message, Status
from tests.bench.measure import WALL_MARGIN, Measure, seconds
from tests.bench.worlds import World

MAILS = int(os.environ.get("BENCH_MAILS", "10000"))
WORKERS = 2
SENT_ONE = """
UPDATE outbox_message SET status = 'sent', sent_at = statement_timestamp(), sent_to = %s, subject = %s,
    text = %s, html = %s, last_error = '', lease = NULL, lease_until = NULL
WHERE id = %s AND lease = %s
"""
POLL, LONGEST = 0.02, 600.0  # seconds
TASKS = (sys.executable, "-m", "celery", "-q", "-A", "tests.bench.mail_task", "worker", "--pool", "solo", "-l", "ERROR")


def run(small: World, large: World) -> list[Measure]:
    from tests.bench import mail_task

    with large.entered(), override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
        _queue(mail_task.KIND)
        ours = _each(delivery.drain)
        ids = _queue(mail_task.KIND)
        commits = _each(lambda: _commit_each(ids))
        ids = _queue(mail_task.KIND)
        try:
            enqueued = _each(lambda: [mail_task.send_one.delay(pk) for pk in ids])
            drained = _drained_by_tasks(large, mail_task)
        except mail_task.app.connection().connection_errors as error:
            print(f"measure 13 needs the broker {mail_task.BROKER}: {error}", file=sys.stderr)
            enqueued = drained = float("nan")
        finally:
            Message.objects.filter(kind=mail_task.KIND).delete()
    tasks = enqueued + drained
    note = f"{enqueued:.2f} to the broker + {drained:.2f} two workers / {ours:.2f} ms per mail"
    return [
        Measure("13", f"outbox, {MAILS} mails: a Celery task per mail / ours", tasks / ours, 100, 50, True, WALL_MARGIN,
                note=note),
        Measure("13", "   ... / one commit per mail alone, as G7 asks for", tasks / commits, more_is_better=True,
                note=f"{commits:.2f} ms"),
    ]  # fmt: skip


def _each(job) -> float:
    """Milliseconds per mail."""
    return seconds(job) * 1000 / MAILS


def _queue(kind: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE outbox_message CASCADE")  # the sweeps of the run may have left hundreds of thousands
    made = Message.objects.bulk_create(
        (
            Message(kind=kind, audience="customer", dedup_key=f"bench:{n}", to_email=f"n{n}@bench.example")
            for n in range(MAILS)
        ),
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")
    return [message.pk for message in made]


def _commit_each(ids: list[int]) -> None:
    """The bound of anything that writes each outcome by itself: the statement alone, without a mail."""
    lease = uuid.uuid4()
    Message.objects.filter(pk__in=ids).update(status=Status.SENDING, lease=lease, lease_until="2100-01-01T00:00Z")
    with psycopg.Cursor(connection.connection) as cursor:
        for pk in ids:
            cursor.execute(SENT_ONE, ["", "Subject", "Text", "<p>Text</p>", pk, lease])


def _drained_by_tasks(world: World, mail_task) -> float:
    """Milliseconds per mail from the first one that the workers send to the last."""
    environment = {**os.environ, "BENCH_BROKER": mail_task.BROKER, "BENCH_DATABASE": world.name}
    workers = [
        subprocess.Popen([*TASKS, "-n", f"{mail_task.QUEUE}-{number}@%h"], env=environment)
        for number in range(WORKERS)
    ]  # fmt: skip
    waiting = Message.objects.filter(kind=mail_task.KIND, status=Status.QUEUED)
    try:
        began = time.monotonic()
        while waiting.count() == MAILS and time.monotonic() - began < LONGEST:
            time.sleep(POLL)
        sent_before, started = MAILS - waiting.count(), time.perf_counter()
        while waiting.exists() and time.monotonic() - began < LONGEST:
            time.sleep(POLL)
        left = waiting.count()
        return (time.perf_counter() - started) * 1000 / (MAILS - sent_before - left)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(timeout=60)
        channel = mail_task.app.connection().default_channel
        channel.queue_delete(mail_task.QUEUE)
        for key in ("_kombu.binding.", "_kombu.binding_permanent."):
            channel.client.delete(f"{key}{mail_task.QUEUE}")
