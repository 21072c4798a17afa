"""``manage.py load_catalogue FILE``: make the catalogue equal to a YAML file, or say line by line why not."""

from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from engagements import catalogue
from engagements.console.recording import written_down
from engagements.models import Engagement
from mci_portal.accounts.actors import command_line
from mci_portal.common.clock import database_now


class Command(BaseCommand):
    help = "Loads engagements, types, markets, rates, criteria and evidence from a YAML file. Safe to repeat."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help=f"the catalogue, such as {catalogue.SHIPPED.name}")

    def handle(self, *args, **options) -> None:
        path = options["file"]
        try:
            tally = self._load(path, database_now())
        except catalogue.CatalogueError as error:
            for problem in error.problems:
                self.stderr.write(f"{path}:{problem.line}: {problem.sentence}")
            raise CommandError("Nothing was written.") from error
        if options["verbosity"]:
            self.stdout.write("\n".join(tally.lines()))
            if not tally.idle:
                self.stdout.write("Run refresh_eligibility next: it decides anew who may earn.")

    def _load(self, path: Path, now: datetime) -> catalogue.Tally:
        """The first catalogue is the beginning; whatever changes it later is written down (R-277)."""
        if not Engagement.objects.exists():
            return catalogue.load(path, now.date())
        with transaction.atomic(), written_down(command_line(), now, []):
            return catalogue.load(path, now.date())
