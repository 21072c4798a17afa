"""Values that would start an unsafe or a broken portal, and the sentence each is refused with."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from mci_portal.environment import refuse_unsafe
from tests.runtime.test_settings import GOOD


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "a" * 60, "SECRET_KEY repeats the same few characters."),
        ("BASE_URL", "https://", "BASE_URL must start with https:// and name a host"),
        ("BASE_URL", "https://portal.example:abc", "BASE_URL must start with https:// and name a host"),
        ("BASE_URL", "https://other.example", "ALLOWED_HOSTS does not hold the host of BASE_URL, other.example."),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name each host"),
        ("ALLOWED_HOSTS", "portal.example,*.example", "ALLOWED_HOSTS must name each host"),
        ("ALLOWED_HOSTS", " , ", "ALLOWED_HOSTS must name each host"),
        ("ALLOWED_HOSTS", "https://portal.example", "ALLOWED_HOSTS must name each host"),
        ("ALLOWED_HOSTS", "otherportal.example", "ALLOWED_HOSTS does not hold the host of BASE_URL, portal.example."),
        ("DATABASE_URL", "postgres://", "DATABASE_URL must name a server and a database"),
        ("DATABASE_URL", "postgres://u@h:99999/x", "DATABASE_URL must name a server and a database"),
        ("REDIS_URL", "http://x", "REDIS_URL must name a Redis server"),
        ("REDIS_URL", "redis", "REDIS_URL must name a Redis server"),
        ("EMAIL_URL", "foo", "EMAIL_URL must name a mail server"),
        ("EMAIL_URL", "smtp://h:abc", "EMAIL_URL must name a mail server"),
        ("EMAIL_URL", "consolemail://", "EMAIL_URL must name a mail server"),
        ("STORAGE_URL", "ftp://x", "STORAGE_URL must be a folder, or s3://bucket"),
        ("ENTRA_BASE_URL", "http://login.example", "ENTRA_BASE_URL must start with https:// and name a host."),
        ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE must be a time zone"),
        ("TIME_ZONE", "../../etc/passwd", "TIME_ZONE must be a time zone"),
        ("DEFAULT_FROM_EMAIL", "the portal", "DEFAULT_FROM_EMAIL must hold an e-mail address"),
        ("FIELD_ENCRYPTION_KEYS", "abc", "FIELD_ENCRYPTION_KEYS holds something that is no Fernet key."),
        ("TRUSTED_PROXY_COUNT", "x", "TRUSTED_PROXY_COUNT must be a whole number from 0, not “x”."),
        ("TRUSTED_PROXY_COUNT", "-1", "TRUSTED_PROXY_COUNT must be a whole number from 0, not “-1”."),
        ("PARTNER_ACTION_MIN_DAYS", "1.5", "PARTNER_ACTION_MIN_DAYS must be a whole number from 0, not “1.5”."),
        ("CPOR_USERS_SUBMIT", "perhaps", "CPOR_USERS_SUBMIT must be true or false, not “perhaps”."),
    ],
)
def test_value_that_cannot_stand_is_refused_in_one_sentence(name: str, value: str, sentence: str):
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_unsafe(GOOD | {name: value})
    assert str(refusal.value).startswith(sentence)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ALLOWED_HOSTS": ".example, 127.0.0.1"},
        {"BASE_URL": "https://portal.example:8443/"},
        {"DATABASE_URL": "postgres:///portal"},
        {"DATABASE_URL": "postgres://build/build"},
        {"REDIS_URL": "rediss://:secret@redis.example:6380/1"},
        {"EMAIL_URL": "smtp+tls://user:pass%40word@mail.example:587"},
        {"STORAGE_URL": "/srv/files"},
        {"STORAGE_URL": "s3://bucket?region_name=eu-west-1"},
        {"DEFAULT_FROM_EMAIL": "Partner Portal <no-reply@portal.example>"},
        {"FIELD_ENCRYPTION_KEYS": ",".join(Fernet.generate_key().decode() for _number in range(2))},
        {"TRUSTED_PROXY_COUNT": "2", "CPOR_USERS_SUBMIT": "False", "TIME_ZONE": "Europe/Amsterdam"},
    ],
)
def test_value_that_can_stand_is_let_through(given: dict[str, str]):
    refuse_unsafe(GOOD | given)
