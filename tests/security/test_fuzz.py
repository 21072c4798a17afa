"""G2: whatever is sent to any address, no answer is a server error, and who is turned away writes nothing.

The forms are those of the pages themselves. ``FUZZ=50000`` sends more than the run of every day, with a new seed.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from tests.security.browser import Visitor
from tests.security.expectations import ACTORS, LET_IN, expected
from tests.security.nasty import Nasty
from tests.security.routes import ROUTES
from tests.security.world import PLACES

pytestmark = [pytest.mark.django_db, pytest.mark.template_gaps]

REQUESTS = int(os.environ.get("FUZZ", "600"))
SEED = int(time.time()) if "FUZZ" in os.environ else 20260701


@dataclass
class Form:
    """One form of a page: ``fields`` with the values that it would send, ``files`` the names of its file fields."""

    visitor: Visitor
    method: str
    url: str
    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Collects the forms of a page, and the parameters that its links carry."""

    def __init__(self, visitor: Visitor, url: str) -> None:
        super().__init__()
        self.visitor, self.url, self.forms, self.select = visitor, url, [], ""
        self.parameters: dict[str, list[str]] = defaultdict(list)

    def handle_starttag(self, tag: str, given: list) -> None:
        told = {name: value or "" for name, value in given}
        if tag == "form":
            action = urljoin(self.url, told.get("hx-post") or told.get("action", ""))
            self.forms.append(Form(self.visitor, told.get("method", "get").upper(), action))
        elif tag == "a":
            for name, value in parse_qsl(urlsplit(told.get("href", "")).query):
                self.parameters[name].append(value)
        elif tag == "select":
            self.select = told.get("name", "")
        elif tag == "option" and self.select and self.forms:
            self.forms[-1].fields[self.select] = [told.get("value", "")]
        elif tag in ("input", "textarea", "button") and told.get("name") and self.forms:
            if told.get("type") == "file":
                self.forms[-1].files.append(told["name"])
            elif told["name"] != "csrfmiddlewaretoken":
                self.forms[-1].fields[told["name"]].append(told.get("value", ""))


@pytest.fixture(scope="module")
def found(world, django_db_blocker) -> tuple[list[tuple[Visitor, str]], list[Form], dict[str, list[str]]]:
    """Each address with somebody who is let in; every form of their pages; every parameter that a link or form has."""
    pages, forms, parameters = [], {}, defaultdict(list)
    with django_db_blocker.unblock():
        visitors = {name: Visitor(world.people.get(name)) for name in ACTORS}
        for route in ROUTES:
            let_in = [(name, place) for name in ACTORS for place in PLACES if expected(route, name, place) == LET_IN]
            for actor, place in {pair[0]: pair for pair in (*let_in[:1], *let_in[-1:])}.values():
                url = route.url(world.values(route.name, place))
                pages.append((visitors[actor], url))
                reader = Reader(visitors[actor], url)
                reader.feed(visitors[actor].send("GET", url).body.decode(errors="replace"))
                forms |= {(form.method, form.url, actor, *form.fields): form for form in reader.forms}
                _gather(reader, parameters)
    return pages, list(forms.values()), parameters


def _gather(reader: Reader, parameters: dict[str, list[str]]) -> None:
    for name, values in reader.parameters.items():
        parameters[name] += values
    for form in reader.forms:
        if form.method == "GET":
            for name, values in form.fields.items():
                parameters[name] += values


def test_forms_and_parameters_of_the_pages_are_found(found):
    pages, forms, parameters = found
    assert len(pages) > len(ROUTES)
    assert len(forms) > 100
    assert {"q", "status", "sort", "tab"} <= set(parameters)


def test_nothing_that_is_sent_anywhere_is_a_server_error(found, caplog):
    caplog.set_level("CRITICAL")
    nasty, wrong, statuses = Nasty(SEED), [], defaultdict(int)
    for visitor, method, url, body, kind, hx in _requests(nasty, *found):
        answer = visitor.send(method, url, body, hx=hx, kind=kind)
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            wrong.append(f"{answer.status_code}: {method} {url[:300]} {kind} {body[:600]!r}")
        if answer.status_code in (400, 403, 404, 413) and visitor.wrote:
            wrong.append(f"{answer.status_code} but wrote {set(visitor.wrote)}: {method} {url[:300]} {body[:600]!r}")
    assert not wrong, f"seed {SEED}\n" + "\n".join(wrong[:40])
    assert statuses[422] > REQUESTS // 50  # the bodies reach the forms
    assert statuses[200] > REQUESTS // 20


def _requests(nasty: Nasty, pages: list, forms: list[Form], parameters: dict[str, list[str]]) -> Iterator[tuple]:
    names = sorted({*parameters, *(name for form in forms for name in form.fields)})
    for _number in range(REQUESTS // 2):
        visitor, url = nasty.draw.choice(pages)
        query = nasty.query(sorted(parameters), parameters)
        yield visitor, "GET", f"{url}?{query}", b"", "", nasty.draw.random() < 0.3
        form = nasty.draw.choice(forms)
        sent = nasty.fields(form.fields, names)
        body, kind = nasty.body(sent, form.files)
        if form.method == "GET":
            yield (
                form.visitor,
                "GET",
                form.url + "?" + nasty.query(list(form.fields) or names, form.fields),
                b"",
                "",
                False,
            )
        else:
            yield form.visitor, "POST", form.url, body, kind, nasty.draw.random() < 0.3
