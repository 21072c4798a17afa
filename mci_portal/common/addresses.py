"""Addresses of pages that are the same for everybody."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=512)
def path_to(name: str) -> str:
    """``reverse`` for an address without parameters; kept, because a page asks for twenty of them and they cannot
    change while the process runs."""
    return reverse(name)
