"""The life cycle as a drawing for the page of statuses: boxes where this file puts them, arrows as the table says."""

from dataclasses import dataclass

from claims.statuses import TERMINAL, WITH_MICROSOFT, Status
from claims.transitions import TABLE, Who

S = Status
# Column and row of each status; the way to an approval runs from the top left to the bottom right.
PLACES = {
    S.CUSTOMER_CLAIMED: (1, 0),
    S.CONSENT_EXPIRED: (0, 1),
    S.AWAITING_CONSENT: (1, 1),
    S.CANCELED: (2, 1),
    S.CONSENT_DECLINED: (0, 2),
    S.CONSENT_RECEIVED: (1, 2),
    S.NOT_SUBMITTED_EXPIRED: (2, 2),
    S.DRAFT: (3, 2),
    S.CONSENT_REJECTED: (0, 3),
    S.SUBMITTED: (2, 3),
    S.POST_SUBMISSION_EXPIRED: (0, 4),
    S.ACTION_REQUIRED: (1, 4),
    S.UNDER_REVIEW: (2, 4),
    S.APPROVED: (3, 4),
    S.DISPUTED: (4, 4),
    S.REJECTED_FINAL: (2, 5),
    S.REJECTED: (3, 5),
    S.DISPUTED_EXPIRED: (4, 5),
}
COLUMN, ROW, WIDTH, HEIGHT, MARGIN = 212, 96, 164, 48, 8  # pixels
LONGEST_LINE = 21  # letters of a label in one line of a box
ASIDE = 7  # pixels by which two arrows between the same boxes are drawn apart


@dataclass(frozen=True)
class Box:
    """``lines`` are (words, y); ``place`` is "partner", "microsoft" or "end"."""

    x: int
    y: int
    middle: int
    lines: list[tuple[str, int]]
    place: str


@dataclass(frozen=True)
class Arrow:
    """From edge to edge, in pixels; ``by_clock`` when nobody but the clock goes this way."""

    x1: int
    y1: int
    x2: int
    y2: int
    by_clock: bool


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    box_width: int
    box_height: int
    boxes: list[Box]
    arrows: list[Arrow]


def picture() -> Picture:
    """The drawing, labels in the language of the reader."""
    columns, rows = (1 + max(place[axis] for place in PLACES.values()) for axis in (0, 1))
    return Picture(
        width=2 * MARGIN + (columns - 1) * COLUMN + WIDTH,
        height=2 * MARGIN + (rows - 1) * ROW + HEIGHT,
        box_width=WIDTH,
        box_height=HEIGHT,
        boxes=[_box(status) for status in Status],
        arrows=[_arrow(*way, by_clock) for way, by_clock in _ways().items()],
    )


def _ways() -> dict[tuple[Status, Status], bool]:
    """From where to where a claim may move, and whether only the clock moves it there."""
    ways: dict[tuple[Status, Status], bool] = {}
    for row in TABLE:
        for source in row.sources:
            if row.target and row.target != source:
                way = Status(source), row.target
                ways[way] = ways.get(way, True) and row.who is Who.CLOCK
    return ways


def _box(status: Status) -> Box:
    x, y = _centre(status)
    lines = _lines(str(status.label))
    first = y + 5 - 8 * (len(lines) - 1)
    place = "end" if status in TERMINAL else "microsoft" if status in WITH_MICROSOFT else "partner"
    return Box(
        x=x - WIDTH // 2,
        y=y - HEIGHT // 2,
        middle=x,
        lines=[(words, first + 16 * number) for number, words in enumerate(lines)],
        place=place,
    )


def _centre(status: Status) -> tuple[int, int]:
    column, row = PLACES[status]
    return MARGIN + WIDTH // 2 + column * COLUMN, MARGIN + HEIGHT // 2 + row * ROW


def _lines(label: str) -> list[str]:
    """The label in one line, or in two about equally long ones."""
    words = label.split()
    if len(label) <= LONGEST_LINE or len(words) == 1:
        return [label]
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return list(min(cuts, key=lambda lines: max(map(len, lines))))


def _arrow(source: Status, target: Status, by_clock: bool) -> Arrow:
    (x1, y1), (x2, y2) = _centre(source), _centre(target)
    across, down = x2 - x1, y2 - y1
    if (target, source) in _ways():  # there and back: each keeps to its right
        length = (across**2 + down**2) ** 0.5
        aside_x, aside_y = round(-down / length * ASIDE), round(across / length * ASIDE)
        x1, x2, y1, y2 = x1 + aside_x, x2 + aside_x, y1 + aside_y, y2 + aside_y
    # How much of the way lies inside a box: up to its nearer edge.
    inside = min(
        WIDTH / 2 / abs(across) if across else 1,
        HEIGHT / 2 / abs(down) if down else 1,
    )
    step_x, step_y = across * inside, down * inside
    return Arrow(round(x1 + step_x), round(y1 + step_y), round(x2 - step_x), round(y2 - step_y), by_clock)
