"""What every periodic job does besides its work: leave a heartbeat, and stand still when the clock lies."""

import logging
import time
from datetime import datetime, timedelta
from pathlib import Path

from mci_portal.common.models import Heartbeat

logger = logging.getLogger(__name__)

BACKWARDS_TOLERANCE = timedelta(seconds=5)
JUMP_TOLERANCE = timedelta(hours=1)


def beat(name: str, now: datetime) -> None:
    """Record that the job ``name`` ran at ``now`` (aware). Called once at the end of each run."""
    boot_id, uptime = machine_time()
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now, "boot_id": boot_id, "uptime": uptime})


def brake(name: str, now: datetime) -> str | None:
    """Why the job ``name`` must not act on ``now``, or None when the clock can be trusted.

    ``now`` is the database clock. Refuses when it went backwards since the last heartbeat, or when it moved
    more than an hour further than the machine's own uptime did. A worker that was down for a day is no
    jump: the uptime went on as well. The refusal stands until somebody calls ``release``.
    """
    last = Heartbeat.objects.filter(name=name).first()
    if last is None:
        return None
    moved = now - last.beat_at
    reason = None
    if moved < -BACKWARDS_TOLERANCE:
        reason = f"The database clock went back by {-moved} since the last run of {name}; nothing was done."
    else:
        boot_id, uptime = machine_time()
        if uptime is not None and last.uptime is not None and boot_id == last.boot_id:
            passed = timedelta(seconds=uptime - last.uptime)
            if moved - passed > JUMP_TOLERANCE:
                reason = (
                    f"The database clock jumped by {moved} in {passed} before this run of {name}; nothing was done."
                )
    if reason:
        logger.critical(reason)
    return reason


def release(name: str) -> None:
    """Forget the last heartbeat of ``name``: somebody checked the clock, and the job may act again."""
    Heartbeat.objects.filter(name=name).delete()


def machine_time() -> tuple[str, float | None]:
    """An id of this machine's present run and the seconds it lasts, sleep included; no seconds where
    the system does not tell."""
    try:
        boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return boot_id, time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError):
        return "", None
