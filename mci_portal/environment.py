"""Refuses environment values that would start an unsafe or a broken portal. Pure; called first by ``settings``.

What is missing altogether is refused by ``settings`` itself, where each name is read.
"""

from collections.abc import Callable, Mapping
from email.utils import parseaddr
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

NUMBERS = (
    "TRUSTED_PROXY_COUNT",
    "PARTNER_ACTION_MIN_DAYS",
    "CONSENT_RESENDS_PER_DAY",
    "CONN_MAX_AGE",
    "EMAIL_TIMEOUT",
)
FLAGS = ("CPOR_OPT_OUT_ANY_TIME", "CPOR_USERS_SUBMIT", "EMBEDDED_DATABASE")
YES_OR_NO = {"true", "on", "ok", "y", "yes", "1", "false", "off", "n", "no", "0"}
FEWEST_DIFFERENT_CHARACTERS = 5


def refuse_unsafe(values: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured with one sentence for the first value that cannot stand; empty ones are left out."""
    for name in NUMBERS:
        if (given := values.get(name)) and not (given.isascii() and given.isdecimal() and len(given) < 7):
            raise ImproperlyConfigured(f"{name} must be a whole number from 0, not “{given}”.")
    for name in FLAGS:
        if (given := values.get(name)) and given.lower() not in YES_OR_NO:
            raise ImproperlyConfigured(f"{name} must be true or false, not “{given}”.")
    for name, (stands, sentence) in RULES.items():
        if (given := values.get(name)) and not _holds(stands, given):
            raise ImproperlyConfigured(f"{name} {sentence}")
    _refuse_foreign_hosts(values)


def _holds(stands: Callable[[str], bool], given: str) -> bool:
    try:
        return stands(given)
    except (ValueError, LookupError, OSError):
        return False


def _refuse_foreign_hosts(values: Mapping[str, str]) -> None:
    """A host that is not ours must be answered by nobody, and every link in mail must be answered."""
    hosts = [host.strip() for host in values.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    base = urlsplit(values.get("BASE_URL", "")).hostname
    if values.get("ALLOWED_HOSTS") and (not hosts or any("*" in host or "/" in host for host in hosts)):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name each host, separated by commas, without * and https://.")
    if hosts and base and not any(base == host or (host[:1] == "." and f".{base}".endswith(host)) for host in hosts):
        raise ImproperlyConfigured(f"ALLOWED_HOSTS does not hold the host of BASE_URL, {base}.")


def _address(given: str, *schemes: str) -> SplitResult:
    """The parts of a URL with a host; raises ValueError for anything else, a port that is none included."""
    parts = urlsplit(given)
    if parts.scheme not in schemes or not parts.hostname or parts.port == 0:
        raise ValueError(given)
    return parts


def _is_database(given: str) -> bool:
    parts = urlsplit(given)
    # Other databases are refused by ``settings``; a socket needs no host, but every server has a port it can open.
    return parts.port != 0 and (not parts.scheme.startswith("postgres") or len(parts.path) > 1)


def _are_keys(given: str) -> bool:
    return all(Fernet(key) for key in given.split(","))


RULES: dict[str, tuple[Callable[[str], bool], str]] = {
    "SECRET_KEY": (
        lambda given: len(set(given)) >= FEWEST_DIFFERENT_CHARACTERS,
        "repeats the same few characters. Choose a random one.",
    ),
    "BASE_URL": (
        lambda given: bool(_address(given, "https", "http")),
        "must start with https:// and name a host, because every link in mail is built from it.",
    ),
    "DATABASE_URL": (_is_database, "must name a server and a database: postgres://user:password@host:5432/name."),
    "REDIS_URL": (
        lambda given: bool(_address(given, "redis", "rediss")),
        "must name a Redis server: redis://host:6379/0, or rediss:// for TLS.",
    ),
    "EMAIL_URL": (
        lambda given: bool(_address(given, "smtp", "smtps", "smtp+tls", "smtp+ssl")),
        "must name a mail server: smtp://user:password@host:25, smtp+tls://... or smtp+ssl://...",
    ),
    "STORAGE_URL": (
        lambda given: given.startswith("s3://") or "://" not in given,
        "must be a folder, or s3://bucket?region_name=...&endpoint_url=...",
    ),
    "ENTRA_BASE_URL": (lambda given: bool(_address(given, "https")), "must start with https:// and name a host."),
    "TIME_ZONE": (lambda given: bool(ZoneInfo(given)), "must be a time zone such as UTC or Europe/Amsterdam."),
    "DEFAULT_FROM_EMAIL": (
        lambda given: "@" in parseaddr(given)[1],
        "must hold an e-mail address, such as no-reply@portal.example.",
    ),
    "FIELD_ENCRYPTION_KEYS": (
        _are_keys,
        "holds something that is no Fernet key. Make one with: "
        'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"',
    ),
}
