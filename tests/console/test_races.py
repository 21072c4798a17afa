"""Operators at the same moment: real threads and real commits (R-277)."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from engagements.calendars import Calendar
from engagements.console import calendar, rates, reasons, uploads
from engagements.models import CalendarDay, CatalogueChange, Engagement, Rate, ReasonWords
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from tests.cast import make_cast
from tests.engagements.small_catalogue import TEXT, load_text

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]


def at_once(*jobs: Callable[[], object]) -> list[str]:
    """Run the jobs in a thread each, started together; "done" or "refused" for each, sorted."""
    start, said = threading.Barrier(len(jobs), timeout=20), []

    def run(job: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            job()
            said.append("done")
        except (Conflict, ValidationError):
            said.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(said)


def test_file_applied_twice_at_once_is_applied_once(tmp_path):
    by, now = actor_for(make_cast().olga), database_now()
    load_text(tmp_path)
    upload = uploads.stage(by, "next.yaml", TEXT.replace("A: 5000", "A: 5500").encode(), now)
    assert at_once(*[lambda: uploads.apply(by, upload, now)] * 2) == ["done", "refused"]
    assert CatalogueChange.objects.count() == 1


def test_file_and_new_rates_at_once_leave_what_one_of_them_saw(tmp_path):
    """Whoever comes first wins: either the file is refused as stale, or the rates follow on what it made."""
    by, now = actor_for(make_cast().olga), database_now()
    load_text(tmp_path)
    first = Engagement.objects.get(slug="first-workshop")
    upload = uploads.stage(by, "next.yaml", TEXT.replace("A: 5000", "A: 5500").encode(), now)
    day = now.date() + timedelta(days=1)
    said = at_once(
        lambda: uploads.apply(by, upload, now),
        lambda: rates.add(by, first, day, {"A": 1, "B": 1, "C": 1}, now),
    )
    upload.refresh_from_db()
    assert said == (["done", "done"] if upload.applied_at else ["done", "refused"])
    assert Rate.objects.filter(engagement=first, valid_from=day).count() == 3
    assert Rate.objects.filter(amount=5500).exists() is bool(upload.applied_at)


def test_two_operators_settle_the_same_day_at_once_and_one_is_refused():
    by, now = actor_for(make_cast().olga), database_now()
    monday = now.date() + timedelta(days=7 - now.weekday())
    day = next(one for one in (monday + timedelta(days=step) for step in range(5)) if Calendar().is_working_day(one))
    assert at_once(*[lambda: calendar.add(by, "US", day, "closed", "", now)] * 2) == ["done", "refused"]
    assert (CalendarDay.objects.count(), CatalogueChange.objects.count()) == (1, 1)


def test_last_two_reasons_taken_from_reviewers_at_once_leave_one():
    by, now = actor_for(make_cast().olga), database_now()
    day, shipped = now.date() + timedelta(days=1), ["other", "dates"]
    off = [
        lambda code=code: reasons.plan(by, "issue", code, now, shipped=shipped, valid_from=day, text="", offered=False)
        for code in shipped
    ]
    assert at_once(*off) == ["done", "refused"]
    assert ReasonWords.objects.count() == 1
