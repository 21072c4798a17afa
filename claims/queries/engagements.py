"""The engagements list with its counts (R-020 to R-026), in one statement however many engagements and claims.

Three grouped sub-selects are joined to the engagements: locations, claims, and known customers who could be claimed.
The statement itself stands in ``counting``.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from claims.queries import counting
from customers.identity import IdType
from engagements.availability import Availability, availability
from engagements.models import Engagement
from engagements.queries import matching, visible_to
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for; empty = everything. ``locations`` are ids of his own, ``mine`` is C-05's default."""

    area: str = ""
    q: str = ""
    statuses: Collection[str] = ()
    roles: Collection[str] = ()
    locations: Collection[int] = ()
    mine: bool = False


@dataclass(frozen=True)
class Line:
    """One engagement. The counts are those of the reader's locations; for Microsoft's people they are all 0.

    ``eligible_customers`` is the number in the Eligible tab of its Customers page, ``active_customers`` those with
    an open claim and consent. ``lacking`` are the keys of the criteria that the nearest location still misses.
    """

    slug: str
    name: str
    role: str
    takes_customers: bool
    availability: Availability
    enrolled: int = 0
    eligible: int = 0
    earning: int = 0
    lacking: tuple[str, ...] = ()
    active_customers: int = 0
    eligible_customers: int = 0


def lines(by: Actor, wanted: Wanted, places: Collection[Location], now: datetime) -> list[Line]:
    """The engagements the actor may know of, by name; one query.

    ``places`` are the locations he works for, which the page holds anyway. ``wanted.mine`` leaves only those
    with a location whose verdict is positive (R-029, C-05).
    """
    offered = _offered(by, wanted)
    if by.is_microsoft:
        found = offered.only("slug", "name", "role", "starts_on", "ends_on", "last_claim_on")
        shown = [_line(one, now) for one in found]
    else:
        chosen = [place for place in places if not wanted.locations or place.pk in wanted.locations]
        counted = Engagement.objects.raw(*counting.statement(offered, by, chosen, now))
        shown = [line for one in counted if (line := _line(one, now)).eligible or not wanted.mine]
    return sorted(
        (line for line in shown if not wanted.statuses or line.availability in wanted.statuses),
        key=lambda line: line.name.casefold(),
    )


def is_claimable(engagement: Engagement) -> bool:
    """A known customer can be claimed without asking for an ID; not where only an opportunity counts (R-069)."""
    return any(code != IdType.MSX for code in engagement.id_types)


def _offered(by: Actor, wanted: Wanted) -> QuerySet[Engagement]:
    narrowed = matching(wanted.q)
    narrowed &= Q(area=wanted.area) if wanted.area else Q()
    narrowed &= Q(role__in=wanted.roles) if wanted.roles else Q()
    return visible_to(by.partner_id).filter(narrowed).order_by()


def _line(engagement: Engagement, now: datetime) -> Line:
    available = availability(engagement, now.date())
    shared: dict[str, Any] = {
        "slug": engagement.slug,
        "name": engagement.name,
        "role": engagement.role,
        "takes_customers": engagement.takes_customers,
        "availability": available,
    }
    if not hasattr(engagement, "earning"):
        return Line(**shared)
    counted: Any = engagement
    open_to_known = available == Availability.ACTIVE and is_claimable(engagement)
    return Line(
        **shared,
        enrolled=counted.enrolled,
        eligible=counted.eligible,
        earning=counted.earning,
        lacking=tuple(json.loads(counted.lacking)) if counted.lacking else (),
        active_customers=counted.active if engagement.takes_customers else 0,
        eligible_customers=counted.claimed + counted.startable * open_to_known if engagement.takes_customers else 0,
    )
