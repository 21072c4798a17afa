"""A Redis cache that forgives: with Redis down or frozen every read is a miss and every write is lost.

Named in ``settings.CACHES``; no page may die because its cache did.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)

# After a failure Redis is left alone for so many seconds: otherwise each call of a page waits for its time-out.
PAUSE_SECONDS = 5.0
_paused_until: dict[str, float] = {}


class ForgivingRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._address = server if isinstance(server, str) else ",".join(server)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try(lambda: super(ForgivingRedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._try(lambda: super(ForgivingRedisCache, self).set(key, value, *args, **kwargs), None)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        """True with Redis down: the caller may go on, as if nobody had been there before."""
        return bool(self._try(lambda: super(ForgivingRedisCache, self).add(key, value, *args, **kwargs), True))

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(lambda: super(ForgivingRedisCache, self).touch(key, *args, **kwargs), False))

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._try(lambda: super(ForgivingRedisCache, self).delete(key, version), False))

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        found: dict[Any, Any] = self._try(lambda: super(ForgivingRedisCache, self).get_many(keys, version), {})
        return found

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        lost: list[Any] = self._try(
            lambda: super(ForgivingRedisCache, self).set_many(data, *args, **kwargs), list(data)
        )
        return lost

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._try(lambda: super(ForgivingRedisCache, self).delete_many(keys, version), None)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self._try(lambda: super(ForgivingRedisCache, self).has_key(key, version), False))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._try(lambda: super(ForgivingRedisCache, self).incr(key, delta, version), delta))

    def clear(self) -> None:
        self._try(lambda: super(ForgivingRedisCache, self).clear(), None)

    def _try(self, call: Callable[[], Any], missed: Any) -> Any:
        if time.monotonic() < _paused_until.get(self._address, 0.0):
            return missed
        try:
            return call()
        except (redis.RedisError, OSError) as failure:
            _paused_until[self._address] = time.monotonic() + PAUSE_SECONDS
            logger.error("The cache does not answer and is left out for a while: %s", type(failure).__name__)
            return missed
