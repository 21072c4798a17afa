"""A figure: charts and the one table that says the same, each of its numbers with the address of its claims."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.formats import date_format, number_format
from django.utils.translation import pgettext

from mci_portal.common.charts import Chart, Series, whole


@dataclass(frozen=True)
class Cell:
    text: str
    url: str = ""  # the claims that ``value`` counts or sums up
    value: float | None = None


@dataclass(frozen=True)
class Figure:
    code: str
    title: str
    note: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]  # the first cell of a row is its head
    charts: Sequence[Chart] = ()
    empty: bool = False
    csv_url: str = field(default="", compare=False)


def counted(value: int, url: str) -> Cell:
    """A count with its claims; "-" for none, which lead nowhere."""
    return Cell(whole(value), url, value) if value else Cell("-", "", 0)


def table(labels: Sequence[str], series: Sequence[Series], link: Callable[[int, int], str]) -> list[list[Cell]]:
    """One row per label, one column per series; ``link`` gets the numbers of both."""
    return [
        [Cell(label), *(counted(int(one.values[row]), link(row, column)) for column, one in enumerate(series))]
        for row, label in enumerate(labels)
    ]


def is_empty(series: Sequence[Series]) -> bool:
    return not any(value for one in series for value in one.values)


def day(moment: datetime) -> str:
    """Short, for the foot of a chart."""
    return date_format(moment, pgettext("day and month format", "M j"))


def full_day(moment: datetime) -> str:
    return date_format(moment, pgettext("short date format", "M j, Y"))


def month(moment: datetime) -> str:
    return date_format(moment, pgettext("short month format", "M Y"))


def in_days(length: timedelta | None) -> float:
    """Days with one digit behind the point."""
    return round(length.total_seconds() / 86400, 1) if length is not None else 0


def days(value: float) -> str:
    return number_format(value, 1, use_l10n=True, force_grouping=True)
