"""Brings the user of a session and his roles in one query; named in ``settings.AUTHENTICATION_BACKENDS``."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection
from django.db.models import Model

from mci_portal.accounts.actors import note_grants
from mci_portal.accounts.models import Membership, Partner, User

_READ: tuple[tuple[str, type[Model]], ...] = (
    ("", User),
    ("memberships__", Membership),
    ("memberships__partner__", Partner),
)
_ANYBODY = -1


class PortalBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        """As Django's; a member's roles of this moment come along for the one look that the request takes at them."""
        with connection.cursor() as cursor:
            cursor.execute(_statement(), [User._meta.pk.to_python(user_id)])
            rows = cursor.fetchall()
        if not rows:
            return None
        user, grants = None, []
        for row in rows:
            found, grant, partner = _instances(row)
            user = user or found
            if grant.pk is not None:  # Microsoft's people have none
                grant.user, grant.partner = user, partner
                grants.append(grant)
        if not self.user_can_authenticate(user):
            return None
        note_grants(user, grants)
        return user


@lru_cache(maxsize=1)
def _statement() -> str:
    """Kept: every request of every page asks it, and putting it together took three times as long as asking."""
    columns = [f"{path}{field.attname}" for path, model in _READ for field in model._meta.concrete_fields]
    order = ("memberships__partner__name", "memberships__id")
    mine = User.objects.filter(pk=_ANYBODY).order_by(*order).values_list(*columns)
    sql, _values = mine.query.sql_with_params()
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
