"""HTMX at every page: each link that swaps a part of the page leaves what a fresh load of its address shows.

The links are those that the pages carry; a new list is compared without being named here.
"""

import re
from html import unescape

import pytest
from django.test.html import parse_html

from tests.pages.htmx import content, headers, swapped
from tests.security.browser import Visitor
from tests.security.expectations import ACTORS, LET_IN, expected
from tests.security.routes import ROUTES
from tests.security.world import PLACES

pytestmark = pytest.mark.django_db

TAG = re.compile(r"<(?:a|form|button|select|input)\b[^>]*\bhx-get=[^>]*>")
ATTRIBUTE = re.compile(r'\b([\w-]+)="([^"]*)"')
# Outside the swapped part the script renews from the address what forms keep and tabs carry; a browser shows that in
# tests/pages/test_lists_browser.py. The box holds what was typed.
KEPT, TYPED = 'type="hidden"', re.compile(r'(<input[^>]* name="q"[^>]* value=")[^"]*')
# What tabs carry, and the moment at which a page of figures was asked for.
CARRIED = re.compile(r"\bq=a&?|(?:(?<=since=)|(?<=until=))[^&\"]*")
A_FEW = 4  # of the links of one page; they differ in their parameters only
NEVER = {"dialogs", "unread"}  # panels over the page, and the counter that every page asks for by itself


def swaps(body: str) -> list[tuple[str, str]]:
    """(address, target) of the page's own links; a form is sent as it stands, and with a word to search for."""
    found = []
    for tag in TAG.findall(body):
        told = {name: unescape(value) for name, value in ATTRIBUTE.findall(tag)}
        target = told.get("hx-target", "").removeprefix("#")
        if not target or target in NEVER or f'id="{target}"' not in body:
            continue
        found.append((told["hx-get"] + ("?q=a" if tag.startswith("<form") else ""), target))
    places = range(0, len(found), max(1, len(found) // A_FEW))
    return [found[place] for place in places]


def test_every_swap_equals_a_fresh_load(world):
    visitors = {name: Visitor(world.people.get(name)) for name in ACTORS}
    wrong, compared = [], set()
    for route in ROUTES:
        let_in = [(name, place) for name in ACTORS for place in PLACES if expected(route, name, place) == LET_IN]
        for actor, place in {pair[0]: pair for pair in (*let_in[:1], *let_in[-1:])}.values():
            visitor, url = visitors[actor], route.url(world.values(route.name, place))
            page = visitor.send("GET", url)
            if page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
                continue
            for address, target in swaps(page.text):
                if (difference := _difference(visitor, url, page.text, address, target)) is not None:
                    compared.add(route.name)
                    wrong += [f"{url} -> {address} as {actor}: {line}" for line in difference]
    assert not wrong, "\n".join(wrong[:60])
    assert len(compared) > 20


def _plain(lines: list[str]) -> list[str]:
    shown = (CARRIED.sub("", TYPED.sub(r"\1", line)).replace('?"', '"') for line in lines)
    return [line for line in shown if line and KEPT not in line]


def _difference(visitor: Visitor, url: str, page: str, address: str, target: str) -> list[str] | None:
    """The lines that differ; None where the link does not swap a part of this page."""
    part = visitor.send("GET", address, headers=headers(target, url))
    fresh = visitor.send("GET", address)
    if part.status_code != 200 or "<html" in part.text:
        return None
    there, here = _plain(content(swapped(page, part, target))), _plain(content(parse_html(fresh.text)))
    return [f"swapped {a!r}, fresh {b!r}" for a, b in zip(there, here, strict=False) if a != b][:3] + (
        [] if len(there) == len(here) else [f"{len(there)} lines swapped, {len(here)} fresh"]
    )
