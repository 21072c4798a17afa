"""`/healthz` and `/readyz`."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from mci_portal.common import health
from mci_portal.common.clock import database_now
from mci_portal.common.jobs import beat

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.runtime.urls")]


@pytest.fixture(autouse=True)
def _jobs(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.HEARTBEAT_MAX_AGE = {"sweep": 300}
    monkeypatch.setattr(health, "_checks", {})


def test_healthz_asks_no_database(client: Client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readyz_before_the_job_ever_ran_is_not_ready(client: Client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "parts": {"database": "ok", "sweep": "never ran"}}


def test_readyz_with_a_fresh_heartbeat_is_ready(client: Client):
    beat("sweep", database_now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "parts": {"database": "ok", "sweep": "ok"}}
    assert answer["Cache-Control"] == "no-store"


def test_readyz_with_an_old_heartbeat_is_not_ready(client: Client):
    """FA10: the dead-man check."""
    beat("sweep", database_now() - timedelta(seconds=301))
    assert client.get("/readyz").status_code == 503


def test_readyz_with_a_failing_registered_check_is_not_ready(client: Client):
    beat("sweep", database_now())
    health.register("outbox", lambda now: "mail waits too long")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["outbox"]) == (503, "mail waits too long")


def test_readyz_without_a_database_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch):
    """G13: 503, no server error."""

    def away():
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "database_now", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]) == (503, {"database": "does not answer"})


def test_readyz_by_post_is_refused(client: Client):
    assert client.post("/readyz").status_code == 405
