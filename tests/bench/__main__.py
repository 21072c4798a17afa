"""``python -m tests.bench [part ...]``: run all parts or those named, print, and fail on a missed limit.

``BENCH_CLAIMS`` (default 100,000) is the size of the large world; ``BENCH_KEEP=1`` keeps the databases. ``BENCH_MAILS``
(10,000) are queued for measure 13, whose tasks go through the Redis at ``BENCH_BROKER``.
"""

import importlib
import os
import platform
import sys
import time

import django

PARTS = ("pages", "admin", "search", "sweep", "export", "weight", "mail", "memory")


def main(wanted: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.db import connection

    from tests.bench import worlds

    started, claims = time.monotonic(), int(os.environ.get("BENCH_CLAIMS", "100000"))
    made = worlds.make([worlds.SMALL, claims])
    try:
        with made[1].entered():
            connection.ensure_connection()
            version = connection.pg_version
        print(f"{claims} claims; Python {platform.python_version()}, Django {django.__version__}, PostgreSQL {version};"
              f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
        missed = 0
        for part in wanted or PARTS:
            for measure in importlib.import_module(f"tests.bench.bench_{part}").run(*made):
                print(measure.line(), flush=True)
                missed += measure.verdict == "MISSED"
    finally:
        worlds.drop(made)
    print(f"\n{missed} limits missed; {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
