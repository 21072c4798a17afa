"""Celery inside this process: a worker and the timetable, each in a thread, over the in-process broker.

Used by ``manage.py demo`` only. Production runs ``celery worker`` and ``celery beat`` as processes.
"""

import threading
from types import TracebackType
from typing import Any, Self

from celery import Celery
from celery.beat import Scheduler, Service
from celery.worker import WorkController, state


class _Worker(WorkController):
    ready: threading.Event

    def on_consumer_ready(self, consumer: Any) -> None:
        self.ready.set()


class BackgroundJobs:
    """Runs the worker and the timetable while the block lasts; every job runs once right at the start."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        app.loader.import_default_modules()
        app.finalize()
        self._worker = _Worker(
            app=app, pool="solo", concurrency=1, without_heartbeat=True, without_mingle=True, without_gossip=True
        )
        self._worker.ready = threading.Event()
        # The scheduler that keeps its state in memory: a file would be one more thing to lock and to clean up.
        # The interval bounds how long stopping takes.
        self._timetable = Service(app, max_interval=0.5, scheduler_cls=Scheduler)
        self._threads = [
            threading.Thread(target=self._worker.start, name="worker", daemon=True),
            threading.Thread(target=self._timetable.start, name="timetable", daemon=True),
        ]

    def __enter__(self) -> Self:
        worker, timetable = self._threads
        worker.start()
        if not self._worker.ready.wait(20):
            raise RuntimeError("The background worker did not start.")
        for entry in self._app.conf.beat_schedule.values():
            self._app.send_task(entry["task"])
        timetable.start()
        return self

    def died(self) -> str | None:
        """The name of a thread that is no longer running, or None."""
        return next((thread.name for thread in self._threads if not thread.is_alive()), None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timetable.stop()
        state.should_stop = 0  # an exit code: zero, not "no"
        if self._threads[0].is_alive():
            self._app.control.broadcast("shutdown")  # wakes the worker out of its wait for messages
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=10)
