"""Every requirement that must be met is named where it is met or tested, and nothing names one that does not exist.

A number counts where it is written out: "R-020 to R-035" names its two ends only, so that no sweep of a docstring
vouches for what lies between.
"""

import re
from itertools import chain

import pytest

from tests.runtime.test_project_files import ROOT, _committed

NUMBER = re.compile(r"\bR-(\d{3})\b")
# All that were ever given, and those of access, pages, claims and the portal as a whole that are a must.
GIVEN = "1-14 20-35 40-48 50-58 60-72 80-99 105-108 110-124 140-180 190-199 205-211 220-230 240-245 250-257 270-278"
MUST = (
    "1-3 5-9 12-13 20-29 31-35 40-48 50-54 57 60-68 70-71 80-89 91-98 105-108 110-121 124 150-178 180 270-273 275-277"
)


def _numbers(ranges: str) -> set[int]:
    ends = (part.partition("-") for part in ranges.split())
    return set(chain.from_iterable(range(int(first), int(last or first) + 1) for first, _dash, last in ends))


@pytest.fixture(scope="module")
def named() -> dict[int, set[str]]:
    """Which files name each number."""
    found: dict[int, set[str]] = {}
    for name in _committed():
        if name.endswith((".py", ".html")) and "/migrations/" not in name:
            for number in NUMBER.findall((ROOT / name).read_text(encoding="utf-8")):
                found.setdefault(int(number), set()).add(name)
    return found


def test_every_must_is_named_somewhere(named):
    assert [f"R-{number:03}" for number in sorted(_numbers(MUST) - named.keys())] == []


def test_no_number_is_made_up(named):
    made_up = {f"R-{number:03}": sorted(named[number]) for number in named.keys() - _numbers(GIVEN)}
    assert made_up == {}
