"""Waiting for a row somebody else holds: bounded by the database's lock_timeout, then a clear answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from django.utils.translation import gettext as _

from mci_portal.common.errors import Conflict

LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED = "55P03", "40P01"


@contextmanager
def locked_out_as_conflict() -> Iterator[None]:
    """Turn a lock that cannot be had in time, or a deadlock, into a Conflict (409) that invites to try again."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
            raise Conflict(_("Somebody else is changing this right now. Please try again.")) from error
        raise
