"""``manage.py load_catalogue FILE``: make the catalogue equal to a YAML file, or say line by line why not."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from engagements import catalogue
from mci_portal.common.clock import database_now


class Command(BaseCommand):
    help = "Loads engagements, types, markets, rates, criteria and evidence from a YAML file. Safe to repeat."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help=f"the catalogue, such as {catalogue.SHIPPED.name}")

    def handle(self, *args, **options) -> None:
        path = options["file"]
        try:
            tally = catalogue.load(path, database_now().date())
        except catalogue.CatalogueError as error:
            for problem in error.problems:
                self.stderr.write(f"{path}:{problem.line}: {problem.sentence}")
            raise CommandError("Nothing was written.") from error
        if options["verbosity"]:
            self.stdout.write("\n".join(tally.lines()))
            if not tally.idle:
                self.stdout.write("Run refresh_eligibility next: it decides anew who may earn.")
