"""Counts wrong guesses per address, so that nobody tries his way to a mailed link (TK14). Token pages call it."""

import hashlib
import ipaddress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

MISSES, WINDOW_SECONDS = 60, 60


def address_of(request: HttpRequest) -> str | None:
    """Where the request comes from, or None when that is no IP address.

    Behind ``settings.TRUSTED_PROXY_COUNT`` proxies of our own, what the outermost of them wrote; else the peer,
    because anybody may send ``X-Forwarded-For``.
    """
    given = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and hops:
        given = hops[-min(proxies, len(hops))]
    try:
        return str(ipaddress.ip_address(given))
    except ValueError:
        return None


def miss(address: str | None) -> bool:
    """Note one wrong guess from ``address``; True when these are too many for a minute.

    Forgets, and so lets everybody through, while the cache is down.
    """
    return too_often(f"misses:{hashlib.sha256(_household(address).encode()).hexdigest()[:32]}", MISSES, WINDOW_SECONDS)


def too_often(key: str, most: int, seconds: int) -> bool:
    """Count one more of ``key``; True when there were more than ``most`` in this window of ``seconds``."""
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # the window ended between the two lines
        return False


def _household(address: str | None) -> str:
    """One subscriber holds a whole /64 of IPv6 addresses, so they count as one."""
    if address is None:
        return "unknown"
    ip = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else address
