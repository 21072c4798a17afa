"""The promises that every test checks in passing can themselves fail."""

import socket

import pytest
from django.template import Context, engines
from django.test import Client

from tests.promises.network import OutgoingConnection
from tests.promises.safe_methods import SafeMethodWrote
from tests.promises.templates import OURS, UnknownTemplateVariable


@pytest.mark.django_db
@pytest.mark.urls("tests.runtime.urls")
def test_get_that_writes_fails(client: Client):
    with pytest.raises(SafeMethodWrote):
        client.get("/writes/")
    assert client.post("/writes/").content == b"written"


@pytest.mark.django_db
@pytest.mark.urls("tests.runtime.urls")
@pytest.mark.safe_methods_may_write
def test_get_that_writes_passes_where_marked(client: Client):
    assert client.get("/writes/").content == b"written"


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com", "169.254.169.254"])
def test_outgoing_connection_fails(host: str):
    """C07."""
    with pytest.raises(OutgoingConnection):
        socket.create_connection((host, 80), timeout=0.1)


def _render(source: str, name: str) -> str:
    template = engines["django"].engine.from_string(source)
    template.origin.name = name
    return template.render(Context({"known": "yes"}))


def test_unknown_variable_in_our_template_fails():
    with pytest.raises(UnknownTemplateVariable):
        _render("{{ known }} {{ unknown }}", str(OURS / "templates" / "page.html"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ known }}", "yes"),
        ("{% if unknown %}a{% else %}b{% endif %}", "b"),
        ("{{ unknown|default:'c' }}", "c"),
        ("{{ unknown|default:known|upper }}", "YES"),
    ],
)
def test_variable_that_may_be_absent_passes_when_asked_for(source: str, expected: str):
    assert _render(source, str(OURS / "templates" / "page.html")) == expected


def test_unknown_variable_in_a_foreign_template_stays_empty():
    assert _render("a{{ unknown }}{{ unknown|upper }}b", "/usr/lib/site-packages/admin/base.html") == "ab"


@pytest.mark.template_gaps
def test_unknown_variable_passes_where_marked():
    assert _render("a{{ unknown }}b", str(OURS / "templates" / "page.html")) == "ab"
