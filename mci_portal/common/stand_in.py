"""What happens while beat, worker or Redis are away: the periodic jobs run all the same (FA05, FA10).

``manage.py stand_by`` looks at the heartbeats and runs in its own process what nobody else has run. No broker is
asked; each job may run twice or at once anyway.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from celery import current_app
from django.conf import settings
from django.db import Error, connections

from mci_portal.common.clock import database_now
from mci_portal.common.models import Heartbeat

logger = logging.getLogger(__name__)

TIMETABLE = cast(Mapping[str, Mapping[str, Any]], settings.CELERY_BEAT_SCHEDULE)
LOOK_EVERY = timedelta(seconds=10)
SHORTEST_WAIT = timedelta(minutes=1)
MISSED_RUNS = 3


def overdue(now: datetime) -> list[str]:
    """The jobs of the timetable that were last heard of three intervals ago, at least a minute; or never."""
    last = dict(Heartbeat.objects.values_list("name", "beat_at"))
    return [
        name
        for name, entry in TIMETABLE.items()
        if name not in last or now - last[name] > max(MISSED_RUNS * timedelta(seconds=entry["schedule"]), SHORTEST_WAIT)
    ]


def run_overdue() -> list[str]:
    """Run what is overdue, one job after the other, and return which. A job that fails is logged and holds up none."""
    app, ran = current_app._get_current_object(), []
    app.loader.import_default_modules()
    try:
        waiting = overdue(database_now())
    except Error:
        logger.exception("the heartbeats cannot be read")
        connections.close_all()
        return []
    for name in waiting:
        logger.warning("%s was not heard of for too long and is run here", name)
        try:
            app.tasks[TIMETABLE[name]["task"]]()
            ran.append(name)
        except Exception:
            logger.exception("%s failed", name)
            connections.close_all()
    return ran
