"""``manage.py refresh_eligibility``: what the daily job does, at once."""

from django.core.management.base import BaseCommand

from eligibility.tasks import refresh_eligibility


class Command(BaseCommand):
    help = "Recomputes which location may earn on which engagement. Safe to repeat."

    def handle(self, *args, **options) -> None:
        written = refresh_eligibility()
        if options["verbosity"]:
            self.stdout.write(f"{written} verdicts written.")
