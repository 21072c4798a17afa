"""Unsafe or missing settings stop the start with one sentence."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "SECRET_KEY": "0123456789" * 6,
    "BASE_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
    "DATABASE_URL": "postgres://portal@127.0.0.1:5432/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "DEFAULT_FROM_EMAIL": "no-reply@portal.example",
}


def _start(
    program: str = "from django.conf import settings; print(settings.BASE_URL)", **environment: str
) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "DJANGO_SETTINGS_MODULE": "mci_portal.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _sentence(**changed: str | None) -> str:
    environment = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    done = _start(**environment)
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


def test_settings_complete_start():
    done = _start(**GOOD)
    assert (done.returncode, done.stdout.strip()) == (0, "https://portal.example")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_settings_without_a_required_name_refuse_and_name_it(name: str):
    assert f"{name} is not set." in _sentence(**{name: None})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY is shorter than 50 characters."),
        ("BASE_URL", "http://portal.example", "BASE_URL must start with https://"),
        ("DATABASE_URL", "sqlite:///x.db", "DATABASE_URL must name a PostgreSQL database"),
        ("DATABASE_URL", "mysql://root@db/x", "DATABASE_URL must name a PostgreSQL database"),
    ],
)
def test_settings_with_an_unsafe_value_refuse(name: str, value: str, words: str):
    assert words in _sentence(**{name: value})


def test_settings_that_cannot_stand_refuse_before_anything_is_read():
    """One of the many of test_environment, through the door."""
    assert "REDIS_URL must name a Redis server" in _sentence(REDIS_URL="http://redis")


def test_directory_that_is_none_stops_the_start():
    environment = {**GOOD, "TENANT_RESOLVER": "customers.resolution.nowhere.Directory"}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.defpath, "DJANGO_SETTINGS_MODULE": "mci_portal.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr.strip().endswith("“customers.resolution.nowhere.Directory”.")


def test_settings_of_the_demo_need_nothing_and_start_no_database(tmp_path):
    """Commands that need no database must not wait for one."""
    done = _start(DEMO="1", VAR_DIR=str(tmp_path / "var"))
    assert (done.returncode, done.stdout.strip()) == (0, "http://127.0.0.1:8000")
    assert not (tmp_path / "var").exists()


SHOW = "import {module}; from django.conf import settings as s; print({what})"
TIMEOUT = "s.DATABASES['default']['OPTIONS']['options'].partition('statement_timeout=')[2].split()[0]"


@pytest.mark.parametrize(("module", "limit"), [("mci_portal.wsgi", "10s"), ("mci_portal.celery", "30s")])
def test_statement_that_somebody_waits_for_ends_sooner_than_a_jobs(module: str, limit: str):
    """11.7"""
    done = _start(SHOW.format(module=module, what=TIMEOUT), **GOOD)
    assert (done.returncode, done.stdout.strip()) == (0, limit)


def test_production_keeps_its_promises_about_cookies_and_transport():
    """H07, ASVS V3.3, V3.4: what the tests' own settings loosen for plain HTTP."""
    names = (
        "SESSION_COOKIE_NAME CSRF_COOKIE_NAME LANGUAGE_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE "
        "SESSION_COOKIE_HTTPONLY CSRF_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE CSRF_COOKIE_SAMESITE SECURE_SSL_REDIRECT "
        "SECURE_HSTS_SECONDS SECURE_HSTS_INCLUDE_SUBDOMAINS SECURE_CONTENT_TYPE_NOSNIFF SESSION_COOKIE_AGE DEBUG"
    ).split()
    done = _start(f"from django.conf import settings as s; print([getattr(s, n) for n in {names}])", **GOOD)
    cookies = ["__Host-sid", "__Host-csrf", "__Host-language", True, True, True, True, "Lax", "Lax"]
    assert done.stdout.strip() == str([*cookies, True, 31_536_000, True, True, 12 * 3600, False])
