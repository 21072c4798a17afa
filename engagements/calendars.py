"""The business calendars of the reviewing regions: public holidays, and the days on which they differ (section 19).

Whatever is counted from a moment is counted by the calendar as it stood at that moment, so that a deadline which is
worked out again, such as the end of the time to opt out, comes out as it was told (R-271).
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import holidays
from django.conf import settings
from django.utils.translation import gettext as _

from engagements.models import CalendarDay
from mci_portal.common.once import once


def offered() -> list[tuple[str, str]]:
    """Each calendar that is kept: its country (ISO 3166), and the words for whom it counts."""
    regions = {
        "americas": _("Americas"),
        "emea": _("Europe, Middle East and Africa"),
        "asia": _("Asia and Pacific"),
    }
    names: dict[str, list[str]] = {}
    for region, country in settings.REVIEW_CALENDARS.items():
        names.setdefault(country, []).append(str(regions.get(region, region)))
    return [(country, f"{', '.join(words)} ({country})") for country, words in names.items()]


@dataclass(frozen=True)
class Calendar:
    """The days off and the extra working days of ``region`` (a country) on top of its public holidays and week-ends."""

    region: str = "US"
    closed: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        if day in self.closed:
            return False
        return day in self.working or _library(self.region).is_working_day(day)


def as_of(moment: datetime, region: str) -> Calendar:
    """The calendar of ``region`` as it stood at ``moment``. One query in a request, however many are asked for."""
    standing = [
        row
        for row in once("calendar", _days)
        if row.region == region and row.since <= moment and not (row.until and row.until <= moment)
    ]
    return Calendar(
        region,
        closed=frozenset(row.on for row in standing if row.kind == CalendarDay.Kind.CLOSED),
        working=frozenset(row.on for row in standing if row.kind == CalendarDay.Kind.WORKING),
    )


def _days() -> list[CalendarDay]:
    return list(CalendarDay.objects.all())


@cache
def _library(region: str) -> holidays.HolidayBase:
    return holidays.country_holidays(region)
