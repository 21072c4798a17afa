import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from mci_portal.common import stand_in


class Command(BaseCommand):
    help = (
        "Stand in for the timetable and the broker: every few seconds run each periodic job that has not been heard of "
        "for too long. Runs until it is stopped; any number of these may run beside worker and beat."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        while not stop.wait(stand_in.LOOK_EVERY.total_seconds()):
            stand_in.run_overdue()
