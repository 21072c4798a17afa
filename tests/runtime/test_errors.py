"""What a refused or failed request gets to see."""

import re

import psycopg
import pytest
from django.db import OperationalError
from django.test import Client

from tests.runtime import urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.runtime.urls")]


def test_conflict_answers_409_with_its_sentence_escaped(client: Client):
    answer = client.get("/wrong-moment/")
    assert answer.status_code == 409
    assert "The claim &lt;b&gt;1000001&lt;/b&gt; is already submitted." in answer.text
    assert "HX-Retarget" not in answer


def test_conflict_for_htmx_answers_409_into_the_message_region(client: Client):
    answer = client.get("/wrong-moment/", headers={"HX-Request": "true", "HX-Target": "rows"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#messages"
    assert "is already submitted." in answer.text
    assert "<html" not in answer.text


def test_refusal_answers_403_with_its_sentence(client: Client):
    answer = client.get("/refused/")
    assert answer.status_code == 403
    assert "Only an incentives admin may do this." in answer.text


def test_missing_answers_the_same_bytes_for_foreign_and_unknown(client: Client):
    """Section 6: nothing in a 404 tells whether the thing exists."""
    foreign, unknown = client.get("/missing/"), client.get("/never-was/")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    # The token for scripts is masked anew for every page.
    assert re.sub(r"\b\w{64}\b", "", foreign.text) == re.sub(r"\b\w{64}\b", "", unknown.text)
    assert "Fabrikam" not in foreign.text


def test_server_error_tells_nothing_of_its_cause(client: Client):
    client.raise_request_exception = False
    answer = client.get("/broken/")
    assert answer.status_code == 500
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        (psycopg.OperationalError("connection refused"), 503),
        (psycopg.errors.AdminShutdown(), 503),
        (psycopg.errors.TooManyConnections(), 503),
        (psycopg.errors.LockNotAvailable(), 409),
        (psycopg.errors.DeadlockDetected(), 409),
        (psycopg.errors.DiskFull(), 500),
    ],
)
def test_failing_database_answers_by_its_kind(client: Client, monkeypatch: pytest.MonkeyPatch, cause, status: int):
    """G13: away is 503 with Retry-After; 11.2: rows held by others is 409."""

    def fail(*_args) -> None:
        raise OperationalError("no") from cause

    monkeypatch.setattr(urls, "failure", fail)
    client.raise_request_exception = False
    answer = client.get("/database-fails/")
    assert answer.status_code == status
    assert (answer.get("Retry-After") == "10") is (status == 503)


def test_form_without_its_token_answers_403():
    """H01, plain and with HTMX."""
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/echo/", {"name": "a"}).status_code == 403
    assert strict.post("/echo/", {"name": "a"}, headers={"HX-Request": "true"}).status_code == 403


@pytest.mark.parametrize("address", ["/wrong-moment/", "/refused/", "/missing/", "/broken/", "/echo/?q=%00"])
def test_error_page_is_framed_nowhere_and_stored_nowhere(client: Client, address: str):
    """H06."""
    client.raise_request_exception = False
    answer = client.get(address)
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
