"""Whom an engagement's Customers page lists, and in which tab (R-061 to R-070). The page turns it into text.

A customer stands in one row: with his open claim here, or as one that is known from another consented claim.
Which of the known ones may be claimed is one statement (``claims.queries.startable``); pages of rows are cut by the
database, and the rules in Python say of the rows of a page what stands against them. A test holds both against each
other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, DateTimeField, Func, JSONField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.http import Http404

from claims import intake
from claims.models import Claim
from claims.queries import startable
from claims.queries.engagements import is_claimable
from claims.queries.scope import visible, with_effective_status
from claims.statuses import OPEN, TERMINAL
from customers.models import Customer
from customers.reasons import Reason
from engagements.availability import Availability, availability
from engagements.models import Engagement, PartnerRole
from engagements.queries import visible_to
from mci_portal.accounts.actors import Actor
from mci_portal.common.id_set import id_set
from mci_portal.common.numbers import whole
from mci_portal.common.paging import Page, page

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # sorts customers without a clock behind the others


# What is judged of a customer.
FACTS = (
    *("domain", "country", "seats", "sector", "products"),
    *("tenant_created_on", "active_users", "planned_consumption"),
)


@dataclass(frozen=True)
class Filters:
    """What the reader narrowed the list to; empty = everything. ``kind`` is "active", "not-started" or ""."""

    text: str = ""
    locations: frozenset[int] = frozenset()
    statuses: frozenset[str] = frozenset()
    kind: str = ""


@dataclass(frozen=True)
class OpenClaim:
    number: int
    location_id: int
    location: str
    status: str  # by the clock
    due_at: datetime | None
    sent_at: datetime | None  # the consent request, first
    consented_at: datetime | None

    @property
    def active(self) -> bool:
        """R-063: consent was received."""
        return self.consented_at is not None


@dataclass(frozen=True)
class Roster:
    """Who stands in which tab, by customer id. ``claimed`` and ``startable`` are the Eligible tab."""

    claimed: dict[int, OpenClaim]
    startable: frozenset[int]
    refused: frozenset[int]
    completed: int

    @property
    def eligible(self) -> int:
        return len(self.claimed) + len(self.startable)


def engagement_of(by: Actor, slug: str) -> Engagement:
    """A build-intent engagement the actor may know of; raises Http404 for any other (R-031, R-060)."""
    visible_ones = visible_to(by.partner_id).filter(slug=slug, role=PartnerRole.BUILD_INTENT)
    engagement = visible_ones.select_related("type").first()
    if engagement is None:
        raise Http404
    return engagement


def known(by: Actor) -> QuerySet[Customer]:
    """The customers who ever consented to a claim that the actor may see (R-061, R-105)."""
    return Customer.objects.filter(pk__in=visible(by).filter(consented_at__isnull=False).values("customer_id"))


def roster(engagement: Engagement, by: Actor, now: datetime) -> Roster:
    """Who stands in which tab of the page. At most five queries, however many customers; some more where the
    engagement has a pot of money, which each customer is measured by."""
    columns = ("number", "location_id", "location__name", "effective", "due_at", "consent_sent_at", "consented_at")
    mine = with_effective_status(visible(by).filter(engagement=engagement, kind="build_intent"), now)
    claimed = {
        customer_id: OpenClaim(*rest)
        for customer_id, *rest in mine.filter(status__in=OPEN, effective__in=OPEN).values_list("customer_id", *columns)
    }
    completed = mine.filter(effective__in=TERMINAL).aggregate(count=Count("pk"))["count"]
    free: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()
    if is_claimable(engagement) and availability(engagement, now.date()) == Availability.ACTIVE:
        free, refused = startable.known(engagement, by, list(by.locations()), now)
    return Roster(claimed, free - claimed.keys(), refused - claimed.keys(), completed)


def reasons(
    engagement: Engagement, by: Actor, customers: Collection[Customer], now: datetime
) -> dict[int, list[Reason]]:
    """What stands against each of these customers, at the location of the actor's that suits him best."""
    return intake.customer_reasons_for(engagement, by.partner, customers, now, by.locations())


def eligible(who: Roster, filters: Filters, sort: str, cursor: str, size: int) -> Page:
    """One page of the Eligible tab: customers, each with ``due_key`` where the sort asks for it. One query."""
    claimed = {
        pk
        for pk, claim in who.claimed.items()
        if (not filters.locations or claim.location_id in filters.locations)
        and (not filters.statuses or claim.status in filters.statuses)
        and (not filters.kind or claim.active == (filters.kind == "active"))
    }
    unstarted = not (filters.locations or filters.statuses or filters.kind == "active")
    chosen = _matching(claimed | (who.startable if unstarted else frozenset()), filters.text, who.claimed)
    if sort.endswith("due"):
        dues = {str(pk): claim.due_at.isoformat() for pk, claim in who.claimed.items() if claim.due_at}
        chosen = chosen.annotate(due_key=Coalesce(_looked_up(dues), Value(NEVER), output_field=DateTimeField()))
        keys = ("-due_key", "-pk") if sort.startswith("-") else ("due_key", "pk")
    else:
        keys = ("-name", "-pk") if sort.startswith("-") else ("name", "pk")
    return page(chosen, keys, cursor, size)


def ineligible(who: Roster, filters: Filters, sort: str, cursor: str, size: int) -> Page:
    """One page of the Ineligible tab: customers, loaded with what ``reasons`` judges. One query."""
    keys = ("-name", "-pk") if sort.startswith("-") else ("name", "pk")
    return page(_matching(who.refused, filters.text, {}), keys, cursor, size)


def complete(engagement: Engagement, by: Actor, now: datetime, filters: Filters, sort: str, cursor: str, size: int):
    """One page of the Complete tab (R-070, C-32): claims with ``effective`` and ``ended_at``. One query."""
    mine = with_effective_status(visible(by).filter(engagement=engagement, kind="build_intent"), now)
    ended = mine.annotate(ended_at=Coalesce("closed_at", "due_at")).filter(effective__in=filters.statuses or TERMINAL)
    if filters.locations:
        ended = ended.filter(location__in=filters.locations)
    if filters.text:
        found = _text(filters.text, "customer__")
        number = whole(filters.text)
        ended = ended.filter(found if number is None else found | Q(number=number))
    first = {"completed": "ended_at", "customer": "customer__name", "number": "number"}[sort.lstrip("-")]
    keys = (f"-{first}", "-pk") if sort.startswith("-") else (first, "pk")
    return page(ended.select_related("customer"), keys, cursor, size)


def last_claim(by: Actor, customer: Customer) -> Claim | None:
    """The newest claim the actor sees of this customer: its contacts are a start for the next one (R-107)."""
    return visible(by).filter(customer=customer).order_by("-created_at", "-pk").first()


def _looked_up(dues: dict[str, str]) -> Func:
    """The customer's moment in ``dues``, or NULL: what is known here already, asked of no claim again."""
    places = Value(dues, output_field=JSONField()), Cast("pk", TextField())
    return Func(*places, template="(%(expressions)s)::timestamptz", arg_joiner=" ->> ", output_field=DateTimeField())


def _matching(ids: Collection[int], text: str, claimed: dict[int, OpenClaim]) -> QuerySet[Customer]:
    customers = Customer.objects.filter(pk__in=id_set(ids)).only("ref", "name", "tpid", "tenant_id", *FACTS)
    if not text:
        return customers
    found = _text(text)
    if whole(text) is not None:
        found |= Q(pk__in=[pk for pk, claim in claimed.items() if str(claim.number).startswith(text)])
    return customers.filter(found)


def _text(text: str, prefix: str = "") -> Q:
    """The words as they are typed, anywhere in the name or the domain, or the start of the TPID."""
    names = Q(**{f"{prefix}name__icontains": text}) | Q(**{f"{prefix}domain__icontains": text})
    return names | Q(**{f"{prefix}tpid__startswith": text})
