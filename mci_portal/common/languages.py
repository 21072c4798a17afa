"""Which languages there are, and how a browser remembers the one that was chosen (R-014). Pages and mails ask here.

The order everywhere: what was chosen, what the person has set, what the browser asks for, English.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


def known(code: str | None) -> str:
    """``code`` if the portal speaks this language, else ""."""
    return code if code in dict(settings.LANGUAGES) else ""


def chosen(request: HttpRequest) -> str:
    """The language that was chosen in this browser, or ""."""
    return known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))


def remember(answer: HttpResponse, language: str) -> None:
    """Let this browser keep ``language`` for a year, signed in or not."""
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def said(text: str) -> str:
    """A text of the shipped catalogue in the reader's language; one that an operator wrote, as he wrote it."""
    return translation.gettext(text) if text else ""


def speak(request: HttpRequest, language: str) -> None:
    """Answer ``request`` in ``language`` from here on; the locale middleware names it in the answer's headers."""
    translation.activate(language)
    request.LANGUAGE_CODE = language
