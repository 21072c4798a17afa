"""Devices somebody has signed in from. They keep their own count of wrong passwords, so that a stranger who
guesses at an account slows himself down and not its owner (H09). The adapter and the sign-in page call it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE_AGE_SECONDS = 180 * 24 * 3600
_SALT = "mci_portal.accounts.devices"


def cookie_name() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"


def is_known(request: HttpRequest, email: str) -> bool:
    """True when this browser carries the mark that ``remember`` gave for ``email``."""
    return constant_time_compare(request.COOKIES.get(cookie_name(), ""), _mark(email))


def remember(answer: HttpResponse, email: str) -> None:
    """Leave the mark for ``email`` in the browser. It opens nothing; it only separates two counters."""
    answer.set_cookie(
        cookie_name(),
        _mark(email),
        max_age=COOKIE_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _mark(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()
