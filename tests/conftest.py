"""What holds for every test. The settings are in ``tests/settings.py``; the promises that any test may break
by accident, and their exceptions, are in ``tests/promises``."""

import os
import signal
import sys
from collections.abc import Iterator

import hypothesis
import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation

# Playwright leaves an event loop running in the main thread, which Django takes for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytest_plugins = [
    "tests.cast",
    "tests.promises.browser",
    "tests.promises.invariants",
    "tests.promises.network",
    "tests.promises.safe_methods",
    "tests.promises.templates",
]


def pytest_configure() -> None:
    # Ended by a time limit, the run must still stop the embedded server on its way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # How long an example takes says how busy the machine is, and nothing about the code.
    hypothesis.settings.register_profile("unhurried", deadline=None)
    hypothesis.settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """A browser that hung up in the middle of an answer can leave a thread of the live server with its session,
    and a database somebody is connected to cannot be dropped."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture(autouse=True)
def _english() -> None:
    """Django leaves the language of the last request active in the thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and cached counts of one test are nothing to the next."""
    if settings.REDIS_URL:
        _remove_our_keys()
    else:
        cache.clear()


def pytest_sessionfinish() -> None:
    if settings.REDIS_URL:
        _remove_our_keys()


def _remove_our_keys() -> None:
    """Never the whole Redis: it may hold what somebody else works with."""
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as link:
        if keys := list(link.scan_iter(f"{settings.REDIS_PREFIX}*", count=1000)):
            link.delete(*keys)
