"""What every answer carries, refusals and errors included (reliability 5H, A12; ASVS V3.4)."""

import re

import pytest
from django.db import transaction
from django.test import Client, override_settings

from tests.security.browser import HX, Visitor
from tests.security.expectations import ACTORS, LET_IN, expected
from tests.security.routes import ROUTES
from tests.security.world import NOBODYS, PLACES

pytestmark = pytest.mark.django_db

# Shown inside a frame of our own page, and nowhere else.
FRAMED = {"review:document", "outbox:mail_html"}
# A mail is drawn as it was sent, styles included; it stands in a sandbox that runs nothing.
MAILS = {"outbox:mail_html"}
UNWANTED = {
    "an inline style": re.compile(r"<[^>]+\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]+\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript address": re.compile(r"""(?:href|src|action)\s*=\s*["']?\s*javascript:""", re.IGNORECASE),
    "an htmx handler": re.compile(r"<[^>]+\shx-on", re.IGNORECASE),
    "something from elsewhere": re.compile(r"""<(?:script|img|link|iframe)[^>]+(?:src|href)=["']?(?:https?:)?//"""),
}
TEXT_IN_QUOTES = re.compile(r'"[^"]*"')


def policy(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value.strip() for name, _space, value in parts if name}


def every_answer(world):
    """One answer per address, method and kind: let in, refused at the door, unknown object, wrong method."""
    visitors = {name: Visitor(world.people.get(name)) for name in ACTORS}
    for route in ROUTES:
        reader = next(
            ((name, place) for name in ACTORS for place in PLACES if expected(route, name, place) == LET_IN),
            ("ana", PLACES[0]),
        )
        for who, place in {reader, ("anonymous", PLACES[0]), ("nora", PLACES[0]), (reader[0], NOBODYS)}:
            url = route.url(world.values(route.name, place))
            for method in ("GET", "POST", "PUT"):
                yield route, who, method, visitors[who].send(method, url)
        yield route, reader[0], "GET hx", visitors[reader[0]].send("GET", url, hx=True)


@pytest.fixture(scope="module")
def answers(world, django_db_blocker):
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        found = list(every_answer(world))
        transaction.set_rollback(True)
        return found


def test_every_answer_has_its_headers(answers):
    """H06, H07."""
    wrong, seen = [], 0
    for route, who, method, answer in answers:
        seen += 1
        for fault in _faults(route, who, answer):
            wrong.append(f"{method} {route} as {who} ({answer.status_code}): {fault}")
    assert not wrong, "\n".join(wrong)
    assert seen > 10 * len(ROUTES)


def _faults(route, who: str, answer):
    headers = answer.headers
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        yield f"Referrer-Policy {headers.get('Referrer-Policy')}"
    if who not in ("anonymous", "dora") and answer.status_code < 500 and route.rule not in ("public", "token", "demo"):
        if "no-store" not in headers.get("Cache-Control", ""):
            yield f"may be kept: {headers.get('Cache-Control')}"
    if route.rule == "token" and answer.status_code != 405:
        if headers.get("Referrer-Policy") != "no-referrer" or "no-store" not in headers.get("Cache-Control", ""):
            yield "a mailed link may leak"
        if "noindex" not in headers.get("X-Robots-Tag", ""):
            yield "may be indexed"
    if "Content-Security-Policy" not in headers:
        yield "no policy"
        return
    rules, shown = policy(answer), route.name in FRAMED and answer.status_code == 200
    if "unsafe" in headers["Content-Security-Policy"] and not (route.name in MAILS and shown):
        yield "the policy allows what is unsafe"
    if "sandbox" in rules and rules.get("script-src", "'none'") == "'none'" and not shown:
        return
    if rules.get("default-src") != "'none'" or rules.get("base-uri") != "'none'":
        yield f"the policy is loose: {headers['Content-Security-Policy']}"
    if rules.get("frame-ancestors") != ("'self'" if shown else "'none'"):
        yield f"may stand in a frame: {rules.get('frame-ancestors')}"
    if headers.get("X-Frame-Options") != ("SAMEORIGIN" if shown else "DENY"):
        yield f"X-Frame-Options {headers.get('X-Frame-Options')}"


def test_no_page_has_inline_code(answers):
    """The policy would break it; the page must not need it either."""
    wrong, pages = set(), 0
    for route, who, method, answer in answers:
        if "html" not in answer.headers.get("Content-Type", "") or route.name in MAILS:
            continue
        pages += 1
        # What stands inside attribute values is text; only the attributes' names count.
        html = answer.body.decode()
        tags = TEXT_IN_QUOTES.sub('""', html)
        for what, pattern in UNWANTED.items():
            source = html if "address" in what or "elsewhere" in what or "script" in what else tags
            if found := pattern.search(source):
                wrong.add(f"{method} {route} as {who} has {what}: {found[0][:120]}")
    assert not wrong, "\n".join(sorted(wrong))
    assert pages > 2 * len(ROUTES)


@pytest.mark.parametrize(
    ("what", "page"),
    [
        ("an inline style", '<p style="color: red">'),
        ("a style element", "<style>p {}</style>"),
        ("an inline script", "<script>alert(1)</script>"),
        ("an event handler", '<img src="x" onerror="alert(1)">'),
        ("a javascript address", '<a href="javascript:alert(1)">'),
        ("an htmx handler", '<p hx-on:click="alert(1)">'),
        ("something from elsewhere", '<script src="https://cdn.example/x.js"></script>'),
    ],
)
def test_inline_code_is_noticed(what, page):
    """The net under the test above holds."""
    assert [name for name, pattern in UNWANTED.items() if pattern.search(page)] == [what]


@pytest.mark.parametrize("hx", [False, True], ids=["plain", "htmx"])
def test_post_without_token_is_refused_everywhere(world, hx):
    """H01: signed in or not, 403 before the view does anything."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.people["ana"])
    open_doors = []
    for route in ROUTES:
        place = next((one for one in PLACES if expected(route, "ana", one) == LET_IN), PLACES[0])
        url = route.url(world.values(route.name, place))
        # Somebody else's site is what the token guards against; without a Referer or Origin it does as well.
        answer = client.post(url, world.body(route.name, place), headers=HX if hx else {})
        if answer.status_code not in (403, 404, 405):
            open_doors.append(f"{route}: {answer.status_code}")
    assert not open_doors, "\n".join(open_doors)


@pytest.mark.parametrize(
    "next_page",
    ["//evil.example", "/\\evil.example", "javascript:alert(1)", "https://evil.example/", "\\\\evil.example"],
)
def test_sign_in_leads_nowhere_else(client, world, next_page, settings):
    """H05."""
    settings.DEMO = True
    sent = {"login": "ana@contoso.example", "password": "Demo-portal-2021", "next": next_page}
    answer = client.post("/sign-in/", sent)
    assert (answer.status_code, answer.url) == (302, "/")


@pytest.mark.parametrize("path", ["/", "/sign-in/", "/incentives/claims/", "/consent/nosuchthing/", "/nosuchpage/"])
def test_foreign_host_is_refused(client, path):
    """A12."""
    answer = client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


def test_forwarded_host_is_ignored(client, db):
    """A12: links are made from the one configured address."""
    answer = client.get("/incentives/claims/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.url == "/sign-in/?next=/incentives/claims/"
    assert "evil.example" not in str(answer.headers) + answer.content.decode()
