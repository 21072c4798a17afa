"""What one request reads once, however many rows ask for it: small tables that operators keep, such as wordings.

Nothing outlives its request, so no process ever answers with what another one has changed since.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)


def once(name: str, load: Callable[[], Any]) -> Any:
    """What ``load`` returns; during a request it is called the first time only. Outside of one: each time."""
    kept = _kept.get()
    if kept is None:
        return load()
    if name not in kept:
        kept[name] = load()
    return kept[name]


def once_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Begin with nothing for every request."""

    def answer(request: HttpRequest) -> HttpResponse:
        token = _kept.set({})
        try:
            return get_response(request)
        finally:
            _kept.reset(token)

    return answer
