"""A signed-in browser without a network: the whole middleware, straight into the WSGI handler; and the floor."""

import time
from collections.abc import Callable
from io import BytesIO

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.test.utils import CaptureQueriesContext

from claims.models import Claim
from mci_portal.accounts import idle
from mci_portal.accounts.sessions import SessionStore

FLOOR = engines["django"].from_string(
    "<!doctype html><title>Floor</title><table>{% for row in rows %}<tr>{% for v in row %}<td>{{ v }}</td>{% endfor %}"
    "</tr>{% endfor %}</table>"
)


def floor(partner: int, status: str = "approved") -> Callable[[], bytes]:
    """The bare view of performance.md: no middleware, 50 joined rows of nine columns, cells printed as they come."""

    def call() -> bytes:
        rows = (
            Claim.objects.filter(partner_id=partner, status=status)
            .order_by("-updated_at", "-id")
            .values_list(
                "number", "name", "customer__name", "engagement__name", "location__name", "status", "amount",
                "created_at", "updated_at",
            )[:50]
        )  # fmt: skip
        return HttpResponse(FLOOR.render({"rows": rows})).content

    return call


class Browser:
    """``get`` answers the status and the body of a page as ``user`` sees it."""

    def __init__(self, user):
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[idle.SESSION_KEY] = {"since": int(time.time()), "key": "bench"}  # as the sign-in leaves it
        session.create()
        self._cookie = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
        self._handler = WSGIHandler()

    def get(self, address: str, htmx: str = "") -> bytes:
        """The body; anything but 200 raises. ``htmx``: the id of the part that is asked for."""
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_COOKIE": self._cookie,
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
        }
        if htmx:
            environ |= {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": htmx}
        answered: list[str] = []
        response = self._handler(environ, lambda status, headers, *rest: answered.append(status))
        body = b"".join(response)
        response.close()
        if not answered[0].startswith("200"):
            raise RuntimeError(f"{address}: {answered[0]}")
        return body

    def statements(self, address: str, htmx: str = "") -> list[str]:
        """What a page asks the database."""
        self.get(address, htmx)
        with CaptureQueriesContext(connection) as captured:
            self.get(address, htmx)
        return [query["sql"] for query in captured.captured_queries]
