"""Filters of Customer claims by what is no status, engagement or place: role, owner, deadline, activity (ui-spec 6.10).

``claims.list_address`` offers them, ``claims.queries.claims_list`` narrows by them. The values of one filter never
overlap, so that several of them mean their sum.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from engagements.models import PartnerRole
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.lists import Choice

NAMES = ("role", "owner", "due", "updated")
MINE, ALONE, NO_DEADLINE = "mine", "alone", "none"
# The days of a value, as the list counts them: whole ones, both included; None is endless.
AHEAD: dict[str, tuple[int, int | None]] = {"week": (0, 7), "month": (8, 30), "later": (31, None)}
BACK: dict[str, tuple[int, int | None]] = {"week": (0, 7), "month": (8, 30), "quarter": (31, 90), "before": (91, None)}


def choices(by: Actor) -> list[Choice]:
    """What the panel offers ``by``; only a partner's people own claims."""
    return _choices(by.kind is Kind.PARTNER, get_language())


@lru_cache(maxsize=64)  # two dozen look-ups of translations on every page
def _choices(owns: bool, _language: str | None) -> list[Choice]:
    roles = [(code, str(label)) for code, label in PartnerRole.choices]
    due = [
        ("week", _("7 days left or fewer")),
        ("month", _("8 to 30 days left")),
        ("later", _("More than 30 days left")),
        (NO_DEADLINE, _("No deadline")),
    ]
    updated = [
        ("week", _("In the last 7 days")),
        ("month", _("8 to 30 days ago")),
        ("quarter", _("31 to 90 days ago")),
        ("before", _("More than 90 days ago")),
    ]
    return [
        Choice("role", _("Partner role"), roles),
        *([Choice("owner", _("Owner"), owners())] if owns else []),
        Choice("due", _("Next deadline"), due),
        Choice("updated", _("Last activity"), updated),
    ]


def owners() -> list[tuple[str, str]]:
    """Whose claims, for every list of a partner's claims."""
    return [(MINE, _("Mine, as owner or stand-in")), (ALONE, _("Without a stand-in"))]


def of_owners(by: Actor, chosen: Sequence[str]) -> Q:
    """The claims of these owners; "mine" and "alone" together are those of mine that nobody else looks after."""
    found = Q()
    if MINE in chosen:
        found &= Q(owner=by.user_id) | Q(stand_in=by.user_id)
    if ALONE in chosen:
        found &= Q(stand_in=None)
    return found


def condition(by: Actor, chosen: Mapping[str, Sequence[str]], now: datetime) -> Q:
    """The claims that the values ``chosen`` (by the names of ``NAMES``) leave; a deadline that is past is none. The
    roles are not among them: their engagements are known by id (``claims.list_address``)."""
    found = of_owners(by, chosen.get("owner", ()))
    if due := chosen.get("due"):
        found &= _any_of([_due(value, now) for value in due])
    if updated := chosen.get("updated"):
        found &= _any_of([_updated(value, now) for value in updated])
    return found


def _due(value: str, now: datetime) -> Q:
    if value == NO_DEADLINE:
        return Q(due_at=None) | Q(due_at__lte=now)
    first, last = AHEAD[value]
    begun = Q(due_at__gte=now + timedelta(days=first), due_at__gt=now)
    return begun if last is None else begun & Q(due_at__lt=now + timedelta(days=last + 1))


def _updated(value: str, now: datetime) -> Q:
    first, last = BACK[value]
    # What was changed while this page was made is newer than its ``now``.
    over = Q(updated_at__lte=now - timedelta(days=first)) if first else Q()
    return over if last is None else over & Q(updated_at__gt=now - timedelta(days=last + 1))


def _any_of(conditions: list[Q]) -> Q:
    found = conditions[0]
    for one in conditions[1:]:
        found |= one
    return found
