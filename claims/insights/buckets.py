"""Weeks, months and days as rows of instants: bucket i reaches from bound i to bound i + 1, its end excluded.

Weeks begin on Monday and months on their first day, at midnight of the reader's time zone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, DateTimeField, Func, IntegerField, Value

WEEKS_AHEAD = 12
MONTHS_AHEAD = 2  # a payment is estimated 45 days after the approval


def weeks_back(now: datetime, months: int, zone: tzinfo) -> list[datetime]:
    """From the Monday of the week ``months`` before ``now`` on; the last bucket is the running week, up to ``now``."""
    today = now.astimezone(zone)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    begin = _monday(today.replace(year=year, month=month + 1, day=min(today.day, 28)))
    bounds = []
    while begin < today:
        bounds.append(begin)
        begin = _days_on(begin, 7)
    return [*bounds, today]


def weeks_ahead(now: datetime, zone: tzinfo, count: int = WEEKS_AHEAD) -> list[datetime]:
    """The rest of this week, and the weeks after it."""
    today = now.astimezone(zone)
    monday = _monday(today)
    return [today, *(_days_on(monday, 7 * number) for number in range(1, count + 1))]


def months(now: datetime, back: int, zone: tzinfo, ahead: int = MONTHS_AHEAD) -> list[datetime]:
    """Whole months: ``back`` of them up to and with this one, and ``ahead`` more."""
    today = now.astimezone(zone)
    this = today.year * 12 + today.month - 1
    return [
        datetime(number // 12, number % 12 + 1, 1, tzinfo=zone) for number in range(this - back + 1, this + ahead + 2)
    ]


def since_days(now: datetime, days: Sequence[int], zone: tzinfo) -> list[datetime]:
    """Ages in days, oldest first, as instants up to ``now``."""
    return [*(now.astimezone(zone) - timedelta(days=count) for count in sorted(days, reverse=True)), now]


def _monday(day: datetime) -> datetime:
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return _days_on(midnight, -day.weekday())


def _days_on(moment: datetime, days: int) -> datetime:
    # By the calendar, not by 24 hours: midnight stays midnight when the clocks change.
    on = moment.date() + timedelta(days=days)
    return datetime(on.year, on.month, on.day, tzinfo=moment.tzinfo)


class Bucket(Func):
    """The number of the bucket (from 0) that a moment or day lies in; -1 before the first bound."""

    template = "(width_bucket(%(expressions)s) - 1)"
    output_field = IntegerField()

    def __init__(self, column, bounds: Sequence[datetime], *, days: bool = False) -> None:
        values = [bound.date() for bound in bounds] if days else list(bounds)
        super().__init__(column, Value(values, ArrayField(DateField() if days else DateTimeField())))
