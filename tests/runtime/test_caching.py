"""FA05, G13: with Redis away the cache misses and no caller notices an error."""

import socket
import time
from collections.abc import Iterator

import pytest

from mci_portal.common import caching
from mci_portal.common.caching import ForgivingRedisCache


@pytest.fixture
def refused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def frozen_port() -> Iterator[int]:
    """Accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield int(listener.getsockname()[1])


def _cache(port: int, seconds: float = 1.0) -> ForgivingRedisCache:
    options = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    return ForgivingRedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": options})


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda cache: cache.get("a"), None),
        (lambda cache: cache.get("a", "else"), "else"),
        (lambda cache: cache.set("a", 1), None),
        (lambda cache: cache.add("a", 1), True),
        (lambda cache: cache.touch("a"), False),
        (lambda cache: cache.delete("a"), False),
        (lambda cache: cache.get_many(["a", "b"]), {}),
        (lambda cache: cache.set_many({"a": 1}), ["a"]),
        (lambda cache: cache.delete_many(["a"]), None),
        (lambda cache: cache.has_key("a"), False),
        (lambda cache: "a" in cache, False),
        (lambda cache: cache.incr("a", 3), 3),
        (lambda cache: cache.decr("a", 3), -3),
        (lambda cache: cache.get_or_set("a", lambda: "made"), "made"),
        (lambda cache: cache.clear(), None),
    ],
)
def test_cache_with_redis_down_answers_as_a_miss(refused_port: int, call, expected):
    assert call(_cache(refused_port)) == expected


def test_cache_with_redis_frozen_waits_once_and_then_leaves_it_out(frozen_port: int):
    cache = _cache(frozen_port, seconds=0.2)
    started = time.monotonic()
    for _each in range(50):
        assert cache.get("a") is None
    assert time.monotonic() - started < 1.0


def test_cache_after_the_pause_asks_redis_again(refused_port: int, monkeypatch: pytest.MonkeyPatch):
    cache = _cache(refused_port)
    cache.get("a")
    monkeypatch.setattr(caching, "_paused_until", {})
    asked = []
    monkeypatch.setattr(caching.RedisCache, "get", lambda *args: asked.append(args) or "there")
    assert cache.get("a") == "there"
    assert len(asked) == 1
