"""Claims leave the portal as CSV or Excel: at once up to 50,000, beyond that from a file made by a worker (R-145).

What goes out is ``claims_list.selected`` of the one who asks, nothing else. Every export leaves a row behind.
"""

import logging
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import datetime, timedelta

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from claims.export_columns import columns
from claims.list_columns import SORTS, values
from claims.models import Claim
from claims.models.export import ACTIVE, Export, ExportState
from claims.queries.claims_list import Wanted, selected
from mci_portal.accounts.actors import Actor, actor_for
from mci_portal.common import csv_stream, xlsx_stream
from mci_portal.common.clock import database_now
from mci_portal.common.files import keep_whole, names_in
from mci_portal.common.table_copy import ALIAS, Tally

log = logging.getLogger(__name__)

Format = Export.Format
AT_ONCE = 50_000
NEWEST_FIRST = tuple(f"-{key}" for key in SORTS["updated"])
FOLDER = "exports"
KEPT_FOR = timedelta(days=7)
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3
DIRECT_SECONDS, JOB_SECONDS = 120, 210  # below the limits of a request and of a task
ROWS_PER_REPORT = 20_000
LOCK_CLASS = 7_145  # of PostgreSQL's advisory locks: one direct export at a time and user
ORPHAN_AFTER = timedelta(hours=1)


class Busy(Exception):
    """G05: this user has an export under way already; pages answer 429."""


def rows(
    by: Actor, wanted: Wanted, now: datetime, order: Sequence[str] = NEWEST_FIRST, *, expected: int = 0
) -> QuerySet[Claim]:
    """The claims of an export: those of the list under the same filter, in its ``order`` (keys of ``list_columns``).

    In no order where more than ``AT_ONCE`` are expected: sorting those would take disk, and time before the first.
    """
    found = selected(by, wanted, now)
    if expected > AT_ONCE:
        return found.order_by()
    _fields, labels = values((), order)
    return found.annotate(**labels).order_by(*order)


def count(by: Actor, wanted: Wanted, now: datetime) -> int:
    """How many claims an export would hold; ``AT_ONCE`` + 1 stands for more."""
    return selected(by, wanted, now).values("pk").order_by()[: AT_ONCE + 1].count()


def stream(
    by: Actor,
    wanted: Wanted,
    format: str,
    now: datetime,
    order: Sequence[str] = NEWEST_FIRST,
    *,
    tally: Tally,
    seconds: int,
    expected: int = 0,
    link=None,
) -> Iterator[bytes]:
    """The file piece by piece, in the language active now; see ``table_copy.copied`` for the connection ``link``."""
    given = {"tally": tally, "seconds": seconds, "link": link}
    found, shown = rows(by, wanted, now, order, expected=expected), columns(by, now)
    if format == Format.XLSX:
        return xlsx_stream.stream(found, shown, title=_("Customer claims"), expected=expected, **given)
    return csv_stream.stream(found, shown, **given)


class Download:
    """An export that is handed out while it is read; iterate once, and close it whatever happens.

    Raises Busy when this user has another one under way (G05). Its end, good or bad, leaves a row.
    """

    def __init__(
        self, by: Actor, wanted: Wanted, format: str, now: datetime, order: Sequence[str] = NEWEST_FIRST
    ) -> None:
        if Export.objects.filter(user_id=by.user_id, state__in=ACTIVE).exists() or not _locked(by):
            raise Busy
        self._tally, self._finished, self._closed = Tally(), False, False
        self._row = _new(by, wanted, format, now, direct=True)
        try:
            self._bytes = stream(by, wanted, format, now, order, tally=self._tally, seconds=DIRECT_SECONDS)
        except BaseException:
            _unlock(by.user_id)
            raise

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._bytes:
            self._row.size += len(piece)
            yield piece
        self._finished = True

    def close(self) -> None:
        """Ends the query when the reader has gone away, and writes down what was taken."""
        if self._closed:
            return
        self._closed = True
        self._bytes.close()  # type: ignore[attr-defined]
        _unlock(self._row.user_id)
        self._row.state = ExportState.DONE if self._finished else ExportState.FAILED
        self._row.rows, self._row.finished_at = self._tally.rows, database_now()
        self._row.save()


def ask(by: Actor, wanted: Wanted, format: str, now: datetime) -> Export:
    """Have a file prepared; raises Busy while this user has another export under way (G05)."""
    if not _locked(by):
        raise Busy
    _unlock(by.user_id)
    try:
        with transaction.atomic():
            row = _new(by, wanted, format, now)
            row.save()
            return row
    except IntegrityError as error:
        if "one_running_export_per_user" in str(error):
            raise Busy from error
        raise


def _new(by: Actor, wanted: Wanted, format: str, now: datetime, *, direct: bool = False) -> Export:
    return Export(
        ref=secrets.token_urlsafe(16),
        user_id=by.user_id,
        partner_id=by.partner_id,
        locations=_places(by),
        wanted=asdict(wanted),
        format=Format(format),
        direct=direct,
        language=translation.get_language() or "en",
        asked_at=now,
    )


def _places(by: Actor) -> list[int] | None:
    return None if by.is_microsoft or by.location_ids is None else sorted(by.location_ids)


def _locked(by: Actor) -> bool:
    # Held by the connection, so that a worker that dies lets go of it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, by.user_id % 2**31])
        return cursor.fetchone()[0]


def _unlock(user_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, user_id % 2**31])


def of(by: Actor) -> QuerySet[Export]:
    """The files this user had prepared in the workspace he is in, newest first.

    What he asked for when he worked for more locations than now is not among them.
    """
    mine = Export.objects.filter(user_id=by.user_id, partner_id=by.partner_id, direct=False).order_by("-asked_at")
    places = _places(by)
    return mine if places is None else mine.filter(locations__contained_by=places)


def run_next(now: datetime) -> Export | None:
    """Prepare the file that waits longest, if one does. May be called by several workers at once."""
    row = _take(now)
    if row is None:
        return None
    by = actor_for(row.user, row.partner_id)
    if (
        row.attempts > MOST_ATTEMPTS
        or not row.user.is_active
        or (by.partner_id, _places(by))
        != (
            row.partner_id,
            row.locations,
        )
    ):
        _finish(row, state=ExportState.FAILED)
        return row
    try:
        with translation.override(row.language):
            _prepare(row, by, now)
    except Exception:
        log.exception("export %s failed, attempt %s", row.ref, row.attempts)
        _finish(row, state=ExportState.FAILED)
    return row


def _take(now: datetime) -> Export | None:
    with transaction.atomic():
        waiting = Q(state=ExportState.QUEUED) | Q(state=ExportState.RUNNING, lease_until__lte=now)
        row = (
            Export.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("user")
            .filter(waiting)
            .order_by("asked_at")
            .first()
        )
        if row is not None:
            row.state, row.rows, row.attempts, row.lease_until = ExportState.RUNNING, 0, row.attempts + 1, now + LEASE
            row.save()
        return row


def _prepare(row: Export, by: Actor, now: datetime) -> None:
    wanted, tally = Wanted(**row.wanted), Tally()
    row.total = selected(by, wanted, now).values("pk").order_by().count()
    row.save(update_fields=("total",))
    link = _second_link()
    told = 0
    with tempfile.TemporaryFile() as file:
        try:
            pieces = stream(
                by, wanted, row.format, now, tally=tally, seconds=JOB_SECONDS, expected=row.total, link=link
            )
            with closing(pieces):  # type: ignore[type-var]
                for piece in pieces:
                    file.write(piece)
                    if tally.rows - told >= ROWS_PER_REPORT:
                        told = tally.rows
                        _report(row, told)
        finally:
            _let_go(link)
        row.size = file.tell()
        file.seek(0)
        key = keep_whole(f"{FOLDER}/{row.ref}.{row.format}", File(file))
    finished_at = database_now()
    done = {"rows": tally.rows, "size": row.size, "key": key}
    done |= {"finished_at": finished_at, "expires_at": finished_at + KEPT_FOR}
    if not _finish(row, state=ExportState.DONE, **done):
        default_storage.delete(key)  # somebody else took the job over


def _second_link() -> BaseDatabaseWrapper:
    """For the query, while the first connection tells how far it is."""
    return connections[ALIAS].copy()


def _let_go(link: BaseDatabaseWrapper) -> None:
    link.close()


def _report(row: Export, rows: int) -> None:
    Export.objects.filter(pk=row.pk, attempts=row.attempts).update(rows=rows, lease_until=database_now() + LEASE)


def _finish(row: Export, **fields) -> bool:
    fields = {"finished_at": database_now(), "lease_until": None} | fields
    return bool(Export.objects.filter(pk=row.pk, attempts=row.attempts, state__in=ACTIVE).update(**fields))


def tidy(now: datetime) -> int:
    """Delete the files that have expired, and those that no row speaks of; returns how many."""
    old = Export.objects.exclude(key="").filter(expires_at__lte=now)
    keys = list(old.values_list("key", flat=True))
    stored = {f"{FOLDER}/{name}" for name in names_in(FOLDER)}
    orphans = stored - set(Export.objects.filter(key__in=stored).values_list("key", flat=True))
    keys += [key for key in orphans if default_storage.get_modified_time(key) < now - ORPHAN_AFTER]
    for key in keys:
        default_storage.delete(key)
    old.update(key="")
    return len(keys)
