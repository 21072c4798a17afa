"""Keyset paging: the next page starts after the last row's key, so page 10,000 costs what page 1 costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import BadRequest
from django.db.models import Q, QuerySet

PER_PAGE = (10, 25, 50, 100)
DEFAULT_PER_PAGE = 25
_signer = signing.Signer(salt="paging", sep="~")


@dataclass(frozen=True)
class Page:
    """``rows`` of one page; ``previous`` and ``next`` are cursors for ``?at=``, empty at the ends."""

    rows: list[Any]
    previous: str
    next: str
    per_page: int


def per_page(value: str | None) -> int:
    """The page size that was asked for if it is one we offer, else the default."""
    return int(value) if value in map(str, PER_PAGE) else DEFAULT_PER_PAGE


def page(rows: QuerySet, keys: Sequence[str], cursor: str, size: int) -> Page:
    """One page of ``rows``, ordered by ``keys`` (model fields or annotations; a leading "-" descends).

    The last key must be unique and no key may be null. ``cursor`` is what an earlier page gave, or "". Raises
    BadRequest for a cursor that this site did not sign or that belongs to another order.
    """

    def read(order: Sequence[str], place: Sequence[str], most: int) -> list[Any]:
        return list(begun(rows.order_by(*order), order, place)[:most])

    return page_of(read, keys, cursor, size)


def page_of(
    read: Callable[[list[str], list[str], int], list[Any]], keys: Sequence[str], cursor: str, size: int
) -> Page:
    """As ``page``, of the rows that ``read`` answers: in an order, behind a place in it ([] = from the first), so many
    at most. The values of a place are text."""
    forward, place = _read(cursor, keys)
    order = list(keys) if forward else [_turned(key) for key in keys]
    return _cut(read(order, place, size + 1), keys, size, forward, bool(place))


def begun(rows: QuerySet, order: Sequence[str], place: Sequence[Any]) -> QuerySet:
    """Those of ``rows`` that come behind ``place`` in ``order``."""
    return rows.filter(_after(order, place)) if place else rows


def _cut(found: list[Any], keys: Sequence[str], size: int, forward: bool, begun: bool) -> Page:
    """``begun``: the rows were read from a cursor on."""
    more = len(found) > size
    found = found[:size]
    if not forward:
        found.reverse()
    has_previous = begun if forward else more
    has_next = more if forward else True
    return Page(
        rows=found,
        previous=_write(keys, found[0], "p") if found and has_previous else "",
        next=_write(keys, found[-1], "n") if found and has_next else "",
        per_page=size,
    )


def _turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    condition = Q()
    for position, key in enumerate(order):
        equal = {name.lstrip("-"): value for name, value in zip(order[:position], values, strict=False)}
        operator = "lt" if key.startswith("-") else "gt"
        condition |= Q(**equal, **{f"{key.lstrip('-')}__{operator}": values[position]})
    # The plain first-key bound lets the index start in the right place.
    edge = "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{order[0].lstrip('-')}__{edge}": values[0]}) & condition


def _write(keys: Sequence[str], row: Any, direction: str) -> str:
    values = [_value(row, key.lstrip("-")) for key in keys]
    return _signer.sign_object([direction, ",".join(keys), *[str(value) for value in values]], compress=True)


def _value(row: Any, key: str) -> Any:
    if isinstance(row, dict):
        return row[key]
    for part in key.split("__"):
        row = getattr(row, part)
    return row


def _read(cursor: str, keys: Sequence[str]) -> tuple[bool, list[str]]:
    if not cursor:
        return True, []
    try:
        direction, order, *values = _signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadRequest("This page address is not valid.") from error
    if order != ",".join(keys) or len(values) != len(keys):
        raise BadRequest("This page address belongs to another order of the list.")
    return direction == "n", values
