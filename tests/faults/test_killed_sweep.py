"""FA08, FA09: the process that expires claims is killed in the middle, again and again; nothing is lost or doubled."""

from datetime import timedelta

import pytest
from django.db import connection

from claims import scale, sweeps
from claims.invariants import violations
from claims.models import Claim, ClaimEvent
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import Message
from tests.faults.processes import sessions, start, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

CLAIMS, KILLS = 4_000, 2
EXPIRING = "%WITH swept AS%"


def test_sweep_killed_at_any_point_leaves_each_claim_one_line_of_history_and_its_mails():
    began = database_now()
    scale.fill(began - timedelta(days=500), CLAIMS, with_history=True)
    due = dict(Claim.objects.filter(due_at__lte=began).values_list("pk", "version"))
    assert len(due) > 2 * sweeps.CHUNK
    for committed in range(KILLS):
        _kill_a_sweep(due, committed)
    left = len(due) - _expired(due)
    assert left > 0, "the sweep was over before it was killed"
    assert sweeps.sweep() == left
    lines = ClaimEvent.objects.filter(action="expire", at__gte=began)
    assert sorted(lines.values_list("claim_id", "seq")) == sorted((pk, version + 1) for pk, version in due.items())
    told = Message.objects.filter(created_at__gte=began, kind="E07")
    assert told.count() == told.values("topic").distinct().count() == len(due)
    assert [line for line in violations(database_now()) if line[0] in {"I1", "I2", "I3", "I4", "I6"}] == []


def _kill_a_sweep(due: dict[int, int], committed: int) -> None:
    """In the middle of its statement; ``committed`` > 0: when some claims are done and others are not."""
    process = start("enforce_deadlines")
    until(lambda: process.poll() is not None or (_expired(due) >= committed and sessions(EXPIRING)), "a sweep runs")
    assert process.poll() is None, process.communicate()[0]
    process.kill()
    process.communicate()
    until(lambda: not sessions(EXPIRING), "its session is gone")


def _expired(due: dict[int, int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM claims_claim WHERE due_at IS NULL AND id = ANY(%s)", [list(due)])
        count: int = cursor.fetchone()[0]
    return count
