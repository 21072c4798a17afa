"""Customer claims, all-up: one page of claims, and what the tabs, filters and views offer (R-140 to R-148)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, Count, F, Field, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat
from psycopg.types.datetime import TimestamptzLoader

from claims import list_filters
from claims.list_columns import DEFAULT, SORTS, values
from claims.models import Claim, SavedView, Tally
from claims.queries import slices
from claims.queries.scope import visible, with_effective_status
from claims.queries.search import matching
from claims.transitions import CLOCK_ROWS
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.models import Partner, Role, User
from mci_portal.common import paging

__all__ = ["SORTS", "Offer", "View", "Wanted", "offer", "page", "selected"]

# Marks in statements that are kept: no row has these ids (downwards from the last two), no engagement begins like
# this, no clock says this; and no value that stands in a statement for good may equal one of them.
_USER, _PARTNER, _CHOSEN, _PLACE, _BEGIN = (
    -1_000_000_001,
    -1_000_000_002,
    -1_100_000_000,
    -1_200_000_000,
    -1_300_000_000,
)
_SLUG, _NOW = "\n", datetime.min.replace(tzinfo=UTC)

# The statuses that the clock may take away or give, whatever the row says until the sweep comes.
BY_THE_CLOCK = frozenset().union(*((*row.sources, row.target) for row in CLOCK_ROWS))


@dataclass(frozen=True)
class Wanted:
    """What the reader narrowed the list to; empty = everything."""

    area: str = ""
    q: str = ""
    statuses: Sequence[str] = ()
    engagements: Sequence[str] = ()  # slugs
    locations: Sequence[str] = ()  # ids
    numbers: Sequence[int] = ()  # exactly these claims, of those he may see
    further: Mapping[str, Sequence[str]] = field(default_factory=dict)  # as ``claims.list_filters`` offers them
    of_roles: Sequence[int] | None = None  # the engagements of the chosen partner roles, by id
    # A slice by time or market that no filter panel offers, as its address says it; see ``claims.queries.slices``.
    moment: str = ""
    of: str = ""
    since: str = ""
    until: str = ""
    market: str = ""

    @property
    def is_sliced(self) -> bool:
        return bool(self.moment or self.market)


@dataclass(frozen=True)
class View:
    """A saved view; ``columns`` are codes joined by commas."""

    id: int
    name: str
    query: str
    columns: str
    is_default: bool


@dataclass(frozen=True)
class Offer:
    """What may be chosen: engagements with claims as (slug, name, area, number of claims), locations, own views."""

    engagements: list[tuple[str, str, str, int]] = field(default_factory=list)
    roles: dict[str, list[int]] = field(default_factory=dict)  # partner role -> ids of those engagements
    locations: list[tuple[str, str]] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    columns: str = ""  # those that the reader likes to see where no view says otherwise

    def in_area(self, area: str) -> int:
        """How many claims a tab holds; "" = all of them."""
        return sum(count for _slug, _name, where, count in self.engagements if area in ("", where))

    def options(self, area: str) -> list[tuple[str, str]]:
        """The engagements to filter by under a tab."""
        return [(slug, name) for slug, name, where, _count in self.engagements if area in ("", where)]

    @property
    def default(self) -> View | None:
        """The view that opens by itself."""
        return next((view for view in self.views if view.is_default), None)


def offer(by: Actor) -> Offer:
    """All of it in one query, by name. Microsoft's people, who see tens of thousands of locations, get none."""
    found = Offer()
    columns = ""
    for what, key, name, more, last, number in _read(by):
        if what == "engagement":
            if number:
                found.engagements.append((key, name, more, number))
                role, _colon, pk = last.partition(":")
                found.roles.setdefault(role, []).append(int(pk))
        elif what == "location":
            found.locations.append((key, f"{name} ({more})"))
        elif name:
            found.views.append(View(int(key), name, more, last, bool(number)))
        else:
            columns = last
    return replace(found, columns=columns)


def _read(by: Actor) -> list[tuple]:
    sql, marks = _compiled(_sort_of(by))
    given = _given(by)
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(mark, mark) for mark in marks])
        return cursor.fetchall()


class _Reader(NamedTuple):
    """What of a reader decides over the text of a statement; ``places``: how many locations, None for all."""

    is_microsoft: bool
    works: bool
    places: int | None


def _places(by: Actor) -> list[int] | None:
    return None if by.is_microsoft or by.location_ids is None else sorted(by.location_ids)


def _sort_of(by: Actor) -> _Reader:
    places = _places(by)
    return _Reader(by.is_microsoft, by.works_on_incentives, None if places is None else len(places))


def _given(by: Actor) -> dict:
    """What stands where ``_stand_in_for`` left marks."""
    given = {_USER: by.user_id, _PARTNER: by.partner_id}
    return given | {_PLACE - place: pk for place, pk in enumerate(_places(by) or ())}


def _stand_in_for(reader: _Reader) -> Actor:
    at = None if reader.places is None else frozenset(_PLACE - place for place in range(reader.places))
    return Actor(
        kind=Kind.REVIEWER if reader.is_microsoft else Kind.PARTNER,
        name="",
        user=User(pk=_USER),
        partner=None if reader.is_microsoft else Partner(pk=_PARTNER),
        roles=frozenset({Role.INCENTIVES_ADMIN} if reader.works else ()),
        admin_of=at,
    )


@lru_cache(maxsize=256)
def _compiled(reader: _Reader) -> tuple[str, tuple]:
    """The statement of ``_offered`` for readers of one sort, with marks for whom: putting it together anew costs a
    fifth of the page."""
    sql, marks = _offered(_stand_in_for(reader)).query.sql_with_params()
    return sql, tuple(marks)


def _offered(by: Actor) -> QuerySet:
    here = {"engagement": OuterRef("pk")}
    counted: QuerySet
    if by.is_microsoft:
        # Counted engagement by engagement, which reads an index and no claim; a GROUP BY over names reads them all.
        counted = visible(by).filter(**here).order_by().values("engagement").annotate(n=Count("*")).values("n")
    else:
        tallies = Tally.objects.filter(by.location_filter(), **here)
        counted = tallies.order_by().values("engagement").annotate(n=Sum("claims")).values("n")
    count = Coalesce(Subquery(counted), 0)
    role = Concat("role", Value(":"), _text("pk"), output_field=CharField())
    engagements = _lines(Engagement.objects.all(), "engagement", F("slug"), F("area"), count, role)
    locations = _lines(by.locations(), "location", _text("pk"), F("code"), Value(0))
    mine = SavedView.objects.filter(user_id=by.user_id, partner_id=by.partner_id)
    views = _lines(mine, "view", _text("pk"), F("query"), Cast("is_default", IntegerField()), F("columns"))
    return engagements.union(locations, views, all=True).order_by("label")


def _lines(rows: QuerySet, what: str, key, more, number, last=None) -> QuerySet:
    return (
        rows.order_by()
        .annotate(what=Value(what), line=key, label=F("name"), more=more, last=last or Value(""), amount=number)
        .values_list("what", "line", "label", "more", "last", "amount")
    )


def _text(name: str) -> Cast:
    return Cast(name, CharField())


def selected(by: Actor, wanted: Wanted, now: datetime) -> QuerySet[Claim]:
    """The claims the reader asked for, with ``effective`` status, in no order. The export takes the same ones."""
    return _of_status(with_effective_status(narrowed(by, wanted, now), now), wanted.statuses, now)


def _of_status(claims: QuerySet[Claim], statuses: Sequence[str], now: datetime) -> QuerySet[Claim]:
    if not statuses:
        return claims
    if BY_THE_CLOCK.isdisjoint(statuses):
        return claims.filter(status__in=statuses)
    # Said twice, so that the planner counts on most of them by the status alone: only a claim past its deadline may
    # stand elsewhere than it says.
    in_time = Q(status__in=statuses) & (Q(due_at=None) | Q(due_at__gt=now))
    return with_effective_status(claims, now).filter(in_time | Q(due_at__lte=now, effective__in=statuses))


def narrowed(by: Actor, wanted: Wanted, now: datetime) -> QuerySet[Claim]:
    """By everything but the status."""
    claims = matching(visible(by), wanted.q)
    if wanted.area:
        claims = claims.filter(engagement__area=wanted.area)
    if len(wanted.engagements) == 1:  # by its key, so that the index of one engagement gives the order as well
        one = Engagement.objects.filter(slug=wanted.engagements[0])
        claims = claims.filter(engagement=one.values("pk")[:1])
    elif wanted.engagements:
        claims = claims.filter(engagement__slug__in=wanted.engagements)
    if wanted.locations:
        claims = claims.filter(location_id__in=wanted.locations)
    if wanted.numbers:
        claims = claims.filter(number__in=wanted.numbers)
    if wanted.of_roles is not None:
        # By their ids, whose frequency the planner knows: it would walk through all claims for a role that has few.
        claims = claims.filter(engagement_id__in=wanted.of_roles)
    if wanted.further:
        claims = claims.filter(list_filters.condition(by, wanted.further, now))
    if wanted.is_sliced:
        claims = claims.filter(slices.condition(by, slices.parsed(asdict(wanted)), wanted.market, now))
    return claims


def page(
    by: Actor,
    wanted: Wanted,
    order: Sequence[str],
    cursor: str,
    size: int,
    now: datetime,
    shown: Iterable[str] = DEFAULT,
) -> paging.Page:
    """One page of claims as dicts for ``claims.list_rows``, with what the columns ``shown`` need. One query.

    ``order`` is one of ``SORTS`` or the same turned round. A claim whose deadline has passed since the last sweep
    stands where its former status stands, and says the status that it has by now.
    """
    shown = tuple(shown)
    if wanted.q or wanted.numbers or wanted.further or wanted.of_roles is not None or wanted.is_sliced:
        return paging.page(_rows(by, wanted, shown, order, now), order, cursor, size)
    return paging.page_of(partial(_filtered, by, wanted, shown, now), order, cursor, size)


def _rows(by: Actor, wanted: Wanted, shown: Iterable[str], order: Iterable[str], now: datetime) -> QuerySet:
    fields, labels = values(shown, order)
    # In so many words, so that a list of one partner can be read from the index of a name; the key of both columns
    # tells the planner that this leaves no claim out.
    keys = Q(keys__partner=F("partner"))
    return _of_status(narrowed(by, wanted, now), wanted.statuses, now).filter(keys).values(*fields, **labels)


def _filtered(
    by: Actor,
    wanted: Wanted,
    shown: tuple[str, ...],
    now: datetime,
    order: Sequence[str],
    place: Sequence[str],
    most: int,
) -> list[dict]:
    """The rows of lists that are only filtered: most of what is asked for, and few different statements."""
    chosen = [*wanted.engagements, *map(int, wanted.locations)]
    shape = (wanted.area, tuple(wanted.statuses), len(wanted.engagements), len(wanted.locations))
    try:
        kept = _compiled_rows(_sort_of(by), *shape, shown, tuple(order), bool(place), most)
    except EmptyResultSet:  # a reader without any location
        return []
    given = _given(by) | dict(zip(_marks_of(*shape[2:]), chosen, strict=True)) | {_NOW: now}
    given |= {mark: field.to_python(value) for (mark, field), value in zip(kept.place, place, strict=True)}
    with connection.cursor() as cursor:
        # Django's own loader of moments is written in Python: half a millisecond on a page.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(kept.sql, [given.get(mark, mark) for mark in kept.marks])
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _marks_of(engagements: int, locations: int) -> list:
    return [*(f"{_SLUG}{n}" for n in range(engagements)), *(_CHOSEN - n for n in range(locations))]


class _Kept(NamedTuple):
    """A statement, what is given to it, and the marks of the place where it begins, each with its field."""

    sql: str
    marks: tuple
    place: list[tuple[Any, Field]]


@lru_cache(maxsize=512)
def _compiled_rows(
    reader: "_Reader",
    area: str,
    statuses: tuple[str, ...],
    engagements: int,
    locations: int,
    shown: tuple[str, ...],
    order: tuple[str, ...],
    begins: bool,
    most: int,
) -> _Kept:
    """The statement of ``_rows`` with marks for whom, for what was chosen, where it begins and for now; making it costs
    more than the database takes to answer it."""
    marks = _marks_of(engagements, locations)
    wanted = Wanted(area, "", statuses, marks[:engagements], marks[engagements:])
    rows = _rows(_stand_in_for(reader), wanted, shown, order, _NOW).order_by(*order)
    fields = [rows.query.resolve_ref(key.lstrip("-")).output_field for key in order] if begins else []
    place = [(_begin(field, number), field) for number, field in enumerate(fields)]
    sql, given = paging.begun(rows, order, [mark for mark, _field in place])[:most].query.sql_with_params()
    return _Kept(sql, tuple(given), place)


def _begin(field: Field, number: int) -> Any:
    """The mark of a place's value."""
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        return _NOW + timedelta(days=number + 1)
    if kind == "DecimalField":
        return Decimal(_BEGIN - number)
    return f"{_SLUG}from{number}" if kind in ("CharField", "TextField") else _BEGIN - number
