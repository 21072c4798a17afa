"""Sessions in the database as Django keeps them; named in ``settings.SESSION_ENGINE``."""

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

# Written out, because every request of every page asks this and putting it together took longer than asking.
_OWN = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        """As Django's: the session if it is there and still runs; else None, and a new key is made."""
        with connection.cursor() as cursor:
            cursor.execute(_OWN, [self.session_key, timezone.now()])
            found: tuple[str, datetime] | None = cursor.fetchone()
        if found is None:
            self._session_key = None
            return None
        data, until = found
        return self.model(session_key=self.session_key, session_data=data, expire_date=until)
