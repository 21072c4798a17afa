import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claims.lifecycle_docs import document

PATH = settings.BASE_DIR / "docs" / "lifecycle.md"


class Command(BaseCommand):
    help = "Print the life cycle of a claim as a diagram and tables, made from the table the portal runs on."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/lifecycle.md instead of printing")
        parser.add_argument("--check", action="store_true", help="exit 1 if docs/lifecycle.md is not up to date")

    def handle(self, *args: Any, write: bool, check: bool, **options: Any) -> None:
        text = document()
        if write:
            PATH.parent.mkdir(exist_ok=True)
            PATH.write_text(text, encoding="utf-8")
        elif check:
            if not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
                self.stderr.write("docs/lifecycle.md is stale. Run: manage.py print_lifecycle --write")
                sys.exit(1)
        else:
            self.stdout.write(text, ending="")
