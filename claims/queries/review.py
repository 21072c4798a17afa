"""The reviewers' queue: submitted claims, oldest deadline first, in prepared rows (R-190, C-09)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from claims import deadlines
from claims.models import Claim, ClaimEvent, ReviewMark
from claims.models.claim import REVIEW_BY
from claims.queries.search import matching
from claims.statuses import WITH_MICROSOFT, Status
from engagements.calendars import Calendar
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.models import Membership
from mci_portal.common import paging

ORDER = ("review_by", "id")
DONE_ORDER = ("-updated_at", "-id")
# What may be sorted by -> ordering keys, each with an index of its own over the claims in review.
SORTS: dict[str, Sequence[str]] = {
    "due": ORDER,
    "age": ("-submitted_at", "-id"),
    "engagement": ("engagement_label", "review_by", "id"),
    "round": ("round", "review_by", "id"),
}
DECIDED = (Status.APPROVED, Status.REJECTED, Status.REJECTED_FINAL)
WORK = (Status.SUBMITTED, Status.UNDER_REVIEW, Status.ACTION_REQUIRED)

TABS = ("unassigned", "mine", "waiting", "disputes", "done")
WARN_AT = 0.8  # of the business days there are for the review


@dataclass(frozen=True)
class Wanted:
    """What the reviewer narrowed the queue to; empty = everything under the tab."""

    tab: str = "unassigned"
    q: str = ""
    engagements: Sequence[str] = ()  # slugs
    rounds: Sequence[str] = ()
    kinds: Sequence[str] = ()
    assigned: Sequence[str] = ()  # of "nobody", "me", "others"


def order(sort: str) -> Sequence[str]:
    """The keys of ``sort``, a key of ``SORTS``; with a leading "-" turned round.

    Rounds and engagements turn by themselves: within one of them the oldest deadline stays first.
    """
    keys = SORTS[sort.removeprefix("-")]
    if not sort.startswith("-"):
        return keys
    if sort in ("-round", "-engagement"):
        return (f"-{keys[0]}", *keys[1:])
    return tuple(key[1:] if key.startswith("-") else f"-{key}" for key in keys)


def tab_filter(tab: str, by: Actor) -> Q:
    """Which claims stand under a tab; ``by`` is who looks."""
    return {
        "unassigned": Q(status=Status.SUBMITTED),
        "mine": Q(status=Status.UNDER_REVIEW, reviewer_id=by.user_id),
        "waiting": Q(status=Status.ACTION_REQUIRED),
        "disputes": Q(status__in=(Status.SUBMITTED, Status.UNDER_REVIEW), round=2),
        "done": Q(status__in=DECIDED),
    }[tab]


def _chosen(wanted: Wanted, by: Actor) -> Q:
    """The filters, without tab and search."""
    chosen = Q()
    if wanted.engagements:
        chosen &= Q(engagement__slug__in=wanted.engagements)
    if wanted.rounds:
        chosen &= Q(round__in=[int(number) for number in wanted.rounds])
    if wanted.kinds:
        chosen &= Q(kind__in=wanted.kinds)
    if wanted.assigned:
        chosen &= _assigned(wanted.assigned, by)
    return chosen


def _assigned(to: Sequence[str], by: Actor) -> Q:
    """A submitted claim is nobody's, whoever had it in an earlier turn."""
    mine = Q(reviewer_id=by.user_id)
    taken = ~Q(status=Status.SUBMITTED)
    ways = {"nobody": Q(status=Status.SUBMITTED), "me": taken & mine, "others": taken & ~mine}
    chosen = Q(pk__in=())
    for one in to:
        chosen |= ways[one]
    return chosen


def counts(by: Actor, wanted: Wanted | None = None) -> dict[str, int]:
    """How many claims each tab of work holds under the filters, in one query over the index of the queue.

    "done" is not counted.
    """
    counted = {tab: Count("pk", filter=tab_filter(tab, by)) for tab in TABS if tab != "done"}
    return Claim.objects.filter(_chosen(wanted or Wanted(), by), status__in=WORK).aggregate(**counted)


def engagements() -> list[tuple[str, str]]:
    """The values of the engagement filter: (slug, name) of every engagement with a claim in review."""
    waiting = Claim.objects.filter(engagement=OuterRef("pk"), status__in=WORK)
    return list(Engagement.objects.filter(Exists(waiting)).order_by("name").values_list("slug", "name"))


def selected(by: Actor, wanted: Wanted) -> QuerySet[Claim]:
    """The claims the reviewer asked for, with the keys of every order."""
    claims = Claim.objects.filter(tab_filter(wanted.tab, by) & _chosen(wanted, by))
    return matching(claims, wanted.q).annotate(review_by=REVIEW_BY, engagement_label=F("engagement__name"))


def takeable(by: Actor, wanted: Wanted) -> QuerySet[Claim]:
    """Those of them that ``by`` may start to review now (R-190, R-196, R-197).

    Under a tab where nothing waits for a reviewer it is the whole queue, as narrowed.
    """
    tab = wanted.tab if wanted.tab in ("unassigned", "disputes") else "unassigned"
    return (
        selected(by, replace(wanted, tab=tab, assigned=()))
        .filter(status=Status.SUBMITTED)
        .exclude(partner_id__in=Membership.objects.filter(user_id=by.user_id).values("partner_id"))
        .exclude(round__gt=1, first_decider_id=by.user_id)
    )


def page(by: Actor, wanted: Wanted, order: Sequence[str], cursor: str, size: int, now: datetime) -> paging.Page:
    """One page of the queue as rows ready to print. One query, and one each for a reviewer's own companies
    and for the business calendar."""
    claims = selected(by, wanted).values(
        "id", "number", "kind", "round", "status", "submitted_at", "review_by", "updated_at", "closed_at",
        "rejected_at", "partner_id", "reviewer_id", "first_decider_id", "engagement_label", new=_new(by),
        partner_label=F("partner__name"), customer_label=F("customer__name"), assignee=F("reviewer__name"),
        country=F("location__country"),
    )  # fmt: skip
    found = paging.page(claims, DONE_ORDER if wanted.tab == "done" else order, cursor, size)
    takes = _takes(by)
    found.rows[:] = [_row(row, takes(row), now) for row in found.rows]
    return found


def newer(by: Actor, wanted: Wanted, since: datetime) -> int:
    """How many of the claims asked for came in after ``since``; 100 stands for more. One query."""
    return selected(by, wanted).filter(submitted_at__gt=since)[:100].count()


def _new(by: Actor) -> Coalesce:
    """Whether somebody else did something to the claim since ``by`` looked at it; never for one not looked at yet."""
    seen = ReviewMark.objects.filter(claim=OuterRef("claim_id"), reviewer_id=by.user_id).values("seq")
    events = ClaimEvent.objects.filter(claim=OuterRef("pk"), seq__gt=Subquery(seen))
    # The clock and customers have no account, so no plain "not equal".
    others = events.filter(Q(actor=None) | ~Q(actor_id=by.user_id))
    # Not Exists: PostgreSQL may answer that for all claims at once, by reading the whole history for one page of rows.
    return Coalesce(Subquery(others.annotate(told=Value(True)).values("told")[:1]), Value(False))


def _takes(by: Actor):
    """Whether ``by`` could take a claim at all (R-196, R-197); why not is said on the claim's own page."""
    if by.kind is not Kind.REVIEWER:
        return lambda row: False
    own = set(by.user.memberships.values_list("partner_id", flat=True))
    return lambda row: (
        row["status"] == Status.SUBMITTED
        and row["partner_id"] not in own
        and not (row["round"] > 1 and row["first_decider_id"] == by.user_id)
    )


def _row(row: dict, can_start: bool, now: datetime) -> dict:
    status = Status(row["status"])
    calendar = deadlines.calendar_at(row["country"], row["submitted_at"])
    start_by = None
    if row["kind"] == "cpor" and status == Status.SUBMITTED and row["round"] == 1:
        # The first target of an association: its review has begun.
        start_by = deadlines.business_days_after(row["submitted_at"], deadlines.CPOR_START_DAYS, calendar)
    ended = row["closed_at"] or (row["rejected_at"] if status == Status.REJECTED else None)
    age = _business_days(calendar, row["submitted_at"].date(), (ended or now).date())
    target = start_by or row["review_by"]
    tone, words = _pressure(row, target, age, calendar, now) if status in WITH_MICROSOFT else ("", "")
    return {
        "number": str(row["number"]),
        "url": reverse("review:claim", args=(row["number"],)),
        "partner": row["partner_label"],
        "customer": row["customer_label"],
        "engagement": row["engagement_label"],
        "submitted": _day(row["submitted_at"]),
        "age": ngettext("{days} business day", "{days} business days", age).format(days=age),
        "due": _day(row["review_by"]) if row["review_by"] and not ended else "-",
        "start_by": _("start by {day}").format(day=_day(start_by)) if start_by else "",
        "tone": tone,
        "words": words,
        "round": str(row["round"]),
        "new": row["new"],
        "status": status.value,
        "label": str(status.label),
        "assignee": (row["assignee"] if status != Status.SUBMITTED else "") or "-",
        "start_url": reverse("claims:do", args=(row["number"], "start_review")) if can_start else "",
    }


def _pressure(row: dict, target: datetime | None, age: int, calendar: Calendar, now: datetime) -> tuple[str, str]:
    """Nothing, a warning from 80 % of the time until ``target`` on, or that it is over (R-195)."""
    if target is None:
        return "", ""
    if deadlines.is_past(target, now):
        return "over", _("Overdue")
    days = _business_days(calendar, row["submitted_at"].date(), target.date())
    return ("soon", _("Due soon")) if age >= WARN_AT * days else ("", "")


@lru_cache(maxsize=8192)
def _business_days(calendar: Calendar, start: date, end: date) -> int:
    midnight = datetime.min.time()
    return deadlines.business_days_between(datetime.combine(start, midnight), datetime.combine(end, midnight), calendar)


def _day(moment: datetime) -> str:
    return _written(timezone.localtime(moment).date(), get_language() or "")


@lru_cache(maxsize=4096)
def _written(on: date, language: str) -> str:
    return date_format(on, pgettext("short date format", "M j, Y"))
