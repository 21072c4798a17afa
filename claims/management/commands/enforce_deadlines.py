from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from claims import sweeps
from claims.statuses import label
from mci_portal.common.clock import database_now, moment_of


class Command(BaseCommand):
    help = "Expire every claim whose deadline has come: the same code that the periodic job runs every minute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", metavar="ISO", help="act as if it were this moment (UTC unless it names an offset)")
        parser.add_argument("--dry-run", action="store_true", help="print what would expire and change nothing")

    def handle(self, *args: Any, at: str | None, dry_run: bool, **options: Any) -> None:
        now = _moment(at) if at else None
        if dry_run:
            self._list(now or database_now())
        else:
            self.stdout.write(f"{sweeps.sweep(now)} claims expired.")

    def _list(self, now: datetime) -> None:
        count = 0
        with translation.override("en"):
            for one in sweeps.overdue(now):
                count += 1
                due = one.due_at.astimezone(UTC).isoformat(timespec="seconds")
                self.stdout.write(f"{one.number}  due {due}  {label(one.status)} -> {label(one.target)}")
        self.stdout.write(f"{count} claims would expire.")


def _moment(text: str) -> datetime:
    if settings.HARDENED:
        raise CommandError("--at is for demo and test only; in production the database clock alone decides.")
    return moment_of(text)
