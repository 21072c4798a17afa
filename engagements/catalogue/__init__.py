"""The catalogue file: read, checked and applied as one (``load``). Called by the command and by the demo."""

from datetime import date
from pathlib import Path

from django.db import connection, transaction

from engagements.catalogue.applying import apply
from engagements.catalogue.problems import CatalogueError, Problem
from engagements.catalogue.reading import read
from engagements.catalogue.syncing import Tally

__all__ = ["SHIPPED", "CatalogueError", "Problem", "Tally", "load"]

SHIPPED = Path(__file__).resolve().parent.parent / "data" / "catalogue.yaml"
LOCK = 0x6361_7461  # "cata": two loads at once wait for each other


def load(path: Path, today: date) -> Tally:
    """Make the tables equal to the file, all or nothing; a second run changes nothing.

    ``today`` is the day on which rows that left the file end. Raises CatalogueError with every problem and
    its line; then nothing was written.
    """
    catalogue = read(path)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        return apply(catalogue, today)
