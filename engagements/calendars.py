"""The business calendar of the reviewing region: its public holidays, and the days on which it differs (section 19).

Whatever is counted from a moment is counted by the calendar as it stood at that moment, so that a deadline which is
worked out again, such as the end of the time to opt out, comes out as it was told (R-271).
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import holidays

from engagements.models import CalendarDay
from mci_portal.common.once import once

REGION = "US"  # where Microsoft reviews


@dataclass(frozen=True)
class Calendar:
    """The days off and the extra working days of ``region`` on top of its public holidays and week-ends."""

    region: str = REGION
    closed: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        if day in self.closed:
            return False
        return day in self.working or _library(self.region).is_working_day(day)


def as_of(moment: datetime) -> Calendar:
    """The calendar as it stood at ``moment``. One query in a request, however many moments are asked for."""
    standing = [
        row for row in once("calendar", _days) if row.since <= moment and not (row.until and row.until <= moment)
    ]
    return Calendar(
        closed=frozenset(row.on for row in standing if row.kind == CalendarDay.Kind.CLOSED),
        working=frozenset(row.on for row in standing if row.kind == CalendarDay.Kind.WORKING),
    )


def _days() -> list[CalendarDay]:
    return list(CalendarDay.objects.filter(region=REGION))


@cache
def _library(region: str) -> holidays.HolidayBase:
    return holidays.country_holidays(region)
