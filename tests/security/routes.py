"""Every address of the portal, read from the URL configuration itself, so that no list can be forgotten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# Django's own pages, with Django's own rules (staff only); counted apart by the tests.
FOREIGN_NAMESPACES = {"admin"}


@dataclass(frozen=True)
class Route:
    name: str  # "claims:detail"
    parameters: tuple[str, ...]
    view: Callable

    @property
    def rule(self) -> str | None:
        return getattr(self.view, "access_rule", None)

    def url(self, values: dict) -> str:
        return reverse(self.name, kwargs={name: values[name] for name in self.parameters})

    def __str__(self) -> str:
        return self.name


def _walk(patterns: list, namespaces: tuple[str, ...], before: tuple[str, ...]) -> Iterator[Route]:
    for entry in patterns:
        here = before + tuple(entry.pattern.converters)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            if not FOREIGN_NAMESPACES & set(inner):
                yield from _walk(entry.url_patterns, inner, here)
        elif isinstance(entry, URLPattern):
            yield Route(":".join((*namespaces, entry.name or "?")), here, entry.callback)


def routes() -> list[Route]:
    return list(_walk(get_resolver().url_patterns, (), ()))


ROUTES = routes()
