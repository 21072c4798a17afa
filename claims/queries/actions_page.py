"""One page of the Action Center's actions in an order of the reader's (R-240): claims that ask for something, and the
few recommended ones between them or behind them.

In the order of the deadlines an index gives the claims. Every other order is made from the reader's open claims, which
``attention.pressing`` bounds.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, Collate

from claims.models import Claim
from claims.queries import actions, attention, todos
from claims.queries.actions import Entry
from mci_portal.common import paging
from mci_portal.outbox.kinds import Category, Workspace

# What may be sorted by, and the keys of a line. Lines that are alike in it follow by their deadlines.
SORTS = {
    "action": ("wording", "due", "nr"),
    "type": ("category", "due", "nr"),
    "workspace": ("workspace", "due", "nr"),
    "created": ("begun", "due", "nr"),
    "due": ("due", "nr"),
}
_READ: dict[str, Callable[[str], Any]] = {"due": datetime.fromisoformat, "begun": datetime.fromisoformat, "nr": int}


def page(
    claims: QuerySet[Claim], helpful: Sequence[Entry], order: Sequence[str], cursor: str, size: int, now: datetime
) -> paging.Page:
    """``claims`` as ``actions.mandatory`` finds them; ``order`` is one of ``SORTS`` or the same turned round. Rows are
    entries. One query. What has no date stands behind all that has one, whichever way the list runs."""
    keys = [key.lstrip("-") for key in order]
    far = datetime.min if order[0].startswith("-") else datetime.max
    others = [_keyed(entry, number, far.replace(tzinfo=UTC)) for number, entry in enumerate(helpful, -len(helpful))]
    claims = _prepared(claims, keys, now).select_related("location", "engagement", "customer")

    def read(order: Sequence[str], place: Sequence[str], most: int) -> list[dict[str, Any]]:
        found = list(paging.begun(claims.order_by(*order), order, place)[:most])
        lines = [
            {"entry": entry} | {key: getattr(claim, key) for key in keys}
            for claim, entry in zip(found, actions.of_claims(found), strict=True)
        ]
        backwards, start = order[0].startswith("-"), _place(keys, place)
        lines += [line for line in others if not start or _is_behind(_of(line, keys), start, backwards)]
        return sorted(lines, key=lambda line: _of(line, keys), reverse=backwards)[:most]

    found = paging.page_of(read, order, cursor, size)
    return replace(found, rows=[line["entry"] for line in found.rows])


def _prepared(claims: QuerySet[Claim], keys: Sequence[str], now: datetime) -> QuerySet[Claim]:
    """With the keys, and with none that nobody orders by."""
    made: dict[str, Callable[[], Any]] = {
        "wording": lambda: _wording(now),
        "category": lambda: _fixed(Category.MANDATORY),
        "workspace": lambda: _fixed(Workspace.INCENTIVES),
        "begun": lambda: Coalesce("since", "created_at"),
        "due": lambda: F("due_at"),
        "nr": lambda: F("pk"),
    }
    return claims.annotate(**{key: made[key]() for key in keys})


def _wording(now: datetime) -> Collate:
    """The words in the reader's language, compared letter by letter as Python compares those of the other lines."""
    whens = (When(rule, then=Value(str(todos.WORDS[todo]).casefold())) for rule, todo in attention.rules(now))
    return Collate(Case(*whens, default=Value(""), output_field=CharField()), "C")


def _fixed(label: Any) -> Collate:
    return Collate(Value(_said(label), output_field=CharField()), "C")


def _said(choice: Any) -> str:
    return str(choice.label).casefold()


def _keyed(entry: Entry, number: int, far: datetime) -> dict[str, Any]:
    return {
        "entry": entry,
        "wording": entry.title.casefold(),
        "category": _said(entry.category),
        "workspace": _said(entry.workspace),
        "begun": far,
        "due": far,
        "nr": number,
    }


def _of(line: dict[str, Any], keys: Sequence[str]) -> tuple:
    return tuple(line[key] for key in keys)


def _place(keys: Sequence[str], place: Sequence[str]) -> tuple:
    return tuple(_READ.get(key, str)(value) for key, value in zip(keys, place, strict=False))


def _is_behind(line: tuple, start: tuple, backwards: bool) -> bool:
    return line < start if backwards else line > start
