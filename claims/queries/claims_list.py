"""Customer claims, all-up: one page of rows ready to print, and what the tabs and filters offer (R-140 to R-148)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from claims import deadlines
from claims.actions import Action
from claims.models import Claim
from claims.presentation import next_action
from claims.queries import slices
from claims.queries.scope import visible, with_effective_status
from claims.queries.search import matching
from claims.statuses import Status
from claims.transitions import CLOCK_ROWS
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common import paging

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # sorts claims without a running clock behind the others

# What may be sorted by -> ordering keys; each ends with a unique one, none can be null.
SORTS: dict[str, Sequence[str]] = {
    "number": ("number",),
    "name": ("name", "id"),
    "customer": ("customer_label", "id"),
    "engagement": ("engagement_label", "id"),
    "location": ("location_label", "id"),
    "status": ("place", "id"),
    "due": ("due_key", "id"),
    "updated": ("updated_at", "id"),
}
ASKING = (Action.SEND_CONSENT, Action.RESEND_CONSENT)


@dataclass(frozen=True)
class Wanted:
    """What the reader narrowed the list to; empty = everything."""

    area: str = ""
    q: str = ""
    statuses: Sequence[str] = ()
    engagements: Sequence[str] = ()  # slugs
    locations: Sequence[str] = ()  # ids
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
class Held:
    """Which engagements the reader's claims are on: (slug, name, area, number of claims) by name."""

    engagements: list[tuple[str, str, str, int]]

    def in_area(self, area: str) -> int:
        """How many claims a tab holds; "" = all of them."""
        return sum(count for _slug, _name, where, count in self.engagements if area in ("", where))

    def options(self, area: str) -> list[tuple[str, str]]:
        """The engagements to filter by under a tab."""
        return [(slug, name) for slug, name, where, _count in self.engagements if area in ("", where)]


def held(by: Actor) -> Held:
    """The counts of the tabs and the values of the engagement filter, in one query."""
    # Counted engagement by engagement, which reads an index and no claim; a GROUP BY over names reads them all.
    of_one = visible(by).filter(engagement=OuterRef("pk")).order_by().values("engagement")
    counted = Engagement.objects.order_by("name").annotate(count=Subquery(of_one.annotate(n=Count("*")).values("n")))
    return Held([group for group in counted.values_list("slug", "name", "area", "count") if group[3]])


def locations(by: Actor) -> list[tuple[str, str]]:
    """The values of the location filter; none for Microsoft's people, who see tens of thousands."""
    if by.partner is None:
        return []
    return [(str(pk), f"{name} ({code})") for pk, name, code in by.locations().values_list("pk", "name", "code")]


def selected(by: Actor, wanted: Wanted, now: datetime) -> QuerySet[Claim]:
    """The claims the reader asked for, with ``effective`` status, in no order. The export takes the same ones."""
    claims = with_effective_status(narrowed(by, wanted, now), now)
    if wanted.statuses:
        # The first condition is for the index: only a claim past its deadline may stand elsewhere than it says.
        claims = claims.filter(Q(status__in=wanted.statuses) | Q(due_at__lte=now), effective__in=wanted.statuses)
    return claims


def narrowed(by: Actor, wanted: Wanted, now: datetime) -> QuerySet[Claim]:
    """By everything but the status."""
    claims = matching(visible(by), wanted.q)
    if wanted.area:
        claims = claims.filter(engagement__area=wanted.area)
    if wanted.engagements:
        claims = claims.filter(engagement__slug__in=wanted.engagements)
    if wanted.locations:
        claims = claims.filter(location_id__in=wanted.locations)
    if wanted.is_sliced:
        claims = claims.filter(slices.condition(by, slices.parsed(asdict(wanted)), wanted.market, now))
    return claims


def page(by: Actor, wanted: Wanted, order: Sequence[str], cursor: str, size: int, now: datetime) -> paging.Page:
    """One page of rows, ``order`` being one of ``SORTS`` or the same turned round. One query."""
    # The database works out the status by the clock only where it is asked for it; else the rows below do, for less.
    by_status = wanted.statuses or order[0].lstrip("-") == "place"
    claims = (selected(by, wanted, now) if by_status else narrowed(by, wanted, now)).values(
        "id", "number", "name", "status", "round", "kind", "due_at", "updated_at",
        customer_label=F("customer__name"), engagement_label=F("engagement__name"), location_label=F("location__name"),
    )  # fmt: skip
    if order[0].lstrip("-") == "due_key":
        claims = claims.annotate(due_key=Coalesce("due_at", Value(NEVER), output_field=DateTimeField()))
    if order[0].lstrip("-") == "place":
        claims = claims.annotate(place=_place())
    found = paging.page(claims, order, cursor, size)
    base, mine = reverse("claims:list"), by.kind is Kind.PARTNER
    found.rows[:] = [_row(row, base, mine, now) for row in found.rows]
    return found


def _place() -> Case:
    """Where a status stands in the life cycle: its order in the list, whatever it is called in a language."""
    places = [When(effective=code, then=Value(number)) for number, code in enumerate(Status.values)]
    return Case(*places, output_field=IntegerField())


def _row(row: dict, base: str, mine: bool, now: datetime) -> dict[str, str]:
    status, url = _effective(row, now), f"{base}{row['number']}/"
    action = next_action(status) if mine else None
    running = row["due_at"] is not None and row["due_at"] > now
    return {
        "url": url,
        "number": str(row["number"]),
        "name": row["name"],
        "customer": row["customer_label"],
        "engagement": row["engagement_label"],
        "location": row["location_label"],
        "status": status.value,
        "label": str(status.label),
        "due": _day(row["due_at"]) if running else "-",
        "due_for": _due_for(status) if running else "",
        "updated": _day(row["updated_at"]),
        "updated_at": row["updated_at"].isoformat(timespec="seconds"),
        "action": str(action.label) if action else _("View claim"),
        "action_url": f"{url}consent/" if action in ASKING else url,
    }


def _effective(row: dict, now: datetime) -> Status:
    """As ``with_effective_status`` (R-271)."""
    if deadlines.is_past(row["due_at"], now):
        for rule in CLOCK_ROWS:
            if (
                row["status"] in rule.sources
                and rule.round in (None, row["round"])
                and rule.kind in (None, row["kind"])
            ):
                return Status(rule.target)
    return Status(row["status"])


def _due_for(status: Status) -> str:
    """What else than a submission the date is for."""
    return {
        Status.CUSTOMER_CLAIMED: _("for customer consent"),
        Status.AWAITING_CONSENT: _("for customer consent"),
        Status.REJECTED: _("to dispute"),
    }.get(status, "")


def _day(moment: datetime) -> str:
    return _written(timezone.localtime(moment).date(), get_language() or "")


@lru_cache(maxsize=4096)
def _written(on: date, language: str) -> str:
    return date_format(on, pgettext("short date format", "M j, Y"))
