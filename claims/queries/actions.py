"""The actions of the Action Center (R-240, R-241): all derived from what is, none of them stored.

Mandatory ones are claims with a deadline; they are gone when the state is gone that asked for them. Recommended ones
are those of locations and the coach's; a user may put them away. Stored are the user's own marks alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from claims.models import Claim, ClaimEvent
from claims.queries import attention, search, todos
from claims.queries.attention import Item, Todo
from eligibility import coach
from mci_portal.accounts.actors import Actor
from mci_portal.common.numbers import whole
from mci_portal.outbox.kinds import Category, Workspace
from mci_portal.outbox.models import ActionMark
from mci_portal.outbox.notices import MOST

ORDER = ("due_at", "pk")


@dataclass(frozen=True)
class Entry:
    """One line. ``key`` names it in the user's marks; ``since`` and ``due_at`` are None for a recommended one."""

    key: str
    title: str
    note: str
    url: str
    category: Category
    workspace: Workspace
    since: datetime | None = None
    due_at: datetime | None = None
    seen: bool = False

    @property
    def is_mandatory(self) -> bool:
        return self.category is Category.MANDATORY

    def holds(self, q: str) -> bool:
        """Whether the search finds it."""
        return q.casefold() in f"{self.title} {self.note}".casefold()


def mandatory(by: Actor, now: datetime, *, q: str = "", unread: bool = False) -> QuerySet[Claim]:
    """The claims that ask for something, with ``since`` and ``seen``, to be ordered by ``ORDER``."""
    found = search.matching(attention.pressing(by, now), q)
    entered = ClaimEvent.objects.filter(claim=OuterRef("pk"), to_status=OuterRef("status"))
    entered = entered.exclude(from_status=F("to_status")).order_by("-seq")
    marks = ActionMark.objects.filter(user_id=by.user_id, key=OuterRef("mark"), seen_at__gte=OuterRef("since"))
    found = found.annotate(
        since=Subquery(entered.values("at")[:1]),
        mark=Concat(Value("claim:"), Cast("number", CharField()), Value(":"), "todo", output_field=CharField()),
    ).annotate(seen=Exists(marks))
    return found.filter(seen=False) if unread else found


def of_claims(claims: Iterable[Claim]) -> list[Entry]:
    """The lines of claims that ``mandatory`` found, loaded with location, engagement and customer."""
    return [_of_claim(claim) for claim in claims]


def open_mandatory(by: Actor, now: datetime) -> int:
    """How many there are, in one query; 100 stands for "more than 99"."""
    if by.is_microsoft:
        return 0
    return attention.pressing(by, now).order_by(*ORDER)[:MOST].count()  # in this order an index gives them


def recommended(by: Actor, now: datetime, *, archived: bool = False) -> list[Entry]:
    """What would help and has no date, without what the user has put away; or with ``archived`` only that.

    At most four queries; at most one line for each location and each engagement it lost.
    """
    if not by.works_on_incentives:
        return []
    entries = [_of_location(item) for item in attention.of_location(by, now)] + _of_coach(by, now)
    marks = ActionMark.objects.filter(user_id=by.user_id, key__in=[entry.key for entry in entries])
    marked = {mark.key: mark.archived_at is not None for mark in marks}
    return [replace(entry, seen=entry.key in marked) for entry in entries if marked.get(entry.key, False) is archived]


def mark(by: Actor, keys: Iterable[str], now: datetime, *, archive: bool | None = None) -> tuple[int, int]:
    """Note for ``by`` that these actions were seen, or (un)archive them; returns how many, and how many were refused.

    A mandatory action cannot be archived (R-241). What is no action of the user is passed over.
    """
    keys = set(keys)
    optional = {entry.key for archived in (False, True) for entry in recommended(by, now, archived=archived)}
    theirs = keys & optional
    found = mandatory(by, now).filter(number__in=_numbers(keys)) if keys - theirs else Claim.objects.none()
    claims = {claim.mark for claim in found} & keys  # type: ignore[attr-defined]
    refused = len(claims) if archive is not None else 0
    chosen = theirs if archive is not None else theirs | claims
    rows = [
        ActionMark(user_id=by.user_id, key=key, seen_at=now, archived_at=now if archive else None) for key in chosen
    ]
    changes = ["seen_at"] if archive is None else ["seen_at", "archived_at"]
    ActionMark.objects.bulk_create(rows, update_conflicts=True, update_fields=changes, unique_fields=["user", "key"])
    return len(rows), refused


def _numbers(keys: set[str]) -> list[int]:
    parts = [key.split(":") for key in keys]
    named = [whole(part[1]) for part in parts if len(part) == 3 and part[0] == "claim"]
    return [number for number in named if number is not None]


def _of_claim(claim: Claim) -> Entry:
    item = attention.of_claim(claim)
    return Entry(
        key=claim.mark,  # type: ignore[attr-defined]
        title=todos.words(item),
        note=f"{item.number}: {item.customer}, {item.engagement}",
        url=todos.address(item),
        category=Category.MANDATORY,
        workspace=Workspace.INCENTIVES,
        since=claim.since,  # type: ignore[attr-defined]
        due_at=item.due_at,
        seen=claim.seen,  # type: ignore[attr-defined]
    )


def _of_location(item: Item) -> Entry:
    unpaid = item.todo is Todo.PAYEE_INCOMPLETE
    claims = ngettext("{count} open claim", "{count} open claims", item.claims).format(count=item.claims)
    return Entry(
        key=f"location:{item.location_id}:{item.todo}" + ("" if unpaid else f":{item.slug}"),
        title=todos.words(item),
        note=claims if unpaid else f"{item.engagement}, {claims}",
        url=todos.address(item),
        category=Category.RECOMMENDED,
        workspace=Workspace.PAYOUT if unpaid else Workspace.INCENTIVES,
    )


def _of_coach(by: Actor, now: datetime) -> list[Entry]:
    steps = coach.unfinished(by, now.date()).count()
    if not steps:
        return []
    note = ngettext(
        "{count} engagement at one of your locations is within reach.",
        "{count} times an engagement is within reach at one of your locations.",
        steps,
    ).format(count=steps)
    return [
        Entry(
            key="coach",
            title=_("See what is missing to earn more"),
            note=note,
            url=reverse("eligibility:coach"),
            category=Category.RECOMMENDED,
            workspace=Workspace.INCENTIVES,
        )
    ]
