"""A catalogue of two engagements as text, and its loading; tests change single lines of it."""

from datetime import date
from pathlib import Path

from engagements.catalogue import CatalogueError, Tally, load

TODAY = date(2026, 11, 20)

TEXT = """\
types:
  - {code: workshop, name: Workshop, consent_days: 30, submit_days: 90, review_days: 120, dispute_days: 30,
     dispute_review_days: 30}
markets:
  - from: 2021-07-01
    A: [US, NL]
    B: ["*"]
  - from: 2022-11-01
    A: [US, NL]
    B: [SG]
    C: ["*"]
engagements:
  - slug: first-workshop
    name: First Workshop
    area: azure
    role: build_intent
    type: workshop
    starts_on: 2021-07-01
    id_types: [domain]
    rates:
      - {from: 2021-07-01, to: 2022-10-31, A: 4000, B: 2000}
      - {from: 2022-11-01, A: 5000, B: n/a, C: 1000}
    criteria:
      - {title: Membership, any_of: [Member]}
    evidence:
      - kind: invoice
        templates:
          - {version: 2021-07, file: workshop-invoice-2021-07.xlsx, from: 2021-07-01}
      - {kind: customer_survey}
    links:
      - {label: Guide, url: "https://learn.microsoft.com/"}
  - slug: second-deal
    name: Second Deal
    area: azure
    role: transact
    pay: formula
    starts_on: 2021-07-01
"""


def load_text(folder: Path, *changes: tuple[str, str], text: str = TEXT, today: date = TODAY) -> Tally:
    """Load ``text`` after replacing each pair's first word (it must occur) by its second."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "catalogue.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, today)


def refused(folder: Path, *changes: tuple[str, str], text: str = TEXT) -> list[tuple[int, str]]:
    """The lines and sentences with which the changed text is refused; [] when it is not."""
    try:
        load_text(folder, *changes, text=text)
    except CatalogueError as error:
        return [(problem.line, problem.sentence) for problem in error.problems]
    return []


def line_with(words: str, text: str = TEXT) -> int:
    """The number of the first line that holds ``words``."""
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)
