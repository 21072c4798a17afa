"""The deadline board: every running clock of the partner, by date or by risk, one page of rows ready to print.

The calendar feed takes the same claims.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from claims import deadlines, lifecycle, list_filters
from claims.models import Claim
from claims.presentation import if_missed
from claims.queries import attention, todos
from claims.queries.risk import WORK_DAYS, Risk, risk
from claims.queries.scope import visible
from claims.queries.search import matching
from claims.statuses import EXPIRED, Status
from mci_portal.accounts.actors import Actor
from mci_portal.common import paging
from mci_portal.common.templatetags.ui import day, days_left

SORTS: dict[str, Sequence[str]] = {"due": ("due_at", "id"), "risk": ("start_by", "id")}
RECENTLY, MOST_EXPIRED = timedelta(days=30), 10


class Clock(StrEnum):
    """The kinds of clocks: those of ``deadlines.LIVE_COLUMN``, by the column they run in."""

    CONSENT = "consent_due_at"
    SUBMIT = "submit_due_at"
    ACTION = "action_due_at"
    DISPUTE = "dispute_due_at"

    @property
    def code(self) -> str:
        return self.removesuffix("_due_at")

    @property
    def statuses(self) -> list[Status]:
        return [status for status, column in deadlines.LIVE_COLUMN.items() if column == self]


def clock_labels() -> dict[Clock, str]:
    return {
        Clock.CONSENT: _("Customer consent"),
        Clock.SUBMIT: _("Submit"),
        Clock.ACTION: _("Answer the reviewer"),
        Clock.DISPUTE: _("Dispute"),
    }


def clock_of(status: str) -> Clock:
    """Which clock runs in a status that has one."""
    return Clock(deadlines.LIVE_COLUMN[Status(status)])


@dataclass(frozen=True)
class Wanted:
    """What the reader narrowed the board to; empty = everything."""

    q: str = ""
    owners: Sequence[str] = ()  # of ``list_filters.owners``
    locations: Sequence[str] = ()  # ids
    engagements: Sequence[str] = ()  # slugs
    clocks: Sequence[str] = ()  # codes of Clock


def running(by: Actor, wanted: Wanted = Wanted()) -> QuerySet[Claim]:
    """The claims with a running clock that the actor may see, in no order; none for Microsoft's people."""
    if by.is_microsoft:
        return Claim.objects.none()
    claims = matching(visible(by), wanted.q).filter(due_at__isnull=False)
    if wanted.owners:
        claims = claims.filter(list_filters.of_owners(by, wanted.owners))
    if wanted.locations:
        claims = claims.filter(location_id__in=wanted.locations)
    if wanted.engagements:
        claims = claims.filter(engagement__slug__in=wanted.engagements)
    if wanted.clocks:
        claims = claims.filter(status__in=[s for clock in Clock if clock.code in wanted.clocks for s in clock.statuses])
    return claims


def page(by: Actor, wanted: Wanted, order: Sequence[str], cursor: str, size: int, now: datetime) -> paging.Page:
    """One page of rows, ``order`` being one of ``SORTS``. One query.

    Raises BadRequest for a cursor of another order.
    """
    claims = attention.with_todo(running(by, wanted), now, near_only=False)
    if "start_by" in order:
        claims = claims.annotate(start_by=_start_by(now))
    claims = claims.select_related("customer", "engagement", "location", "owner", "stand_in")
    found = paging.page(claims, order, cursor, size)
    labels = clock_labels()
    found.rows[:] = [_row(claim, labels, now) for claim in found.rows]
    return found


def _start_by(now: datetime) -> ExpressionWrapper:
    """As ``risk.start_by``; it does not move with ``now``, so that a cursor keeps its place."""
    days = [
        When(rule, then=Value(timedelta(days=WORK_DAYS[todo]))) for rule, todo in attention.rules(now, near_only=False)
    ]
    takes = Case(*days, default=Value(timedelta()), output_field=DurationField())
    return ExpressionWrapper(F("due_at") - takes, output_field=DateTimeField())


def _row(claim: Claim, labels: dict[Clock, str], now: datetime) -> dict:
    item, url = attention.of_claim(claim), reverse("claims:detail", args=[claim.number])
    over = deadlines.is_past(claim.due_at, now)
    status = Status(lifecycle.effective_status(claim, now))
    level = risk(item.due_at, item.todo, now)
    return {
        "number": claim.number,
        "url": url,
        "customer": item.customer,
        "engagement": item.engagement,
        "location": item.location,
        "due_at": claim.due_at,
        "due": day(claim.due_at),
        "left": days_left(claim.due_at, now),
        "clock": labels[clock_of(claim.status)],
        "status": status.value,
        "label": str(status.label),
        "risk": Risk.CRITICAL if over else level,
        "words": _("View claim") if over else todos.words(item),
        "action_url": url if over else todos.address(item),
        "missed": "" if over else if_missed(claim),
        "owner": str(claim.owner or "-"),
        "stand_in": str(claim.stand_in or ""),
    }


class Group(StrEnum):
    """The groups of the board by date, in their order."""

    OVERDUE = "overdue"
    TODAY = "today"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    THIS_MONTH = "this_month"
    LATER = "later"


def group_of(due_at: datetime, now: datetime) -> Group:
    """The group a deadline belongs to, by the calendar of the reader's time zone; weeks begin on Monday."""
    if deadlines.is_past(due_at, now):
        return Group.OVERDUE
    today, on = timezone.localtime(now).date(), timezone.localtime(due_at).date()
    next_monday = today + timedelta(days=7 - today.weekday())
    if on == today:
        return Group.TODAY
    if on < next_monday:
        return Group.THIS_WEEK
    if on < next_monday + timedelta(days=7):
        return Group.NEXT_WEEK
    return Group.THIS_MONTH if (on.year, on.month) == (today.year, today.month) else Group.LATER


def expired(by: Actor, now: datetime) -> list[dict]:
    """What ran out lately and has no new claim yet, the newest first; one query (T41)."""
    if by.is_microsoft:
        return []
    since = now - RECENTLY
    lost = visible(by).filter(status__in=EXPIRED, updated_at__gte=since, closed_at__gte=since)
    begun = Claim.objects.filter(previous=OuterRef("pk"))
    lost = lost.filter(~Exists(begun)).select_related("customer", "engagement").order_by("-updated_at", "-id")
    return [
        {
            "number": claim.number,
            "url": reverse("claims:detail", args=[claim.number]),
            "again_url": reverse("claims:again", args=[claim.number]),
            "customer": claim.customer.name,
            "engagement": claim.engagement.name,
            "status": claim.status,
            "label": Status(claim.status).label,
            "on": day(claim.closed_at),
        }
        for claim in lost[:MOST_EXPIRED]
    ]
