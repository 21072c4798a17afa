"""The sweep: against a loop over claims, against a bare UPDATE, with nothing to do, and beside people (8 and 9)."""

import multiprocessing
import resource
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction

from claims.actions import Action
from claims.lifecycle import perform
from claims.models import Claim
from claims.sweeps import sweep
from mci_portal.accounts.actors import CLOCK
from mci_portal.common.clock import database_now
from tests.bench.colleague import edit
from tests.bench.measure import WALL_MARGIN, Measure, percentile, seconds
from tests.bench.worlds import World

BY_HAND = 400  # so many of the due claims go through the loop; its cost per claim does not depend on their number
MARK = """
DROP TABLE IF EXISTS bench_due;
CREATE UNLOGGED TABLE bench_due AS SELECT id, status FROM claims_claim
WHERE status IN ('customer_claimed', 'awaiting_consent', 'consent_received', 'rejected', 'disputed')
ORDER BY hashint8(id) LIMIT %(count)s;
ALTER TABLE bench_due ADD PRIMARY KEY (id);
"""
OVERDUE = """
UPDATE claims_claim AS claim SET status = due.status, due_at = %(at)s, closed_at = NULL
FROM bench_due AS due WHERE due.id = claim.id
"""
FUTURE = "UPDATE claims_claim SET due_at = %(at)s WHERE id IN (SELECT id FROM bench_due)"
BARE = """
UPDATE claims_claim SET version = version + 1, due_at = NULL, closed_at = %(at)s, updated_at = %(at)s,
    status = CASE WHEN status IN ('rejected', 'disputed') THEN 'disputed_expired'
                  WHEN status = 'consent_received' THEN 'not_submitted_expired' ELSE 'consent_expired' END
WHERE due_at <= %(at)s
"""


def run(small: World, large: World) -> Iterator[Measure]:
    """Each line as soon as it is known: at a million claims every further turn takes minutes on a busy machine."""
    few, many = min(10_000, large.claims // 20), min(100_000, large.claims * 3 // 10)
    full_size = many == 100_000
    with large.entered():
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        loop, set_based = _per_claim(few)
        yield Measure("8", f"sweep, {few} due: per-claim loop / ours", loop / set_based, 40, 25, True, WALL_MARGIN,
                      note=f"{loop:.2f} / {set_based:.3f} ms per claim")  # fmt: skip
        idle = statistics.median(seconds(sweep) * 1000 for _turn in range(20))
        yield Measure("8", "sweep with nothing due", idle, 10, 20, margin=WALL_MARGIN, unit="ms")
        _mark(many)
        ours, bare = [], []
        for _turn in range(1 if full_size else 2):
            ours.append(_timed(sweep))
            bare.append(_timed(_bare))
        ratio = statistics.median(ours) / statistics.median(bare)
        yield Measure("8", f"sweep, {many} due: ours / bare UPDATE", ratio, 2.0, 2.8, margin=WALL_MARGIN,
                      note=f"{statistics.median(ours):.1f} / {statistics.median(bare):.1f} s")  # fmt: skip
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
        yield Measure("8", "memory that sweeping added to the process", grown, 64, 64, unit="MB")
        quiet, chunked, at_once = _edits(idle=True), _edits(), _edits(chunk=10**9)
        high, highest = percentile(chunked, 0.99), percentile(at_once, 0.99)
        bounds = (1 / 100, 1 / 40) if full_size else (None, None)
        note = (f"{high:.0f} / {highest:.0f} ms; max {max(chunked):.0f} / {max(at_once):.0f};"
                f" no sweep {percentile(quiet, 0.99):.0f}")  # fmt: skip
        yield Measure("9", f"edit p99 while {many} expire: ours / one statement", high / highest, *bounds,
                      margin=WALL_MARGIN, note=note)  # fmt: skip
        _put_back()


def _per_claim(few: int) -> tuple[float, float]:
    """Milliseconds per claim of the loop and of the sweep, in turns."""
    _mark(few)
    loops, sets = [], []
    for _turn in range(3):
        _overdue(clean=False)
        ids = list(Claim.objects.filter(due_at__lte=database_now()).order_by("due_at").values_list("pk", flat=True))
        loops.append(seconds(lambda: _loop(ids[:BY_HAND])) * 1000 / BY_HAND)  # noqa: B023 - called at once
        sets.append(_timed(sweep) * 1000 / few)
    return statistics.median(loops), statistics.median(sets)


def _loop(ids: list[int]) -> None:
    for pk in ids:
        perform(Claim.objects.get(pk=pk), Action.EXPIRE, CLOCK)


def _bare() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, {"at": database_now()})


def _timed(job) -> float:
    _overdue()
    return seconds(job)


def _mark(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"count": count})


def _overdue(clean: bool = True) -> None:
    """Put the marked claims back to where they were, an hour too late; ``clean`` leaves no dead rows behind."""
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, {"at": database_now() - timedelta(hours=1)})
        if clean:
            cursor.execute("VACUUM ANALYZE claims_claim")
            cursor.execute("CHECKPOINT")


def _put_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE, {"at": database_now() + timedelta(days=10)})
        cursor.execute("DROP TABLE bench_due")
        cursor.execute("VACUUM ANALYZE claims_claim")


def _edits(chunk: int | None = None, idle: bool = False) -> list[float]:
    """How long a colleague's edits of claims about to expire take meanwhile, in milliseconds."""
    if not idle:
        _overdue()
    with _colleague() as finish:
        if idle:
            time.sleep(1.5)
        else:
            sweep(**({"chunk": chunk} if chunk else {}))
        return finish()


@contextmanager
def _colleague():
    """A process of its own, so that Python's lock is not what is measured."""
    context = multiprocessing.get_context("spawn")
    stop, times = context.Event(), context.Queue()
    parameters = connection.get_connection_params()
    plain = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if parameters.get(key)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM bench_due")
        ids = [pk for (pk,) in cursor.fetchall()]
    process = context.Process(target=edit, args=(plain, ids, stop, times), daemon=True)
    process.start()
    times.get(timeout=60)  # it is at work

    def finish() -> list[float]:
        stop.set()
        return times.get(timeout=60)

    yield finish
    stop.set()
    process.join(timeout=10)
