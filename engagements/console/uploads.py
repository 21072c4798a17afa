"""A catalogue file on its way into the tables: checked, shown, applied exactly as shown, or put aside (R-277)."""

import hashlib
import tempfile
from datetime import date, datetime
from pathlib import Path

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from engagements.catalogue import CatalogueError, Problem, load
from engagements.console import snapshot
from engagements.console.difference import Entry, between
from engagements.console.recording import hold_catalogue, recorded, require_operator
from engagements.models import CatalogueUpload
from mci_portal.accounts.actors import Actor
from mci_portal.common.errors import Conflict

LARGEST = 1024 * 1024  # bytes; the shipped catalogue has 50 kB


def stage(by: Actor, name: str, content: bytes, now: datetime) -> CatalogueUpload:
    """Check the file and keep it together with what applying it would do. The catalogue stays as it is.

    Raises CatalogueError with every problem and its line, and then keeps nothing; PermissionDenied for who is no
    operator.
    """
    require_operator(by)
    entries = rehearse(content, now.date())
    upload: CatalogueUpload = CatalogueUpload.objects.create(
        name=name,
        text=content.decode(),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=by.user,
        uploaded_at=now,
        checked_on=now.date(),
        checked_at=now,
        preview=entries,
    )
    return upload


def rehearse(content: bytes, today: date) -> list[Entry]:
    """What loading the file on ``today`` does: the real loader does it, and it is undone. Raises CatalogueError."""
    with transaction.atomic():
        hold_catalogue()
        before = snapshot.take()
        _load(content, today)
        entries = between(before, snapshot.take())
        transaction.set_rollback(True)
    return entries


def check_again(by: Actor, upload: CatalogueUpload, now: datetime) -> CatalogueUpload:
    """Make the preview anew because the catalogue or the day is another one. Raises what ``stage`` raises, and
    Conflict for a file that waits no more."""
    require_operator(by)
    with transaction.atomic():
        locked = _waiting(upload)
        locked.preview = rehearse(locked.text.encode(), now.date())
        locked.checked_on, locked.checked_at = now.date(), now
        locked.save(update_fields=("preview", "checked_on", "checked_at"))
    return locked


def apply(by: Actor, upload: CatalogueUpload, now: datetime) -> list[Entry]:
    """Load the file, all or nothing, and return what it did, which is what the preview said to the letter.

    Raises Conflict when it would do anything else by now, when it does nothing, or when it waits no more;
    CatalogueError when the present catalogue refuses it; PermissionDenied for who is no operator.
    """
    with transaction.atomic():
        locked = _waiting(upload)
        if not locked.preview:
            raise Conflict(_("This file changes nothing."))
        with recorded(by, now, locked) as entries:
            _load(locked.text.encode(), now.date())
        if entries != locked.preview:
            raise Conflict(_("The catalogue has changed since this preview was made. Check the file again."))
        locked.applied_by, locked.applied_at = by.user, now
        locked.save(update_fields=("applied_by", "applied_at"))
    return entries


def discard(by: Actor, upload: CatalogueUpload, now: datetime) -> None:
    """Put the file aside for good. Raises Conflict when it waits no more, PermissionDenied for who is no operator."""
    require_operator(by)
    with transaction.atomic():
        locked = _waiting(upload)
        locked.discarded_at = now
        locked.save(update_fields=("discarded_at",))


def _waiting(upload: CatalogueUpload) -> CatalogueUpload:
    locked: CatalogueUpload = CatalogueUpload.objects.select_for_update().get(pk=upload.pk)
    if not locked.is_waiting:
        raise Conflict(_("This file was applied or put aside already."))
    return locked


def _load(content: bytes, today: date) -> None:
    """The command's own loader, which takes a file."""
    with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
        file.write(content)
        file.flush()
        try:
            load(Path(file.name), today)
        except RecursionError as error:
            raise CatalogueError([Problem(1, _("The file is nested too deeply."))]) from error
        except (DataError, IntegrityError) as error:
            # The reader lets through what a column or a constraint refuses: say so instead of failing.
            said = str(error).splitlines()[0]
            raise CatalogueError([Problem(1, _("The database refuses this: %(said)s") % {"said": said})]) from error
