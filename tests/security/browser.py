"""Sends the requests of the walks: one client per actor, signed in once, each request from another address."""

import re
from contextlib import nullcontext
from itertools import count

from django.db import connection, transaction
from django.test import Client

from tests.promises.safe_methods import EXEMPT_TABLES, WRITES

HX = {"HX-Request": "true"}
# Differs between two answers of the same page.
TRANSIENT = re.compile(rb'(name="csrfmiddlewaretoken" value="|"X-CSRFToken": ?"|csrf-token" content=")[^"]*')
_addresses = (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in count(1))


class Visitor:
    """``Visitor(user)``; None is nobody in particular."""

    def __init__(self, user=None) -> None:
        self.client = Client(raise_request_exception=False)
        if user is not None:
            self.client.force_login(user)
        self.session = self.client.cookies.get("sessionid")
        self.wrote: list[str] = []

    def send(
        self,
        method: str,
        url: str,
        body: dict | bytes | None = None,
        *,
        hx: bool = False,
        keep: bool = False,
        kind: str = "application/octet-stream",
        **environ,
    ):
        """The answer; what the request wrote is undone unless ``keep``, and told in ``wrote``. ``kind`` is the type
        of a body that is given as bytes."""
        self.client.cookies.clear()
        if self.session is not None:
            self.client.cookies["sessionid"] = self.session.value
        extra = {"headers": HX if hx else {}, "REMOTE_ADDR": next(_addresses), **environ}
        self.wrote = []
        with nullcontext() if keep else transaction.atomic(), connection.execute_wrapper(self._note):
            if method in ("GET", "HEAD", "OPTIONS"):
                answer = getattr(self.client, method.lower())(url, **extra)
            elif isinstance(body, bytes):
                answer = self.client.generic(method, url, body, content_type=kind, **extra)
            elif method == "POST":
                answer = self.client.post(url, body or {}, **extra)
            else:
                answer = self.client.generic(method, url, **extra)
            answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            if not keep:
                transaction.set_rollback(True)
        return answer

    def _note(self, execute, sql, params, many, context):
        if (write := WRITES.match(sql if isinstance(sql, str) else "")) and write["table"] not in EXEMPT_TABLES:
            self.wrote.append(write["table"])
        return execute(sql, params, many, context)


def without_tokens(body: bytes) -> bytes:
    return TRANSIENT.sub(b"", body)


def fingerprint() -> dict[str, str]:
    """Every table with a hash of all its rows, sessions and the audit of access left out."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in EXEMPT_TABLES]
        parts = (
            f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{name}\" t"
            for name in tables
        )
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())
