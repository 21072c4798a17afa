"""The database clock, heartbeats, and the brake of reliability 11.3."""

from datetime import timedelta

import pytest

from mci_portal.common import jobs
from mci_portal.common.clock import database_now
from mci_portal.common.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def uptime(monkeypatch: pytest.MonkeyPatch) -> dict:
    """A machine whose uptime the test moves."""
    machine = {"boot": "first", "seconds": 1000.0}
    monkeypatch.setattr(jobs, "machine_time", lambda: (machine["boot"], machine["seconds"]))
    return machine


def test_database_now_inside_a_transaction_goes_on():
    """A transaction's own ``now()`` stands still; the portal's clock must not (11.2)."""
    first, second = database_now(), database_now()
    assert first < second
    assert first.utcoffset() == timedelta(0)


def test_beat_twice_keeps_one_row_with_the_later_time():
    now = database_now()
    jobs.beat("sweep", now)
    jobs.beat("sweep", now + timedelta(minutes=1))
    assert list(Heartbeat.objects.values_list("name", "beat_at")) == [("sweep", now + timedelta(minutes=1))]


def test_brake_without_a_heartbeat_lets_go(uptime: dict):
    assert jobs.brake("sweep", database_now()) is None


def test_brake_after_a_minute_of_both_clocks_lets_go(uptime: dict):
    now = database_now()
    jobs.beat("sweep", now)
    uptime["seconds"] += 60
    assert jobs.brake("sweep", now + timedelta(seconds=60)) is None


def test_brake_after_six_hours_without_a_worker_lets_go(uptime: dict):
    """FA10: catching up after an outage is not a jump."""
    now = database_now()
    jobs.beat("sweep", now)
    uptime["seconds"] += 6 * 3600
    assert jobs.brake("sweep", now + timedelta(hours=6)) is None


def test_brake_when_the_database_clock_jumps_two_hours_in_a_minute_refuses_until_released(uptime: dict):
    now = database_now()
    jobs.beat("sweep", now)
    uptime["seconds"] += 60
    assert "jumped" in str(jobs.brake("sweep", now + timedelta(hours=2)))
    uptime["seconds"] += 60
    assert "jumped" in str(jobs.brake("sweep", now + timedelta(hours=2, minutes=1)))
    jobs.release("sweep")
    assert jobs.brake("sweep", now + timedelta(hours=2, minutes=1)) is None


def test_brake_when_the_database_clock_goes_back_refuses_even_after_a_reboot(uptime: dict):
    now = database_now()
    jobs.beat("sweep", now)
    uptime.update(boot="second", seconds=5.0)
    assert "went back" in str(jobs.brake("sweep", now - timedelta(minutes=10)))


def test_brake_after_a_reboot_does_not_compare_uptimes(uptime: dict):
    now = database_now()
    jobs.beat("sweep", now)
    uptime.update(boot="second", seconds=5.0)
    assert jobs.brake("sweep", now + timedelta(days=2)) is None
