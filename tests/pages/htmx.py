"""What a browser with htmx makes of an answer: applied to the open page, it must equal a fresh load of the page."""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.test.html import Element, parse_html

# Told once, or brought for a moment; none of it is the page's content.
TOLD_ONCE = {"messages", "live", "dialogs", "unread"}
# Where the focus goes after a swap, and what says that a part lies elsewhere.
TRANSIENT = {"data-focus", "hx-swap-oob"}


def headers(target: str, url: str = "/") -> dict[str, str]:
    """``client.get(url, headers=headers("rows"))``: the request as htmx sends it for this target."""
    return {"HX-Request": "true", "HX-Target": target, "HX-Current-URL": f"http://testserver{url}"}


def swapped(page: str, answer: Any, target: str) -> Element:
    """The open ``page`` after htmx has taken over ``answer`` into ``target`` (outerHTML) and its out-of-band parts."""
    document = parse_html(page)
    here = []
    for part in parse_html(f"<body>{answer.content.decode()}</body>").children:
        if isinstance(part, Element) and "hx-swap-oob" in dict(part.attributes):
            _replace(document, dict(part.attributes)["id"], [part])
        else:
            here.append(part)
    _replace(document, answer.headers.get("HX-Retarget", target).removeprefix("#"), here)
    return document


def assert_swap_equals_reload(client: Client, url: str, post: tuple[str, dict], target: str = "claim") -> Any:
    """Open ``url``, send ``post`` (address, data) as htmx does from it, and compare with a fresh load of ``url``.

    Returns the answer to the post, which must be a success.
    """
    before = client.get(url)
    assert before.status_code == 200
    answer = client.post(post[0], post[1], headers=headers(target, url))
    assert answer.status_code == 200, answer.content.decode()
    after = client.get(url)
    assert content(swapped(before.content.decode(), answer, target)) == content(parse_html(after.content.decode()))
    return answer


def content(document: Element) -> list[str]:
    """The page's content line by line, without what is told once, tokens and the place of the focus."""
    for element in _elements(document):
        attributes = dict(element.attributes)
        if attributes.get("id") in TOLD_ONCE:
            element.children = []
        if "csrf" in (attributes.get("name") or ""):
            attributes = {"name": attributes["name"]}
        element.attributes = sorted((name, value) for name, value in attributes.items() if name not in TRANSIENT)
    return str(document).replace(">", ">\n").replace("<", "\n<").split("\n")


def _elements(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        if isinstance(child, Element):
            yield from _elements(child)


def _replace(document: Element, name: str, parts: list) -> None:
    places = [
        (parent, child)
        for parent in _elements(document)
        for child in parent.children
        if isinstance(child, Element) and dict(child.attributes).get("id") == name
    ]
    assert len(places) == 1, f"#{name} is on the page {len(places)} times"
    parent, old = places[0]
    # Not list.index: elements compare by value, and the first equal one may stand elsewhere.
    position = next(number for number, child in enumerate(parent.children) if child is old)
    parent.children[position : position + 1] = parts
