"""Ends a session in which nothing happened for an hour (reliability 11.7). Stands right after SignedInMiddleware.

A page that is only read must not write, not even into the session's row. So the time of the last sign of life travels
in a signed cookie beside the session's own; the row keeps when the user signed in and what the signature is bound to.
Whoever holds the session's cookie without this one gets no further than an hour after the sign-in.
"""

import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

LIMIT_SECONDS = 60 * 60
REFRESH_SECONDS = 60
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
STOP_POLLING = 286  # htmx ends a repeated request on this status
SESSION_KEY = "awake"
_SALT = "mci_portal.accounts.idle"


def cookie_name() -> str:
    return "__Host-seen" if settings.SESSION_COOKIE_SECURE else "seen"


def begin(sender: Any, request: HttpRequest, **_: Any) -> None:
    """Receives ``user_logged_in``: the sign-in is the first sign of life."""
    request.session[SESSION_KEY] = {"since": int(time.time()), "key": secrets.token_urlsafe(12)}


def has_ended(request: HttpRequest) -> bool:
    """True when this request came with a session that was idle for too long; its user is nobody now."""
    # Asked for the user first: nobody may have looked at him yet.
    return not request.user.is_authenticated and getattr(request, "_idle", False)


def sign_in_address(request: HttpRequest) -> str:
    """The sign-in page that says why, and leads back to the page that was open."""
    sent = request.method not in SAFE_METHODS
    if request.headers.get("HX-Request") == "true":
        back = _path(request, request.headers.get("HX-Current-URL", ""))
    elif sent:  # the address a form is sent to is often no page
        back = _path(request, request.headers.get("Referer", ""))
    else:
        back = request.get_full_path()
    return f"{settings.LOGIN_URL}?{urlencode({'next': back, 'why': 'unsent' if sent else 'idle'}, safe='/')}"


def _path(request: HttpRequest, address: str) -> str:
    parts = urlsplit(address)
    if parts.netloc != request.get_host():
        return "/"
    return parts._replace(scheme="", netloc="", fragment="").geturl() or "/"


class IdleMiddleware:
    """Looks at the session only when somebody asks who the user is: public pages read none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user
        request.user = SimpleLazyObject(lambda: _awake(request, signed_in))  # type: ignore[assignment]
        answer = self.get_response(request)
        if getattr(request, "_idle", False):
            if request.method in SAFE_METHODS:  # else the session is gone already, and its cookie with it
                answer.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
            answer.delete_cookie(cookie_name(), samesite="Lax")
        elif _is_due(request):
            _renew(request, answer)
        return answer


def _awake(request: HttpRequest, user: Any) -> Any:
    """``user``, or nobody when his last sign of life is too old."""
    if not user.is_authenticated:
        return user
    seen = _seen(request)
    if seen is not None and time.time() - seen <= LIMIT_SECONDS:
        request._seen = seen  # type: ignore[attr-defined]
        return user
    request._idle = True  # type: ignore[attr-defined]
    if request.method not in SAFE_METHODS:
        request.session.flush()
    return AnonymousUser()


def _seen(request: HttpRequest) -> int | None:
    """Seconds since 1970 of the last sign of life; None for a session that knows nothing of them."""
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return None
    try:
        told = int(_signer(kept).unsign(request.COOKIES.get(cookie_name(), "")))
    except (signing.BadSignature, ValueError):
        told = 0
    return max(told, int(kept["since"]))


def _signer(kept: dict) -> signing.Signer:
    return signing.Signer(salt=f"{_SALT}:{kept['key']}")


def _is_due(request: HttpRequest) -> bool:
    """At most once a minute, and not for what the page asks by itself while its reader is away."""
    seen = getattr(request, "_seen", None)
    if seen is None or time.time() - seen < REFRESH_SECONDS:
        return False
    view = getattr(request.resolver_match, "func", None)
    return not getattr(view, "asks_by_itself", False)


def _renew(request: HttpRequest, answer: HttpResponse) -> None:
    kept = request.session.get(SESSION_KEY)
    if not kept:  # signed out just now
        return
    answer.set_cookie(
        cookie_name(),
        _signer(kept).sign(str(int(time.time()))),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
