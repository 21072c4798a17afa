"""One address serves a page and its parts: which of them an HTMX request gets is decided by its target."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect


def answer(
    request: HttpRequest, template: str, context: dict, *, parts: tuple[str, ...] = (), status: int = 200
) -> HttpResponse:
    """The page, or the one of its ``parts`` (names of template partials = ids of elements) that HTMX asks for."""
    htmx = request.htmx
    if htmx and htmx.target in parts and not htmx.history_restore_request:
        template = f"{template}#{htmx.target}"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Leave for another page after a POST: a redirect, or for HTMX a load of the whole new page."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)
