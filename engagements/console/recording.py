"""The one door for an operator's change: one at a time, and the audit is what was really different afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from engagements.catalogue import LOCK
from engagements.console import snapshot
from engagements.console.difference import Entry, between
from engagements.models import CatalogueChange, CatalogueUpload
from mci_portal.accounts.actors import Actor, Kind


@contextmanager
def recorded(by: Actor, now: datetime, upload: CatalogueUpload | None = None) -> Iterator[list[Entry]]:
    """Run the block in a transaction and write one CatalogueChange for each row that differs after it (R-277).

    Yields a list that holds the entries when the block is over. An exception undoes everything. Waits for other
    changes and for ``load_catalogue``. Raises PermissionDenied for who is no operator.
    """
    require_operator(by)
    entries: list[Entry] = []
    with written_down(by, now, entries, upload):
        yield entries


@contextmanager
def written_down(
    by: Actor, now: datetime, entries: list[Entry], upload: CatalogueUpload | None = None
) -> Iterator[None]:
    """``recorded`` for whoever changes the catalogue from a command line, too. ``entries`` is filled at the end."""
    with transaction.atomic():
        hold_catalogue()
        before = snapshot.take()
        yield
        entries += between(before, snapshot.take())
        CatalogueChange.objects.bulk_create([_change(one, by, now, upload) for one in entries])


def require_operator(by: Actor) -> None:
    """Raise PermissionDenied unless ``by`` operates the program (R-012)."""
    if by.kind is not Kind.OPERATOR:
        raise PermissionDenied


def hold_catalogue() -> None:
    """Wait for whoever changes the catalogue now; until the transaction ends nobody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _change(one: Entry, by: Actor, now: datetime, upload: CatalogueUpload | None) -> CatalogueChange:
    return CatalogueChange(
        at=now,
        by=by.user,
        by_name=by.name,
        address=by.address,
        action=one["action"],
        table=one["table"],
        engagement=one["engagement"],
        what=one["what"],
        before=one["before"],
        after=one["after"],
        upload=upload,
    )
