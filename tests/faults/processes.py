"""The portal's own programs as real processes on the database of the test, to be killed where they stand."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PATIENCE = 60  # seconds; a loaded machine is no failure


def start(*command: str, **environment: str) -> subprocess.Popen:
    """``manage.py command`` beside the test, on its database."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=known | {"TESTING": "1", "DATABASE_URL": database_url()} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def database_url() -> str:
    found = connection.settings_dict
    password = f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else ""
    # A host that begins with a slash is the folder of a socket.
    host, port = found["HOST"], f":{found['PORT']}" if found["PORT"] else ""
    where = f"/{quote(host)}" if host.startswith("/") else f"{host}{port}"
    return f"postgres://{quote(found['USER'], safe='')}{password}@{where}/{quote(found['NAME'], safe='')}"


def until(true: Callable[[], object], what: str) -> None:
    """Look again and again until ``true()``; fails where it takes too long."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < PATIENCE, f"waited in vain until {what}"


def sessions(query: str = "%") -> list[int]:
    """The other sessions of this database that are running a statement like ``query`` just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND state <> 'idle' AND query LIKE %s",
            [query],
        )
        return [pid for (pid,) in cursor.fetchall()]
