"""What a refused or failed request gets to see: one page per status, named in ``mci_portal/urls.py``.

Domain code raises ``Conflict`` where the right person comes at the wrong moment; the middleware answers it.
"""

import errno
import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

# Where an HTMX request that met a refusal shows it: the message region of every page.
MESSAGE_REGION = "#messages"

# PostgreSQL's codes: lock time-out, serialization failure, deadlock; and connection lost, too many, shutting down.
BUSY = {"55P03", "40001", "40P01"}
# Of these the database has undone the transaction itself, so that doing it again is safe (11.2).
DO_AGAIN, RETRIES = {"40001", "40P01"}, 3
AWAY = ("08", "53300", "57P")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Conflict(Exception):
    """The request came at the wrong moment. ``sentence`` tells the reader, translated, what stands in the way."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


def sqlstate(error: Exception) -> str:
    """PostgreSQL's code of what went wrong, or an empty string."""
    return getattr(error.__cause__, "sqlstate", None) or ""


class ConflictMiddleware:
    """Turns a ``Conflict`` out of any view into a 409 that says the sentence, and runs a view again that lost a
    deadlock (FA12). Last in the list, so that nobody else answers the exception first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError) and sqlstate(exception) in DO_AGAIN:
            return _again(request)
        return conflict(request, exception.sentence) if isinstance(exception, Conflict) else None


def _again(request: HttpRequest, left: int = RETRIES) -> HttpResponse:
    """The view's answer after all. It reads every row anew; what it had committed before it refuses to do twice."""
    view, args, kwargs = request.resolver_match
    try:
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer
    except Conflict as refusal:
        return conflict(request, refusal.sentence)
    except OperationalError as error:
        if left == 1 or sqlstate(error) not in DO_AGAIN:
            raise
        return _again(request, left - 1)


def conflict(request: HttpRequest, sentence: str) -> HttpResponse:
    """409 with ``sentence``: a page of its own, or for HTMX the message region of the page that is open."""
    return _message(request, 409, sentence)


def _message(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-Boosted") == "true":
        return _page(request, status, sentence)
    answer = _page(request, status, sentence, part="#message")
    answer["HX-Retarget"] = MESSAGE_REGION
    answer["HX-Reswap"] = "innerHTML"
    answer["HX-Push-Url"] = "false"
    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400. Says a sentence only where this portal wrote it; other exceptions may carry what was sent."""
    sentence = str(exception) if isinstance(exception, BadRequest) else ""
    return _page(request, 400, sentence)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403. A view may raise ``PermissionDenied`` with the sentence to show."""
    return _page(request, 403, str(exception) if exception else "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same bytes for what never was and what belongs to somebody else."""
    return _page(request, 404, "")


def too_many(request: HttpRequest, sentence: str = "", retry_after: int = 60) -> HttpResponse:
    """429; ``retry_after`` in seconds."""
    answer = _page(request, 429, sentence)
    answer["Retry-After"] = str(retry_after)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 with ``Retry-After`` while the database is away, or 409 where others held the same rows for too
    long (11.2), or 507 where the disk is full (FA13). Else rendered without the request: whatever broke may break the
    page's frame as well."""
    error = sys.exc_info()[1]
    if isinstance(error, OSError) and error.errno in FULL:
        return _message(
            request, 507, _("There is no room for this file at the moment. Nothing was stored. Try again later.")
        )
    if not isinstance(error, (OperationalError, InterfaceError)):
        return _page(None, 500, "")
    code = sqlstate(error)
    if code in BUSY:
        return conflict(request, _("Somebody else is working on the same thing. Wait a moment and try again."))
    if code and not code.startswith(AWAY):
        return _page(None, 500, "")
    answer = _page(None, 503, "")
    answer["Retry-After"] = "10"
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that is too old or came from elsewhere."""
    return _page(request, 403, _("This page was open for too long, or cookies are blocked. Reload it and try again."))


def _page(request: HttpRequest | None, status: int, sentence: str, part: str = "") -> HttpResponse:
    context: dict[str, Any] = {"sentence": sentence, "status": status}
    # Refused before the session was read, there is nobody to draw the frame for.
    framed = request if request is not None and hasattr(request, "user") else None
    try:
        body: str = render_to_string(f"errors/{status}.html{part}", context, request=framed)
    except TemplateDoesNotExist:
        body = _plain(status, sentence)
    except Exception:
        logger.exception("The page for status %s cannot be drawn", status)
        body = _plain(status, sentence)
    answer = HttpResponse(body, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def _plain(status: int, sentence: str) -> str:
    fallback = {
        400: _("This request cannot be read."),
        403: _("You may not do this."),
        404: _("There is no such page."),
        409: _("This is not possible now."),
        429: _("Please wait a minute and try again."),
        500: _("Something went wrong on our side. Try again in a moment."),
        507: _("There is no room for this file at the moment. Nothing was stored. Try again later."),
        503: _("The portal is not available right now. Try again in a moment."),
    }
    return format_html('<!doctype html><title>{0}</title><p role="alert">{1}</p>', status, sentence or fallback[status])
