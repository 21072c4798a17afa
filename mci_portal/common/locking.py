"""Waiting for a row somebody else holds: bounded by the database's lock_timeout, then a clear answer.

Whoever locks several claims locks them by ascending id, so that two of them never wait for each other. Where a
deadlock comes about all the same, the database undoes the whole request's transaction, and ``errors`` runs its view
again (FA12).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError
from django.utils.translation import gettext as _

from mci_portal.common.errors import Conflict, sqlstate

LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def locked_out_as_conflict() -> Iterator[None]:
    """Turn a lock that cannot be had in time into a Conflict (409) that invites to try again."""
    try:
        yield
    except OperationalError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise Conflict(_("Somebody else is changing this right now. Please try again.")) from error
        raise
