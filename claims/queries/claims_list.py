"""Customer claims, all-up: one page of claims, and what the tabs, filters and views offer (R-140 to R-148)."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.db.models import CharField, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from claims.list_columns import DEFAULT, SORTS, values
from claims.models import Claim, SavedView
from claims.queries import slices
from claims.queries.scope import visible, with_effective_status
from claims.queries.search import matching
from claims.transitions import CLOCK_ROWS
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.models import Partner, Role, User
from mci_portal.common import paging

__all__ = ["SORTS", "Offer", "View", "Wanted", "offer", "page", "selected"]

_USER, _PARTNER, _PLACE = -1, -2, -10  # what no row is called, and downwards from the last one

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
        elif what == "location":
            found.locations.append((key, f"{name} ({more})"))
        elif name:
            found.views.append(View(int(key), name, more, last, bool(number)))
        else:
            columns = last
    return Offer(found.engagements, found.locations, found.views, columns)


def _read(by: Actor) -> list[tuple]:
    places = None if by.is_microsoft or by.location_ids is None else sorted(by.location_ids)
    sql, marks = _compiled(by.is_microsoft, by.works_on_incentives, None if places is None else len(places))
    given = {_USER: by.user_id, _PARTNER: by.partner_id}
    given |= {_PLACE - place: pk for place, pk in enumerate(places or ())}
    with connection.cursor() as cursor:
        cursor.execute(sql, [given.get(mark, mark) for mark in marks])
        return cursor.fetchall()


@lru_cache(maxsize=256)
def _compiled(is_microsoft: bool, works: bool, places: int | None) -> tuple[str, tuple]:
    """The statement of ``_offered`` for readers of one sort, with marks for whom: putting it together anew costs a
    fifth of the page."""
    at = None if places is None else frozenset(_PLACE - place for place in range(places))
    mark = Actor(
        kind=Kind.REVIEWER if is_microsoft else Kind.PARTNER,
        name="",
        user=User(pk=_USER),
        partner=None if is_microsoft else Partner(pk=_PARTNER),
        roles=frozenset({Role.INCENTIVES_ADMIN} if works else ()),
        admin_of=at,
    )
    sql, marks = _offered(mark).query.sql_with_params()
    return sql, tuple(marks)


def _offered(by: Actor) -> QuerySet:
    # Counted engagement by engagement, which reads an index and no claim; a GROUP BY over names reads them all.
    of_one = visible(by).filter(engagement=OuterRef("pk")).order_by().values("engagement")
    count = Coalesce(Subquery(of_one.annotate(n=Count("*")).values("n")), 0)
    engagements = _lines(Engagement.objects.all(), "engagement", F("slug"), F("area"), count)
    locations = _lines(by.locations(), "location", _text("pk"), F("code"), Value(0))
    mine = SavedView.objects.filter(user_id=by.user_id)
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
    # The first condition is for the index: only a claim past its deadline may stand elsewhere than it says.
    late = Q(status__in=statuses) | Q(due_at__lte=now)
    return with_effective_status(claims, now).filter(late, effective__in=statuses)


def narrowed(by: Actor, wanted: Wanted, now: datetime) -> QuerySet[Claim]:
    """By everything but the status."""
    claims = matching(visible(by), wanted.q)
    if wanted.area:
        claims = claims.filter(engagement__area=wanted.area)
    if wanted.engagements:
        claims = claims.filter(engagement__slug__in=wanted.engagements)
    if wanted.locations:
        claims = claims.filter(location_id__in=wanted.locations)
    if wanted.numbers:
        claims = claims.filter(number__in=wanted.numbers)
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
    fields, labels = values(shown, order)
    claims = _of_status(narrowed(by, wanted, now), wanted.statuses, now)
    return paging.page(claims.values(*fields, **labels), order, cursor, size)
