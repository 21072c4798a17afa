"""GET, HEAD and OPTIONS never write (TK01, house rule): whoever loads a page twice, prefetches it or scans it
changes nothing. Held for every request of every test, through the test client and through the live server."""

import re
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.db import connections

WRITES = re.compile(
    r"^\s*(?:WITH\b.*?\b)?(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"
    r'"?(?P<table>\w+)"?',
    re.IGNORECASE | re.DOTALL,
)
# The session framework writes on its own account, and that somebody looked or was refused is written down.
EXEMPT_TABLES = {"accounts_session", "accounts_auditevent"}


class SafeMethodWrote(AssertionError):
    """A request with a safe method changed the database."""


def _refuse_writes(execute: Any, sql: Any, params: Any, many: bool, context: dict) -> Any:
    text = sql if isinstance(sql, str) else sql.as_string(context["connection"].connection)
    if (write := WRITES.match(text)) and write["table"] not in EXEMPT_TABLES:
        raise SafeMethodWrote(f"a request with a safe method ran: {text[:300]}")
    return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def _safe_methods_write_nothing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("safe_methods_may_write"):
        return
    answer = BaseHandler.get_response

    def guarded(self: BaseHandler, http_request: Any) -> Any:
        if http_request.method not in ("GET", "HEAD", "OPTIONS"):
            return answer(self, http_request)
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_refuse_writes))
            return answer(self, http_request)

    monkeypatch.setattr(BaseHandler, "get_response", guarded)
