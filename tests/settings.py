"""The portal's settings as the tests see them; named in ``pyproject.toml``, read before any conftest."""

import os
import tempfile
from pathlib import Path

os.environ["TESTING"] = "1"
# What somebody's shell happens to export must not change a test.
for _name in ("DEMO", "SECRET_KEY", "BASE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "STORAGE_URL", "DEFAULT_FROM_EMAIL"):
    os.environ.pop(_name, None)

from mci_portal.settings import *
from mci_portal.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, PASSWORD_HASHERS, REDIS_URL, STORAGES

# Argon2 is made to be slow, and the tests sign in thousands of times. It stays second, so a test can ask for it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]

_files = tempfile.TemporaryDirectory(prefix="portal-tests-")
STORAGES["default"]["OPTIONS"]["location"] = _files.name
STATIC_ROOT = Path(_files.name) / "static"

# On a real Redis each run keeps to keys of its own, and removes them again (tests/conftest.py).
REDIS_PREFIX = f"test-{os.getpid()}"
if REDIS_URL:
    CACHES["default"]["KEY_PREFIX"] = REDIS_PREFIX
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"{REDIS_PREFIX}:"
