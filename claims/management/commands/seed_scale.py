import time
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from claims import scale
from mci_portal.common.clock import database_now


class Command(BaseCommand):
    help = "Fill an empty database with a bulk world for benchmarks: claims in every status, partners by power law."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--claims", type=int, required=True, help="how many; 10,000,000 at most")
        parser.add_argument("--partners", type=int, help="how many; one per hundred claims where it is not said")
        parser.add_argument("--history", action="store_true", help="history, answers, earnings and messages as well")

    def handle(self, *args, claims: int, partners: int | None, history: bool, **options) -> None:
        if settings.HARDENED:
            raise CommandError("The bulk world is never made in production (DEMO=1 or TESTING=1).")
        if not 100 <= claims <= 10_000_000 or not 1 <= (partners or 1) <= claims:
            raise CommandError("Between 100 and 10,000,000 claims, and no more partners than claims.")
        started = time.monotonic()
        try:
            scale.fill(database_now(), claims, partners, history)
        except scale.NotEmpty as error:
            raise CommandError("There are partners already; nothing was changed.") from error
        if options["verbosity"]:
            self.stdout.write(f"{claims} claims in {time.monotonic() - started:.0f} s.")
