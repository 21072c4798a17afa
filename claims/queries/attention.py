"""What a partner has to act on now, over all engagements (R-027, R-035): the Attention required tab and its number.

A claim stands here once, with the most pressing thing to do. A location stands here for its payee profile, and
for each engagement that it lost its eligibility on while claims run there.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from claims.models import Claim, ConsentRequest, Document, Survey
from claims.queries import places
from claims.queries.scope import visible
from claims.statuses import BEFORE_CONSENT, EDITABLE, OPEN, Status
from engagements.models import EvidenceRequirement
from engagements.models.evidence import SURVEYS
from mci_portal.accounts.actors import Actor
from mci_portal.common.paging import DEFAULT_PER_PAGE, Page, page

CONSENT_SOON = timedelta(days=7)
SUBMIT_SOON = timedelta(days=14)
ORDER = ("due_at", "pk")
ASKED = OPEN - {Status.DRAFT}


class Todo(StrEnum):
    """What there is to do; of several, a claim shows the first in this order."""

    BOUNCED = "bounced"
    PROPOSED_CONTACT = "proposed_contact"
    NOT_SENT = "not_sent"
    NEEDS_RESEND = "needs_resend"
    CONSENT_EXPIRING = "consent_expiring"
    WAITING = "waiting"  # for the customer, with time enough: on the deadline board only
    TEMPLATE_SUPERSEDED = "template_superseded"
    EVIDENCE_MISSING = "evidence_missing"
    READY_TO_SUBMIT = "ready_to_submit"
    ACTION_REQUIRED = "action_required"
    DISPUTE_OPEN = "dispute_open"
    DISPUTE_TO_SUBMIT = "dispute_to_submit"
    # Of a location, not of a claim:
    PAYEE_INCOMPLETE = "payee_incomplete"
    LOST_ELIGIBILITY = "lost_eligibility"


# What is known only from other tables than the claims'.
LOOKED_UP = frozenset({Todo.PROPOSED_CONTACT, Todo.NEEDS_RESEND, Todo.TEMPLATE_SUPERSEDED, Todo.EVIDENCE_MISSING})


@dataclass(frozen=True)
class Item:
    """One line. ``number``, ``customer``, ``status`` and ``due_at`` are those of a claim, empty for a location's.

    ``location_id`` and ``location_code`` name the location; ``claims`` is how many open claims it touches.
    """

    todo: Todo
    location: str
    location_id: int
    location_code: str
    engagement: str = ""
    slug: str = ""
    number: int = 0
    customer: str = ""
    status: str = ""
    due_at: datetime | None = None
    claims: int = 1


def count(by: Actor, now: datetime) -> int:
    """How many lines ``items`` has over all its pages; one query."""
    if by.is_microsoft:
        return 0
    asking = _with_contact_named(running(by, now)).filter(_asking(now))
    return places.count_with(asking, running(by, now))


def items(by: Actor, now: datetime, cursor: str = "", size: int = DEFAULT_PER_PAGE) -> Page:
    """One page of what the actor has to do, the earliest deadline first; the first page begins with the locations.

    At most two queries. Empty for Microsoft's people. Raises BadRequest for a cursor that is not ours.
    """
    if by.is_microsoft:
        return Page([], "", "", size)
    found = page(pressing(by, now).select_related("location", "engagement", "customer"), ORDER, cursor, size)
    rows = [of_claim(claim) for claim in found.rows]
    return replace(found, rows=rows if cursor and found.previous else [*_of_locations(by, now), *rows])


def pressing(by: Actor, now: datetime) -> QuerySet[Claim]:
    """The claims that ask the actor for something, each with its ``todo``; every one of them has a deadline.

    It says so in so many words, so that an index gives the order of ``ORDER``.
    """
    found = with_todo(visible(by), now).filter(_asking(now), due_at__gt=now, status__in=ASKED)
    return found.none() if by.is_microsoft else found


def _asking(now: datetime) -> Q:
    """Any of the rules. Those that need no other table come first, so that only what they leave is looked up there."""
    asking = Q()
    for rule, _todo in sorted(rules(now), key=lambda one: one[1] in LOOKED_UP):
        asking |= rule
    return asking


def asking_for(todo: Todo, claims: QuerySet[Claim], now: datetime) -> QuerySet[Claim]:
    """Those of ``claims`` that ask for this, also when something else presses more."""
    return _with_contact_named(claims).filter({found: rule for rule, found in rules(now)}[todo])


def of_location(by: Actor, now: datetime) -> list[Item]:
    """What locations, and no single claim, have to do; one query."""
    return [] if by.is_microsoft else _of_locations(by, now)


def running(by: Actor, now: datetime) -> QuerySet[Claim]:
    """The running claims the actor sees."""
    return visible(by).filter(Q(due_at=None) | Q(due_at__gt=now), status__in=ASKED)


def _with_contact_named(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    asked = ConsentRequest.objects.filter(claim=OuterRef("pk")).order_by("-created_at", "-pk")
    return claims.alias(named_instead=Subquery(asked.values("proposed_email")[:1]))


def with_todo(claims: QuerySet[Claim], now: datetime, *, near_only: bool = True) -> QuerySet[Claim]:
    """Annotate ``todo``, "" for none. ``near_only=False`` asks of claims whose deadline is still far away as well."""
    whens = (When(rule, then=Value(todo.value)) for rule, todo in rules(now, near_only=near_only))
    return _with_contact_named(claims).annotate(todo=Case(*whens, default=Value(""), output_field=CharField()))


def rules(now: datetime, *, near_only: bool = True) -> tuple[tuple[Q, Todo], ...]:
    """Which claims have what to do, the first that fits counting; on claims that ``with_todo`` has prepared."""
    live = ConsentRequest.objects.filter(claim=OuterRef("pk"), voided_at=None, used_at=None, expires_at__gt=now)
    awaiting = Q(status=Status.AWAITING_CONSENT)
    consent_soon = awaiting & Q(due_at__lte=now + CONSENT_SOON)
    submit_soon = Q(status=Status.CONSENT_RECEIVED)
    if near_only:
        submit_soon &= Q(due_at__lte=now + SUBMIT_SOON)
    found = (
        (Q(bounced_at__isnull=False, status__in=BEFORE_CONSENT | EDITABLE), Todo.BOUNCED),
        (awaiting & Q(named_instead__gt="") & ~Q(named_instead=F("customer_email")), Todo.PROPOSED_CONTACT),
        (Q(status=Status.CUSTOMER_CLAIMED), Todo.NOT_SENT),
        (Q(awaiting, ~Exists(live)), Todo.NEEDS_RESEND),
        (consent_soon, Todo.CONSENT_EXPIRING),
        (Q(Q(status__in=EDITABLE), Exists(_superseded(now))), Todo.TEMPLATE_SUPERSEDED),
        (Q(submit_soon, Exists(_missing())), Todo.EVIDENCE_MISSING),
        (submit_soon, Todo.READY_TO_SUBMIT),
        (Q(status=Status.ACTION_REQUIRED), Todo.ACTION_REQUIRED),
        (Q(status=Status.REJECTED), Todo.DISPUTE_OPEN),
        (Q(status=Status.DISPUTED), Todo.DISPUTE_TO_SUBMIT),
    )
    return found if near_only else (*found, (awaiting, Todo.WAITING))


def _superseded(now: datetime) -> QuerySet[Document]:
    """R-048: what was filled in on a version that is refused, or will be within the time for submitting soon."""
    cut_off = (now + SUBMIT_SOON).date()
    return Document.objects.filter(claim=OuterRef("pk"), removed_at__isnull=True, template__refused_from__lte=cut_off)


def _missing() -> QuerySet[EvidenceRequirement]:
    """What the claim's engagement requires and is not there yet, as ``completeness.missing`` has it."""
    handed_in = Document.objects.filter(
        claim=OuterRef(OuterRef("pk")), requirement=OuterRef("pk"), removed_at__isnull=True
    )
    answered = Survey.objects.filter(claim=OuterRef(OuterRef("pk")), kind=OuterRef("kind"), completed_at__isnull=False)
    return EvidenceRequirement.objects.filter(
        Q(kind__in=SURVEYS) & ~Exists(answered) | ~Q(kind__in=SURVEYS) & ~Exists(handed_in),
        engagement=OuterRef("engagement_id"),
        required=True,
        ended_on=None,
    )


def _of_locations(by: Actor, now: datetime) -> list[Item]:
    return [
        Item(
            todo=Todo.LOST_ELIGIBILITY if line.slug else Todo.PAYEE_INCOMPLETE,
            location=line.location,
            location_id=line.location_id,
            location_code=line.location_code,
            engagement=line.engagement,
            slug=line.slug,
            claims=line.claims,
        )
        for line in places.lines(running(by, now))
    ]


def of_claim(claim: Claim) -> Item:
    """The line of a claim that ``with_todo`` has annotated, with its location, engagement and customer loaded."""
    return Item(
        todo=Todo(claim.todo),  # type: ignore[attr-defined]
        location=claim.location.name,
        location_id=claim.location_id,
        location_code=claim.location.code,
        engagement=claim.engagement.name,
        slug=claim.engagement.slug,
        number=claim.number,
        customer=claim.customer.name,
        status=claim.status,
        due_at=claim.due_at,
    )
