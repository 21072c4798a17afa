"""FA05, FA10: the timetable twice, and the timetable not at all."""

import threading
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

from claims import scale
from claims.invariants import violations
from claims.models import ClaimEvent
from mci_portal.common import stand_in
from mci_portal.common.clock import database_now
from mci_portal.common.models import Heartbeat
from mci_portal.outbox.models import Message, Status
from tests.smtp_sink import sink

__all__ = ["sink"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]


@pytest.fixture
def world(sink, settings) -> None:
    """Claims whose deadlines passed or come within the next days; mail goes to the sink; Redis is not there at all."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    current_app.loader.import_default_modules()
    scale.fill(database_now() - timedelta(days=4), 150, with_history=True)


def test_stand_in_runs_every_job_of_the_timetable_and_then_none(world, sink):
    assert set(stand_in.run_overdue()) == set(settings.CELERY_BEAT_SCHEDULE)
    assert stand_in.run_overdue() == []
    assert set(Heartbeat.objects.values_list("name", flat=True)) == set(settings.CELERY_BEAT_SCHEDULE)
    assert ClaimEvent.objects.filter(action="expire", at__gte=database_now() - timedelta(hours=1)).exists()
    Heartbeat.objects.filter(name="deliver-outbox").update(beat_at=database_now() - timedelta(minutes=2))
    assert stand_in.run_overdue() == ["deliver-outbox"]
    assert Message.objects.filter(status=Status.QUEUED, next_at__lte=database_now()).count() == 0
    assert len(sink.ids()) > 0


def test_job_is_left_to_the_timetable_until_it_missed_three_runs(db):
    now = database_now()
    for name in settings.CELERY_BEAT_SCHEDULE:
        Heartbeat.objects.create(name=name, beat_at=now)
    assert stand_in.overdue(now + timedelta(seconds=60)) == []
    assert set(stand_in.overdue(now + timedelta(seconds=61))) == {"deliver-outbox", "prepare-exports"}
    assert "enforce-deadlines" not in stand_in.overdue(now + timedelta(seconds=180))
    assert "enforce-deadlines" in stand_in.overdue(now + timedelta(seconds=181))
    assert set(stand_in.overdue(now + timedelta(days=4))) == set(settings.CELERY_BEAT_SCHEDULE)


def test_job_that_fails_holds_up_no_other(world, monkeypatch, caplog):
    caplog.set_level("CRITICAL")
    task = settings.CELERY_BEAT_SCHEDULE["deliver-outbox"]["task"]

    def fail() -> None:
        raise OSError("no such server")

    monkeypatch.setattr(current_app.tasks[task], "run", fail)
    assert set(stand_in.run_overdue()) == set(settings.CELERY_BEAT_SCHEDULE) - {"deliver-outbox"}
    assert stand_in.run_overdue() == []  # a failed job is tried again, and fails again


def test_whole_timetable_three_times_at_once_tells_and_does_everything_once(world, sink):
    jobs = [current_app.tasks[entry["task"]] for entry in settings.CELERY_BEAT_SCHEDULE.values()] * 3
    start, errors = threading.Barrier(len(jobs), timeout=20), []

    def run(job) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            job()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    stand_in.run_overdue()
    told = _told()
    for job in jobs:
        job()
    assert _told() == told
    assert len(sink.ids()) == len(set(sink.ids()))
    assert [line for line in violations(database_now()) if line[0] in {"I1", "I2", "I3", "I4", "I5", "I6"}] == []


def _told() -> tuple[int, int, set]:
    """How many lines of history and messages there are, and which reminder reached whom."""
    reminders = Message.objects.filter(kind="E06").values_list("topic", "to_email", "context")
    seen = [(topic, email, str(sorted(context.items()))) for topic, email, context in reminders]
    assert len(seen) == len(set(seen))
    return ClaimEvent.objects.count(), Message.objects.count(), set(seen)
