"""What a first visit to Customer claims loads, gzipped, and what a swap does (measure 12)."""

import gzip
import re

from django.conf import settings
from django.contrib.staticfiles import finders

from tests.bench.bench_pages import LIST
from tests.bench.measure import Measure
from tests.bench.requests import Browser
from tests.bench.worlds import World

LOADED = re.compile(r"""<(?:link|script|img|use|source)[^>]*?(?:href|src)="(/static/[^"#]+)""")


def run(small: World, large: World) -> list[Measure]:
    with small.entered():
        browser = Browser(small.admin)
        page, swap = browser.get(LIST), browser.get(LIST, "rows")
    files = {address: _file(address) for address in sorted(set(LOADED.findall(page.decode())))}
    heavy = sum(_kilobytes(content) for content in files.values()) + _kilobytes(page)
    asks = 1 + len(files) + page.count(b'hx-trigger="load')
    names = ", ".join(f"{address.rpartition('/')[2]} {_kilobytes(content):.1f}" for address, content in files.items())
    note = f"page {_kilobytes(page):.1f}, {names}"
    return [
        Measure("12", "first load of Customer claims, everything, gzip", heavy, 40, 50, unit="kB", note=note),
        Measure("12", "requests of it", asks, 6, 8, unit=""),
        Measure("12", "HTMX swap, gzip", _kilobytes(swap), 5, 7, unit="kB", note=f"{len(swap) / 1000:.0f} kB plain"),
    ]


def _file(address: str) -> bytes:
    found = finders.find(address.removeprefix(settings.STATIC_URL))
    with open(found, "rb") as file:
        return file.read()


def _kilobytes(content: bytes) -> float:
    return len(gzip.compress(content, 6)) / 1000
