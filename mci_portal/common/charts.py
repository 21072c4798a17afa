"""Charts as SVG drawn on the server: what stands where. ``templates/components/charts/`` draws it, CSS colours it.

Horizontal places are percentages and vertical ones pixels, so that a chart fills whatever width it gets while its
text keeps its size. Each mark carries its number as a tooltip; the table beside the chart says the same to everybody.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.formats import number_format

HEIGHT = 200  # of the plot, without the line of labels below it
TOP, LABELS = 14, 26
BAR, ROW_LABEL, ROW_GAP = 14, 24, 14
WIDEST = 78  # per cent of the width; the rest is for the number behind the longest bar
MOST_LABELS, MOST_LABELS_NARROW = 8, 5
LOOKS = range(1, 7)  # colour and pattern: .c1 to .c6 in the style sheet, #pat-1 to #pat-6 in patterns.html

Words = Callable[[float], str]


@dataclass(frozen=True)
class Series:
    """One number per label; ``look`` is one of ``LOOKS`` and the same thing looks the same in every chart."""

    label: str
    look: int
    values: Sequence[float]


@dataclass(frozen=True)
class Mark:
    x: str
    y: str
    width: str
    height: str
    look: int
    title: str
    text: str = ""  # written behind a horizontal bar
    text_x: str = ""
    text_y: str = ""


@dataclass(frozen=True)
class Tick:
    at: str
    label: str
    minor: bool = False  # left out where it is narrow
    anchor: str = "middle"


@dataclass(frozen=True)
class Line:
    look: int
    points: str
    dots: Sequence[Mark]


@dataclass(frozen=True)
class Chart:
    kind: str  # "columns", "lines" or "bars"
    title: str
    description: str
    height: int
    legend: Sequence[Series]
    marks: Sequence[Mark] = ()
    lines: Sequence[Line] = ()
    x_ticks: Sequence[Tick] = ()
    y_ticks: Sequence[Tick] = ()
    rows: Sequence[Tick] = field(default=())

    @property
    def plot_height(self) -> int:
        return self.height - LABELS


def whole(value: float) -> str:
    """A count as the reader writes it."""
    return number_format(value, 0, use_l10n=True, force_grouping=True)


def columns(
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    stacked: bool,
    words: Words = whole,
) -> Chart:
    """Upright bars, one place per label: on top of each other, or side by side."""
    tops = [sum(one.values[place] for one in series) for place in range(len(labels))]
    highest = max(tops if stacked else [value for one in series for value in one.values], default=0)
    top, y_ticks = _scale(highest, words)
    slot = 100 / max(len(labels), 1)
    width = slot * (0.72 if len(labels) < 40 else 0.84)
    marks = []
    for place, label in enumerate(labels):
        left, base = slot * place + (slot - width) / 2, float(HEIGHT)
        for number, one in enumerate(series):
            value = one.values[place]
            if not value:
                continue
            tall = (HEIGHT - TOP) * value / top
            x, wide = (left, width) if stacked else (left + width / len(series) * number, width / len(series))
            y = base - tall
            base = y if stacked else base
            told = f"{label}, {one.label}: {words(value)}"
            marks.append(Mark(_percent(x), _pixels(y), _percent(wide * 0.94), _pixels(tall), one.look, told))
    return Chart(
        "columns", title, description, HEIGHT + LABELS, series, marks, (), _labels(labels, slot, slot / 2), y_ticks
    )


def lines(
    title: str, description: str, labels: Sequence[str], series: Sequence[Series], *, words: Words = whole
) -> Chart:
    """One line per series over the labels."""
    top, y_ticks = _scale(max((value for one in series for value in one.values), default=0), words)
    slot = 100 / max(len(labels), 1)
    drawn = []
    for one in series:
        spots = [
            (slot * place + slot / 2, HEIGHT - (HEIGHT - TOP) * value / top) for place, value in enumerate(one.values)
        ]
        dots = [
            Mark(_percent(x), _pixels(y), "", "", one.look, f"{label}, {one.label}: {words(value)}")
            for (x, y), label, value in zip(spots, labels, one.values, strict=True)
        ]
        drawn.append(Line(one.look, " ".join(f"{x:.2f},{y:.2f}" for x, y in spots), dots))
    x_ticks = _labels(labels, slot, slot / 2)
    return Chart("lines", title, description, HEIGHT + LABELS, series, (), drawn, x_ticks, y_ticks)


def bars(
    title: str,
    description: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    stacked: bool,
    words: Words = whole,
) -> Chart:
    """Lying bars, each below its label: one after the other in one bar, or one bar per series."""
    totals = [sum(one.values[place] for one in series) for place in range(len(labels))]
    longest = max(totals if stacked else [value for one in series for value in one.values], default=0) or 1
    marks, rows, y = [], [], 0.0
    for place, label in enumerate(labels):
        rows.append(Tick(_pixels(y + ROW_LABEL - 8), label))
        y += ROW_LABEL
        x = 0.0
        for one in series:
            value, wide = one.values[place], WIDEST * one.values[place] / longest
            told = f"{label}, {one.label}: {words(value)}"
            text = ("", "", "") if stacked else (words(value), _percent(wide), _pixels(y + BAR - 3))
            if value or not stacked:
                marks.append(Mark(_percent(x), _pixels(y), _percent(wide), str(BAR), one.look, told, *text))
            x = x + wide if stacked else 0.0
            y += 0 if stacked else BAR + 3
        if stacked:
            behind = (words(totals[place]), _percent(x), _pixels(y + BAR - 3))
            marks.append(Mark(_percent(x), _pixels(y), "0%", str(BAR), 1, f"{label}: {words(totals[place])}", *behind))
            y += BAR
        y += ROW_GAP
    return Chart("bars", title, description, math.ceil(y), series, marks, (), (), (), rows)


def _scale(highest: float, words: Words) -> tuple[float, list[Tick]]:
    """The value at the top of the plot, and the lines across it at round numbers."""
    step = nice_step(highest)
    count = max(math.ceil(highest / step), 1)
    top = step * count
    return top, [
        Tick(_pixels(HEIGHT - (HEIGHT - TOP) * number / count), words(step * number)) for number in range(count + 1)
    ]


def nice_step(highest: float) -> float:
    """The distance of the lines: 1, 2 or 5 times a power of ten, so that there are up to five of them."""
    raw = max(highest, 1) / 4
    power = 10 ** math.floor(math.log10(raw))
    return max(next(one * power for one in (1, 2, 5, 10) if one * power >= raw), 1)


def _labels(labels: Sequence[str], slot: float, middle: float) -> list[Tick]:
    """As many labels as fit, the newest always among them."""
    every = max(math.ceil(len(labels) / MOST_LABELS), 1)
    rarely = every * math.ceil(len(labels) / every / MOST_LABELS_NARROW)
    last, crowded = len(labels) - 1, len(labels) > 2 * MOST_LABELS_NARROW + 3
    return [
        Tick(
            _percent(slot * place + middle),
            label,
            bool((last - place) % rarely),
            "end" if crowded and place == last else "middle",
        )
        for place, label in enumerate(labels)
        if (last - place) % every == 0
    ]


def _percent(value: float) -> str:
    return f"{value:.3f}%"


def _pixels(value: float) -> str:
    return f"{value:.1f}"
