import sys
from argparse import ArgumentParser, FileType
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from claims import books, invariants
from mci_portal.common.clock import database_now, moment_of


class Command(BaseCommand):
    help = (
        "Check that nothing was lost or mixed up: one line per violation, and exit code 1 if there is any."
        " Given the book of the mail server or of the clients, compare them with the portal's own (I13, I15)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--received",
            metavar="FILE",
            type=FileType(encoding="utf-8"),
            help="the mail server's book: the Message-ID of each mail that it took, one per line (- is the input)",
        )
        parser.add_argument(
            "--ledger",
            metavar="FILE",
            type=FileType(encoding="utf-8"),
            help="the clients' book: one line per change that was answered with success, '1000001 submit' or"
            " '1000001 comment its words'; a ? before it where no answer came",
        )
        parser.add_argument("--since", metavar="ISO", help="when these books begin (UTC unless it names an offset)")
        parser.add_argument(
            "--may-double",
            metavar="N",
            type=int,
            default=0,
            help="how often a sender was killed or cut off while it sent: so many mails may have been taken twice",
        )

    def handle(self, *args: Any, received: TextIO | None, ledger: TextIO | None, **options: Any) -> None:
        since = moment_of(options["since"]) if options["since"] else None
        others = _read(received, ledger, since, options["may_double"])
        violations = 0
        for found in (invariants.violations(database_now()), *others):
            for code, sentence, row in found:
                violations += 1
                self.stdout.write(f"{code}  {sentence}: {row}")
        if violations:
            self.stdout.write(f"{violations} violations.")
            sys.exit(1)
        self.stdout.write(f"All {len(invariants.INVARIANTS) + 1 + len(others)} invariants hold.")


def _read(
    received: TextIO | None, ledger: TextIO | None, since: datetime | None, may_double: int
) -> list[Iterator[books.Trouble]]:
    others = []
    try:
        if received:
            others.append(books.received(books.read_received(received), since, may_double))
        if ledger:
            others.append(books.ledger(books.read_ledger(ledger), since))
    except ValueError as error:
        raise CommandError(str(error)) from error
    return others
