"""Asks the virus scanner about a file: ClamAV's daemon, by its INSTREAM command (R-177, reliability 11.9)."""

import socket
from typing import BinaryIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

CHUNK = 256 * 1024
PORT = 3310


def is_there() -> bool:
    """Whether this installation has a scanner at all."""
    return bool(settings.SCANNER_URL)


def is_infected(file: BinaryIO) -> bool:
    """Whether the scanner finds a virus in ``file``, read from its beginning. Raises OSError while the scanner is away
    or gives no verdict; nobody may take that for a good one."""
    host, port = _address()
    file.seek(0)
    with socket.create_connection((host, port), timeout=settings.SCANNER_TIMEOUT) as link:
        link.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            link.sendall(len(chunk).to_bytes(4, "big") + chunk)
        link.sendall(bytes(4))
        verdict = _line(link)
    file.seek(0)
    if verdict.endswith(b" FOUND"):
        return True
    if verdict == b"stream: OK":
        return False
    raise OSError(f"the scanner says {verdict[:80]!r}")


def _line(link: socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"\0") and (more := link.recv(4096)):
        said += more
    return said.rstrip(b"\0\n")


def _address() -> tuple[str, int]:
    parts = urlsplit(settings.SCANNER_URL)
    if parts.scheme != "clamd" or not parts.hostname:
        raise ImproperlyConfigured("SCANNER_URL is not understood. Write clamd://host:3310.")
    return parts.hostname, parts.port or PORT
