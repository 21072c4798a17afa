"""Weeks and months as the reader's calendar has them, and which column stands where in a chart."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from claims.insights import buckets
from mci_portal.common import charts
from mci_portal.common.charts import Series

BERLIN = ZoneInfo("Europe/Berlin")


def test_weeks_begin_on_monday_midnight_also_when_the_clocks_change():
    """Summer time ended on Sunday, 25 October 2026."""
    now = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)
    bounds = buckets.weeks_back(now, 1, BERLIN)
    assert [bound.isoformat() for bound in bounds] == [
        "2026-09-28T00:00:00+02:00",
        "2026-10-05T00:00:00+02:00",
        "2026-10-12T00:00:00+02:00",
        "2026-10-19T00:00:00+02:00",
        "2026-10-26T00:00:00+01:00",
        "2026-11-02T00:00:00+01:00",
        "2026-11-04T10:30:00+01:00",
    ]


@pytest.mark.parametrize("months", [6, 12])
def test_period_of_weeks_reaches_back_that_far(months):
    now = datetime(2026, 8, 31, 12, tzinfo=UTC)
    first = buckets.weeks_back(now, months, UTC)[0]
    assert first.weekday() == 0
    assert (now.year * 12 + now.month) - (first.year * 12 + first.month) in (months, months + 1)


def test_weeks_ahead_begin_now_and_are_whole_after_that():
    bounds = buckets.weeks_ahead(datetime(2026, 10, 23, 9, tzinfo=UTC), BERLIN)
    assert len(bounds) == 13
    assert [bound.isoformat() for bound in bounds[:3]] == [
        "2026-10-23T11:00:00+02:00",
        "2026-10-26T00:00:00+01:00",
        "2026-11-02T00:00:00+01:00",
    ]


def test_months_cross_the_year():
    found = buckets.months(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), 2, BERLIN, ahead=1)
    assert [bound.strftime("%Y-%m-%d") for bound in found] == ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]


@pytest.mark.parametrize(("highest", "step"), [(0, 1), (3, 1), (7, 2), (40, 10), (41, 20), (999, 500), (1800, 500)])
def test_lines_across_a_chart_stand_at_round_numbers(highest, step):
    assert charts.nice_step(highest) == step


def test_stacked_columns_stand_on_each_other_and_fill_the_height():
    chart = charts.columns("T", "D", ["a", "b"], [Series("one", 1, [3, 0]), Series("two", 2, [1, 2])], stacked=True)
    assert [(mark.title, mark.y, mark.height) for mark in chart.marks] == [
        ("a, one: 3", "60.5", "139.5"),
        ("a, two: 1", "14.0", "46.5"),
        ("b, two: 2", "107.0", "93.0"),
    ]
    assert [tick.label for tick in chart.y_ticks] == ["0", "1", "2", "3", "4"]


def test_lying_bars_share_one_scale():
    chart = charts.bars("T", "D", ["a", "b"], [Series("one", 1, [10, 5])], stacked=False)
    assert [(mark.width, mark.text) for mark in chart.marks] == [("78.000%", "10"), ("39.000%", "5")]


def test_newest_of_many_labels_is_always_written():
    labels = [str(number) for number in range(53)]
    ticks = charts.columns("T", "D", labels, [Series("one", 1, [1] * 53)], stacked=True).x_ticks
    assert ticks[-1].label == "52"
    assert len(ticks) <= charts.MOST_LABELS
    assert len([tick for tick in ticks if not tick.minor]) <= charts.MOST_LABELS_NARROW
