"""The outbox: drained in batches against one Celery task per mail on the in-process broker (measure 13)."""

import time

from celery import shared_task
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from mci_portal.celery import app
from mci_portal.common.clock import database_now
from mci_portal.outbox import delivery
from mci_portal.outbox.models import Message, Status
from mci_portal.outbox.rendering import Mail, register
from tests.bench.measure import WALL_MARGIN, Measure, seconds
from tests.bench.worlds import World

MAILS = 2_000  # both cost the same per mail, however many there are
TASKS = 200
KIND = "BENCH"


@register(KIND)
def _words(message: Message) -> Mail:
    return Mail("Subject", "Text", "<p>Text</p>")


@shared_task(name="tests.bench.send_one")
def send_one(pk: int) -> None:
    """What a task per mail does: the same outcome for one row."""
    message = Message.objects.get(pk=pk, status=Status.QUEUED)
    envelope = delivery._envelope(message, _words(message), delivery.get_connection())
    envelope.send()
    Message.objects.filter(pk=pk, status=Status.QUEUED).update(status=Status.SENT, sent_at=database_now())


def run(small: World, large: World) -> list[Measure]:
    with large.entered(), override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
        _queue(MAILS)
        ours = seconds(delivery.drain) * 1000 / MAILS
        ids = _queue(TASKS)
        started = time.perf_counter()
        for pk in ids:
            send_one.delay(pk)
        enqueued = (time.perf_counter() - started) * 1000 / TASKS
        drained = _drain_tasks(large) * 1000 / TASKS
        Message.objects.filter(kind=KIND).delete()
    note = f"{enqueued:.2f} + {drained:.2f} / {ours:.2f} ms per mail, the words and the sending a no-op"
    ratio = (enqueued + drained) / ours
    return [Measure("13", "outbox: a Celery task per mail / ours", ratio, 100, 50, True, WALL_MARGIN, note=note)]


def _queue(count: int) -> list[int]:
    Message.objects.filter(kind=KIND).delete()
    made = Message.objects.bulk_create(
        (
            Message(kind=KIND, audience="customer", dedup_key=f"bench:{n}", to_email=f"n{n}@bench.example")
            for n in range(count)
        ),
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")
    return [message.pk for message in made]


def _drain_tasks(world: World) -> float:
    """Seconds that one worker needs for the tasks in the broker; its thread speaks to the same world."""
    started = time.perf_counter()
    settings_of_world = {**settings.DATABASES["default"], "NAME": world.name}
    _in_threads(settings_of_world)
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR"):
        while Message.objects.filter(kind=KIND, status=Status.QUEUED).exists():
            time.sleep(0.05)
        return time.perf_counter() - started


def _in_threads(database: dict) -> None:
    """A new thread opens a connection of its own from the settings."""
    from django.db import connections

    connections.settings["default"].update(NAME=database["NAME"])
