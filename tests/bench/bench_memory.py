"""Memory of a worker that has served every list and of one that has served the floor (measure 14)."""

import subprocess
import sys

from tests.bench.measure import Measure
from tests.bench.worlds import World

WORKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
import psutil
from tests.bench import worlds
from tests.bench.requests import Browser, floor
world = worlds.World(0, sys.argv[1], worlds._wrapper(sys.argv[1]))
with world.entered():
    partner = int(sys.argv[2])
    admin, reviewer = worlds.User.objects.filter(pk__in=map(int, sys.argv[3:5])).order_by("pk")
    if sys.argv[5] == "floor":
        call = floor(partner)
        for _ in range(50):
            call()
    else:
        mine, theirs = Browser(admin), Browser(reviewer)
        for _ in range(10):
            for address in ("/incentives/claims/?per_page=100", "/incentives/engagements/", "/action-center/",
                            "/incentives/engagements/?tab=attention"):
                mine.get(address)
            for address in ("/review/?per_page=100", "/incentives/claims/?per_page=100"):
                theirs.get(address)
    print(psutil.Process().memory_info().rss / 1e6)
"""


def run(small: World, large: World) -> list[Measure]:
    floor, pages = _worker(large, "floor"), _worker(large, "pages")
    return [
        Measure("14", "worker memory after all lists / after the floor", pages / floor, 1.5, 1.8, margin=0.05,
                note=f"{pages:.0f} / {floor:.0f} MB")
    ]  # fmt: skip


def _worker(world: World, which: str) -> float:
    people = (str(world.admin.pk), str(world.reviewer.pk))
    command = [sys.executable, "-W", "ignore", "-c", WORKER, world.name, str(world.largest), *people, which]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
