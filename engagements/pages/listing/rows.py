"""The rows of the engagements list: in which order, and as prepared text."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.queries.engagements import Line, Wanted
from eligibility import standing
from engagements.availability import Availability
from engagements.models import PartnerRole
from mci_portal.common.lists import ListState

SORT_KEYS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: line.name.casefold(),
    "role": lambda line: str(PartnerRole(line.role).label).casefold(),
    "eligibility": lambda line: (line.earning / line.enrolled if line.enrolled else 0, line.earning),
    "status": lambda line: list(Availability).index(line.availability),
    "active": lambda line: line.active_customers,
    "eligible": lambda line: line.eligible_customers,
}


def wanted(state: ListState, area: str, *, mine: bool) -> Wanted:
    """What the address asks for, in the domain's words."""
    chosen = state.chosen
    return Wanted(
        area=area,
        q=state.q,
        statuses=chosen.get("status", ()),
        roles=chosen.get("role", ()),
        locations=[int(pk) for pk in chosen.get("location", ())],
        mine=mine,
    )


def ordered(lines: list[Line], sort: str) -> list[Line]:
    """``lines`` come by name; equal ones stay so in either direction."""
    return sorted(lines, key=SORT_KEYS[sort.lstrip("-")], reverse=sort.startswith("-"))


def prepared(lines: list[Line]) -> list[dict]:
    """R-024, R-026: "-" where there is nothing to count, and a link only where there is something behind it."""
    home, of = reverse("engagements:list"), _("{earning} of {enrolled}")
    roles = {value: str(label) for value, label in PartnerRole.choices}
    return [
        {
            "name": line.name,
            "url": f"{home}{line.slug}/",
            "role": roles[line.role],
            "earning": line.earning,
            "ratio": of.format(earning=line.earning, enrolled=line.enrolled),
            "lacking": "" if line.earning else _lacking(line),
            "status": line.availability.label,
            "active": line.active_customers,
            "eligible": line.eligible_customers,
        }
        for line in lines
    ]


def spoken(lines: list[Line]) -> str:
    """Said after each swap of the rows."""
    return ngettext("{count} engagement", "{count} engagements", len(lines)).format(count=len(lines))


def _lacking(line: Line) -> str:
    """C-05: what the nearest location still misses."""
    if line.eligible:
        return standing.title_of(standing.PAYEE)
    return ", ".join(standing.title_of(key) for key in line.lacking)
