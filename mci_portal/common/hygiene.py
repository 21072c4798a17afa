"""Refuses requests that no page should have to think about, before a view runs, and marks what caches may keep.

One middleware, near the top. The rules are those of reliability A01 and A08-A13.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.request import UnreadablePostError
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
FORM_OVERHEAD_BYTES = 1024 * 1024  # what a form may need around its files


class RequestHygieneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        request.get_host()  # an unknown host is refused here, not by whoever first builds a link
        _refuse_bad_address(request)
        if _body_length(request) > settings.UPLOAD_MAX_BYTES_PER_CLAIM + FORM_OVERHEAD_BYTES:
            return HttpResponse(_("This upload is too large."), status=413, content_type="text/plain; charset=utf-8")
        answer = self.get_response(request)
        patch_vary_headers(answer, ["HX-Request", "HX-Target"])
        # Asking for the user here would read the session for pages that need none.
        reader = getattr(request, "_cached_user", None)
        if reader is not None and reader.is_authenticated:
            answer["Cache-Control"] = "no-store"
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Refuse a body that sends a single-valued field twice. The pages behind a mailed link are exempt from the CSRF
        middleware, because they check in a way of their own, and look at this themselves too (``token_pages``)."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        try:
            _refuse_repeated(request.POST)
        except UnreadablePostError:
            raise BadRequest(_("The request broke off.")) from None
        for name in request.GET.keys() & request.POST.keys():
            if request.GET[name] != request.POST[name]:
                raise BadRequest(_("“%(name)s” was sent twice with different values.") % {"name": name[:50]})

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A NUL byte that passed no form field stops at the database; that is the sender's fault, not ours."""
        if isinstance(exception, (ValueError, DataError)) and "NUL (0x00)" in str(exception):
            raise BadRequest(_("The request holds a character that is not text.")) from exception


def _refuse_bad_address(request: HttpRequest) -> None:
    texts = [request.path, *request.GET, *(value for values in request.GET.lists() for value in values[1])]
    if any("\x00" in text for text in texts):
        raise BadRequest(_("The address holds a character that is not text."))
    _refuse_repeated(request.GET)


def _refuse_repeated(sent: QueryDict) -> None:
    for name, values in sent.lists():
        if len(values) > 1 and name not in settings.MULTI_VALUED_PARAMETERS:
            raise BadRequest(_("“%(name)s” may be sent only once.") % {"name": name[:50]})


def _body_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
