"""What all pages have in common that a mailed link opens and nobody signs in to (TK01, TK09, TK12, TK14)."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import decorator_from_middleware
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from mci_portal.common import errors, languages, throttle

METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


class _LinkCsrf(CsrfViewMiddleware):
    """Cookie and form token as everywhere. A page that sends no referrer posts with ``Origin: null``, though, in
    every browser, and Django takes that for a stranger."""

    def _origin_verified(self, request: HttpRequest) -> bool:
        return request.META["HTTP_ORIGIN"] == "null" or super()._origin_verified(request)


def by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Decorate a view whose first argument after the request is the link's secret.

    Sets the headers on whatever is answered, checks forms, and counts every Http404 against the address it came
    from: too many make it 429. A right link is always answered. ``?language=`` chooses the language, and no cookie.
    """
    checked = decorator_from_middleware(_LinkCsrf)(view)

    @csrf_exempt  # checked above, in the way that suits these pages
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.by_link = True  # type: ignore[attr-defined]
        if chosen := languages.known(request.GET.get("language")):
            languages.speak(request, chosen)
        answer = _answered(checked, request, *args, **kwargs)
        for name, value in HEADERS.items():
            answer[name] = value
        return answer

    return page


def speak(request: HttpRequest, language: str) -> None:
    """Answer in the language chosen on the page, else in ``language``, which the link's mail was written in."""
    languages.speak(request, languages.known(request.GET.get("language")) or languages.known(language) or "en")


def kept(request: HttpRequest) -> str:
    """What a link from one such page to another carries along: "" or ``?language=nl``."""
    chosen = languages.known(request.GET.get("language"))
    return f"?{urlencode({'language': chosen})}" if chosen else ""


def onward(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Redirect to another page of the same link, in the same language."""
    return redirect(reverse(name, args=[token]) + kept(request))


def _answered(
    view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(METHODS)})
    try:
        if any(len(values) > 1 for _name, values in request.POST.lists()):
            raise BadRequest(_("A field may be sent only once."))
        return view(request, *args, **kwargs)
    except BadRequest as refusal:
        return errors.bad_request(request, refusal)
    except errors.Conflict as refusal:
        return errors.conflict(request, refusal.sentence)
    except Http404:
        return _missed(request)


def _missed(request: HttpRequest) -> HttpResponse:
    if not throttle.miss(throttle.address_of(request)):
        return errors.not_found(request)
    return errors.too_many(request, retry_after=throttle.WINDOW_SECONDS)
