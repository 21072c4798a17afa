import sys
from typing import Any

from django.core.management.base import BaseCommand

from claims import invariants
from mci_portal.common.clock import database_now


class Command(BaseCommand):
    help = "Check that nothing was lost or mixed up: one line per violation, and exit code 1 if there is any."

    def handle(self, *args: Any, **options: Any) -> None:
        violations = 0
        for code, sentence, row in invariants.violations(database_now()):
            violations += 1
            self.stdout.write(f"{code}  {sentence}: {row}")
        if violations:
            self.stdout.write(f"{violations} violations.")
            sys.exit(1)
        self.stdout.write(f"All {len(invariants.INVARIANTS) + 1} invariants hold.")
