"""Sessions in the database, read together with their user and his roles; named in ``settings.SESSION_ENGINE``."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from mci_portal.accounts.actors import note_grants
from mci_portal.accounts.models import Membership, Partner, Session, User

_READ: tuple[tuple[str, type[Model]], ...] = (
    ("user__", User),
    ("user__memberships__", Membership),
    ("user__memberships__partner__", Partner),
)
_KEY = "-"  # stands for the session's key in the statement that is kept; no key is as short


class SessionStore(db.SessionStore):
    user: User | None = None  # whose it was when it was read, with his roles of that moment (``accounts.signed_in``)

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """As Django's, with whose session it is."""
        session: Any = super().create_model_instance(data)
        session.user_id = User._meta.pk.to_python(data.get(SESSION_KEY))
        return session

    def _get_session_from_db(self) -> Any:
        """As Django's: the session if it is there and still runs; else None, and a new key is made."""
        with connection.cursor() as cursor:
            cursor.execute(_statement(), [self.session_key, timezone.now()])
            rows = cursor.fetchall()
        if not rows:
            self._session_key = None
            return None
        data, until, user_id, *_others = rows[0]
        self.user = _user([row[3:] for row in rows])
        return self.model(session_key=self.session_key, session_data=data, expire_date=until, user_id=user_id)


def _user(rows: Sequence[Sequence[Any]]) -> User | None:
    """Out of a row per role; None for a session of nobody."""
    user, grants = None, []
    for row in rows:
        found, grant, partner = _instances(row)
        user = user or found
        if grant.pk is not None:  # Microsoft's people have none
            grant.user, grant.partner = user, partner
            grants.append(grant)
    if user.pk is None:
        return None
    note_grants(user, grants)
    return user


@lru_cache(maxsize=1)
def _statement() -> str:
    """Kept: every request of every page asks it, and putting it together took three times as long as asking."""
    columns = [f"{path}{field.attname}" for path, model in _READ for field in model._meta.concrete_fields]
    order = ("user__memberships__partner__name", "user__memberships__id")
    own = Session.objects.filter(session_key=_KEY).filter(expire_date__gt=timezone.now())  # in the order of the values
    sql, _values = (
        own.order_by(*order).values_list("session_data", "expire_date", "user_id", *columns).query.sql_with_params()
    )
    return sql


def _instances(row: Sequence[Any]) -> list[Any]:
    found, start = [], 0
    for _path, model in _READ:
        fields = model._meta.concrete_fields
        values = [_converted(field, value) for field, value in zip(fields, row[start:], strict=False)]
        found.append(model.from_db(connection.alias, [field.attname for field in fields], values))
        start += len(fields)
    return found


def _converted(field: Any, value: Any) -> Any:
    """As a query set would: a list of JSON, say, is text in the database."""
    return field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
