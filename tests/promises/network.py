"""No test reaches beyond this machine: not for a name, not for a connection (C07)."""

import ipaddress
import os
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

# The database and the broker may be containers beside the one the tests run in.
ALLOWED = {urlsplit(os.environ.get(name, "")).hostname for name in ("DATABASE_URL", "REDIS_URL")} | {"localhost", ""}


class OutgoingConnection(AssertionError):
    """A test tried to leave this machine."""


def _check(host: Any) -> None:
    host = host.decode() if isinstance(host, bytes) else host
    if host is None or host in ALLOWED or host in _allowed_addresses:
        return
    try:
        if ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified:
            return
    except ValueError:
        pass
    raise OutgoingConnection(f"outgoing connection to {host}")


_allowed_addresses: set[str] = set()


def _resolve_allowed() -> None:
    for host in ALLOWED - {None, "", "localhost"}:
        try:
            _allowed_addresses.update(str(info[4][0]) for info in socket.getaddrinfo(host, None))
        except OSError:
            continue


@pytest.fixture(scope="session", autouse=True)
def _network_stays_here() -> Any:
    _resolve_allowed()
    look_up, connect, connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _check(host)
        return look_up(host, *args, **kwargs)

    def guarded_connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address[0])
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address[0])
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    yield
    patch.undo()
