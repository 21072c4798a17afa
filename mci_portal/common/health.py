"""Liveness (`/healthz`) and readiness (`/readyz`), for a load balancer and a monitor, without an account.

Apps above register what else must hold, so that this room need not know them: the outbox its age.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from mci_portal.common.clock import database_now
from mci_portal.common.models import Heartbeat

logger = logging.getLogger(__name__)

Check = Callable[[datetime], str | None]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Let ``/readyz`` also ask ``check``: given the database time, None or what is wrong, without names or numbers
    that a stranger should not read. Called from an app's ``ready()``."""
    _checks[name] = check


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so that a slow database never gets it restarted."""
    return _never_stored(JsonResponse({"status": "ok"}))


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, each periodic job was heard of in time and each registered check holds;
    else 503. Every part is named in the JSON."""
    parts: dict[str, str] = {}
    try:
        now = database_now()
        parts["database"] = "ok"
        parts |= _heartbeats(now)
        parts |= {name: check(now) or "ok" for name, check in _checks.items()}
    except Error as failure:
        logger.error("Not ready: the database does not answer (%s)", type(failure).__name__)
        parts["database"] = "does not answer"
    ready = all(part == "ok" for part in parts.values())
    answer = JsonResponse({"status": "ready" if ready else "not ready", "parts": parts}, status=200 if ready else 503)
    return _never_stored(answer)


def _heartbeats(now: datetime) -> dict[str, str]:
    last = dict(Heartbeat.objects.values_list("name", "beat_at"))
    parts = {}
    for name, seconds in settings.HEARTBEAT_MAX_AGE.items():
        beat_at = last.get(name)
        if beat_at is None:
            parts[name] = "never ran"
        else:
            age = (now - beat_at).total_seconds()
            parts[name] = "ok" if age <= seconds else f"last ran {int(age)} seconds ago"
    return parts


def _never_stored(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer
