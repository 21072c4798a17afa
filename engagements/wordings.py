"""How operators word the reasons that the portal gives, by day; who asks brings the words it ships with (R-277).

What was decided on a day is told in the words of that day for ever: a wording begins after the day it is written on,
and one that has begun is never edited.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models.functions import Now, TruncDate

from engagements.models import ReasonWords
from mci_portal.common.once import once

List = ReasonWords.List
Choices = Sequence[tuple[str, object]]  # code and shipped words, as in ``TextChoices.choices``


@dataclass(frozen=True)
class Book:
    """Every wording there is. ``on`` is a day, or None for ``today``, which is the database's."""

    today: date  # of no matter where there are no rows
    rows: tuple[ReasonWords, ...]

    def row(self, listed: str, code: str, on: date | None = None) -> ReasonWords | None:
        """The one in force."""
        day = on or self.today
        fitting = (row for row in self.rows if (row.list, row.code) == (listed, code) and row.valid_from <= day)
        return max(fitting, key=lambda row: row.valid_from, default=None)

    def coming(self, listed: str, code: str) -> ReasonWords | None:
        """The one that begins next."""
        later = (row for row in self.rows if (row.list, row.code) == (listed, code) and row.valid_from > self.today)
        return min(later, key=lambda row: row.valid_from, default=None)

    def text(self, listed: str, code: str, shipped: object, on: date | None = None) -> str:
        """The operator's words, else the ``shipped`` ones."""
        row = self.row(listed, code, on)
        return row.text if row and row.text else str(shipped)

    def advice(self, listed: str, code: str, shipped: object) -> str:
        """What the reader can do about it, in today's words."""
        row = self.row(listed, code)
        return row.advice if row and row.advice else str(shipped)

    def codes(self, listed: str, shipped: Choices) -> list[tuple[str, object]]:
        """The shipped codes with their words, then the operators' own, which stand for themselves."""
        known = {code for code, _words in shipped}
        own = dict.fromkeys(row.code for row in self.rows if row.list == listed and row.code not in known)
        return [*shipped, *((code, code) for code in own)]

    def is_offered(self, listed: str, code: str, shipped: Choices, on: date | None = None) -> bool:
        """Whether reviewers may choose it. An own one is offered from its first day on."""
        row = self.row(listed, code, on)
        return row.offered if row else code in dict(shipped)

    def dictionary(self, listed: str, shipped: Choices, on: date) -> dict[str, str]:
        """Every code with its words on that day."""
        return {code: self.text(listed, code, words, on) for code, words in self.codes(listed, shipped)}

    def turns(self, listed: str) -> list[date]:
        """The days on which the words of a list change."""
        return sorted({row.valid_from for row in self.rows if row.list == listed})


def book() -> Book:
    """As the table stands. One query, and one in a request however often it is asked for."""
    return once("wordings", _read)


def labels(listed: str, codes: Iterable[str], shipped: Choices, at: datetime) -> list[str]:
    """The words for these codes on the day of ``at``; a code that nobody knows stands for itself."""
    words = book().dictionary(listed, shipped, at.date())
    return [words.get(code, code) for code in codes]


def offered(listed: str, shipped: Choices) -> Callable[[], Choices]:
    """The choices of today, for a form field."""

    def choices() -> Choices:
        present = book()
        return [
            (code, present.text(listed, code, words))
            for code, words in present.codes(listed, shipped)
            if present.is_offered(listed, code, shipped)
        ]

    return choices


def _read() -> Book:
    rows = ReasonWords.objects.annotate(today=TruncDate(Now(), tzinfo=UTC)).order_by("valid_from", "id")
    found = tuple(rows)
    return Book(found[0].today if found else date.min, found)
