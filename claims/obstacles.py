"""What stands in the way of a claim: of this location, this customer, on this engagement (R-066, R-067, R-098).

Reads everything for many engagements or many customers at once. ``intake`` refuses by it, pages show it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from claims import caps
from claims.deadlines import months_after
from claims.lifecycle import effective_status
from claims.models import Claim
from claims.models.claim import NEVER, STANDING
from claims.statuses import HOLDS_CUSTOMER, OPEN, Status
from customers.identity import IdType
from customers.models import Customer
from customers.qualification import unmet
from customers.reasons import Reason
from customers.resolution import find_opportunity
from eligibility import standing
from eligibility.models import Verdict
from engagements.availability import Availability, availability, fiscal_year_start
from engagements.models import Engagement, PartnerCriterion, Rate
from engagements.rates import market_of, rate_on
from mci_portal.accounts.models import Location, Partner
from mci_portal.common.id_set import id_set
from mci_portal.common.languages import said


@dataclass(frozen=True)
class Nominated:
    """By which ID the customer was entered; an engagement accepts some kinds only (R-085, R-089)."""

    id_type: str
    id_value: str
    hours: int | None = None  # of variable pay, once they are chosen


class Held(NamedTuple):
    """A claim that the customer already has, of any partner. Never shown: only reasons are (R-068)."""

    customer_id: int
    engagement_id: int
    partner_id: int
    status: str  # by the clock, even when the sweep is late
    free_at: datetime | None = None  # from when on a claim that was approved counts no more


@dataclass(frozen=True)
class Ground:
    """What the reasons of several engagements rest on, read at once; by id of the engagement."""

    lacking: dict[int, Reason]  # why the location may not earn
    rates: dict[int, Rate]
    held: list[Held]
    crowded: dict[int, Reason]
    room: caps.Room
    opportunity: Reason | None


def reasons_against(
    engagement: Engagement,
    partner: Partner,
    location: Location,
    customer: Customer,
    now: datetime,
    nominated: Nominated | None = None,
) -> list[Reason]:
    """Everything that stands against this claim now, worst first; empty = it may be made (T01, R-098)."""
    ground = ground_of([engagement], partner, location, customer, now, nominated)
    return reasons_on(engagement, partner, location, customer, ground, now, nominated)


def customer_reasons(engagement: Engagement, partner: Partner, customer: Customer, now: datetime) -> list[Reason]:
    """What stands against this customer, wherever the claim would be made (the Ineligible tab, R-066, R-067)."""
    return customer_reasons_for(engagement, partner, [customer], now)[customer.pk]


def customer_reasons_for(
    engagement: Engagement,
    partner: Partner,
    customers: Collection[Customer],
    now: datetime,
    places: QuerySet[Location] | None = None,
) -> dict[int, list[Reason]]:
    """The same for many customers at once, by customer id; an empty list = nothing stands against him.

    ``places`` are the locations that may claim: a customer is judged by the one that suits him best.
    None = all locations of the partner. A fixed number of queries, however many customers.
    """
    by_customer = defaultdict(list)
    ids = [customer.pk for customer in customers]
    for claim in _held(ids, [engagement], now):
        by_customer[claim.customer_id].append(claim)
    full = list(_crowded([engagement], partner, now).values())
    room = caps.room([engagement], partner, ids, now)
    countries: list[str] = []
    if room.caps or any(rule["kind"] == "same_geography" for rule in engagement.customer_rules):
        found = partner.locations.all() if places is None else places
        countries = sorted(set(found.values_list("country", flat=True)))
    rates = {country: _rate_in(engagement, country, now) for country in countries} if room.caps else {}
    return {
        customer.pk: _fewest(
            _customer_reasons(engagement, partner, customer, by_customer[customer.pk], country, now)
            + full
            + _unaffordable(room, engagement, country, customer, rates.get(country), None)
            for country in countries or ("",)
        )
        for customer in customers
    }


def _fewest(judged: Iterator[list[Reason]]) -> list[Reason]:
    """The shortest of the lists, the first of several; looks no further once nothing stands against the customer."""
    found = next(judged)
    for reasons in judged if found else ():
        found = min(found, reasons, key=len)
        if not found:
            break
    return found


def ground_of(engagements, partner, location, customer, now: datetime, nominated: Nominated | None) -> Ground:
    return Ground(
        lacking=_lacking(engagements, location),
        rates=rates_at(engagements, location, now.date()),
        held=_held([customer.pk], engagements, now),
        crowded=_crowded(engagements, partner, now),
        room=caps.room(engagements, partner, [customer.pk], now),
        opportunity=_opportunity_reason(nominated),
    )


# What a verdict lacks beside the criteria of the catalogue, which name their codes themselves.
STANDING_CODES = {standing.ENROLMENT: "NOTENR", standing.MARKET: "IVDGEO", standing.INVITATION: "IVDMPN"}


def _lacking(engagements: Collection[Engagement], location: Location) -> dict[int, Reason]:
    """The first thing that each engagement's verdict lacks at the location, as a code (R-057). Two queries at most."""
    verdicts = Verdict.objects.filter(location=location, engagement__in=engagements)
    first = {one.pk: "" for one in engagements}
    for pk, eligible, lacks in verdicts.values_list("engagement_id", "eligible", "unmet"):
        first[pk] = lacks[0] if lacks else ""
        if eligible:
            del first[pk]
    titles = {title for title in first.values() if title and title not in STANDING_CODES}
    criteria = PartnerCriterion.objects.filter(engagement__in=first, title__in=titles) if titles else ()
    codes = {(one.engagement_id, one.title): one.code for one in criteria}
    return {
        pk: Reason(
            STANDING_CODES.get(title) or codes.get((pk, title), "IVDMPN"),
            _("Still to meet: {title}.").format(title=said(title)) if (pk, title) in codes else "",
        )
        for pk, title in first.items()
    }


def _held(customer_ids: list[int], engagements: list[Engagement], now: datetime) -> list[Held]:
    interesting = Q(status__in=OPEN) | Q(status__in=HOLDS_CUSTOMER, engagement__in=engagements)
    # ``STANDING`` holds both, and names the index in which all of it stands.
    rows = Claim.objects.filter(
        interesting, customer__in=id_set(customer_ids), kind="build_intent", status__in=STANDING
    )
    fields = ("customer_id", "engagement_id", "partner_id", "status", "due_at", "round", "closed_at")
    periods = {one.pk: one.again_after_months for one in engagements}
    # Plain rows: a large partner's customers have tens of thousands of claims.
    found = (
        Held(
            customer,
            engagement,
            partner,
            _by_the_clock(status, due_at, round, now),
            free_at(status, closed_at, periods.get(engagement)),
        )
        for customer, engagement, partner, status, due_at, round, closed_at in rows.values_list(*fields)
    )
    return [claim for claim in found if claim.free_at is None or claim.free_at > now]


def free_at(status: str, closed_at: datetime | None, months: int | None) -> datetime | None:
    """When a claim that was approved stops standing in the way of its customer; None = never, or it is not over."""
    if status != Status.APPROVED or closed_at is None or months is None:
        return None
    return months_after(closed_at, months)


def _by_the_clock(status: str, due_at: datetime | None, round: int, now: datetime) -> str:
    if due_at is None or due_at > now:
        return status
    return effective_status(Claim(kind="build_intent", status=status, due_at=due_at, round=round), now)


def is_limited(engagement: Engagement) -> bool:
    """True where a partner may have, or make in a year, only so many claims."""
    return engagement.open_per_partner is not None or engagement.yearly_per_partner is not None


def _crowded(engagements: Collection[Engagement], partner: Partner, now: datetime) -> dict[int, Reason]:
    """LIMPTR for the engagements on which the partner may make no further claim now; no query where none is limited.

    Of a fiscal year the claims count that run or were approved: what ended otherwise makes room again.
    """
    limited = {one.pk: one for one in engagements if is_limited(one)}
    if not limited:
        return {}
    counting = Claim.objects.filter(partner=partner, engagement__in=limited, status__in=OPEN | {Status.APPROVED})
    made = Count("pk", filter=Q(created_at__gte=fiscal_year_start(now)))
    running = Count("pk", filter=~Q(status=Status.APPROVED))
    rows = counting.exclude(due_at__lte=now).values_list("engagement_id").annotate(running=running, made=made)
    counts = {pk: (open_now, of_year) for pk, open_now, of_year in rows}
    found = {}
    for pk, one in limited.items():
        open_now, of_year = counts.get(pk, (0, 0))
        if one.yearly_per_partner is not None and of_year >= one.yearly_per_partner:
            found[pk] = Reason(
                "LIMPTR",
                _("At most {count} may be made in a fiscal year, which begins on 1 July.").format(
                    count=one.yearly_per_partner
                ),
            )
        elif one.open_per_partner is not None and open_now >= one.open_per_partner:
            found[pk] = Reason("LIMPTR")
    return found


def _opportunity_reason(nominated: Nominated | None) -> Reason | None:
    """Variable pay wants an opportunity that is open and in stage 2 or 3."""
    if nominated is None or nominated.id_type != IdType.MSX:
        return None
    found = find_opportunity(nominated.id_value)
    return None if found and found.is_valid else Reason("OPPINV")


def reasons_on(engagement, partner, location, customer, ground: Ground, now, nominated) -> list[Reason]:
    reasons = []
    if availability(engagement, now.date()) != Availability.ACTIVE:
        reasons.append(Reason("CLOSED"))
    if engagement.pk in ground.lacking:
        reasons.append(ground.lacking[engagement.pk])
    if engagement.pk not in ground.rates and Reason("IVDGEO") not in reasons:
        reasons.append(Reason("IVDGEO"))
    if engagement.pk in ground.crowded:
        reasons.append(ground.crowded[engagement.pk])
    hours = nominated.hours if nominated else None
    rate = ground.rates.get(engagement.pk)
    reasons += _unaffordable(ground.room, engagement, location.country, customer, rate, hours)
    if nominated is not None and nominated.id_type not in engagement.id_types:
        reasons.append(Reason("CRITERIA", accepted_ids(engagement)))
    elif ground.opportunity is not None:
        reasons.append(ground.opportunity)
    return reasons + _customer_reasons(engagement, partner, customer, ground.held, location.country, now)


def _unaffordable(room: caps.Room, engagement, country: str, customer, rate: Rate | None, hours) -> list[Reason]:
    """LIMCAP where what the claim would pay no longer fits the money that is set aside (R-255)."""
    if rate is None or not room.caps:
        return []
    reason = room.reason(engagement, country, customer.pk, caps.proposed_amount(rate, hours, engagement))
    return [reason] if reason else []


def _rate_in(engagement: Engagement, country: str, now: datetime) -> Rate | None:
    return rate_on(engagement, market_of(country, now.date()), now.date())


def accepted_ids(engagement: Engagement) -> str:
    """One sentence naming the kinds of ID the engagement takes (R-085, C12)."""
    kinds = ", ".join(str(IdType(code).label) for code in engagement.id_types)
    return _("Customers of this engagement are entered by: %(kinds)s.") % {"kinds": kinds}


def rates_at(engagements: Collection[Engagement], location: Location, today: date) -> dict[int, Rate]:
    """The rate in force at the location by engagement id; one that pays nothing there ("n/a") is missing."""
    rates = (
        Rate.objects.filter(engagement__in=engagements, market=market_of(location.country, today))
        .filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
        .order_by("engagement_id", "-valid_from")
        .distinct("engagement_id")
    )
    return {rate.engagement_id: rate for rate in rates if rate.amount is not None}


def _customer_reasons(engagement, partner, customer, held: list[Held], country: str, now) -> list[Reason]:
    reasons = []
    if partner.tenant_domain and partner.tenant_domain == customer.domain:
        reasons.append(Reason("CUSEQPTR"))
    here = [claim for claim in held if claim.engagement_id == engagement.pk]
    others = [claim for claim in here if claim.partner_id != partner.pk and claim.status in HOLDS_CUSTOMER]
    if engagement.exclusive and any(claim.status == Status.APPROVED for claim in others):
        reasons.append(Reason("DONEOTH", _again_from(others)))
    elif engagement.exclusive and others:
        reasons.append(Reason("OTHPTR"))
    mine = [claim for claim in here if claim.partner_id == partner.pk]
    counted = [claim for claim in mine if claim.status in OPEN or claim.status in HOLDS_CUSTOMER]
    running = any(claim.status in OPEN for claim in mine)
    if running or len(counted) >= engagement.claims_per_customer:
        open_one = _("Your company has an open claim for it here.")
        reasons.append(Reason("IVDCUST", open_one if running else _again_from(counted, engagement.claims_per_customer)))
    active = [claim for claim in held if claim.status in OPEN]
    if len(active) >= engagement.active_per_customer and not running:
        reasons.append(Reason("LIMCUST"))
    return reasons + unmet(engagement.customer_rules, customer, country, now.date())


def _again_from(held: list[Held], allowed: int = 1) -> str:
    """When so many of these claims no longer count that a further one is allowed; "" = never, by itself."""
    free = sorted(claim.free_at or NEVER for claim in held)
    moment = free[len(held) - allowed]
    if moment == NEVER:
        return ""
    # On the day after it, from the first minute on.
    words = date_format(moment.date() + timedelta(days=1), pgettext("date format", "F j, Y"))
    return _("It can be claimed again from {day}.").format(day=words)


def obstacles_to_consent(claim: Claim, now: datetime) -> list[Reason]:
    """T06: what changed since the customer was added and stands against his acceptance now (R-098).

    Called in the transaction that records the answer, which holds the customer: of two partners' customers who accept
    at once the second one sees the first one's consent. The claim's pots of money stay locked until then.
    """
    others = [
        held for held in _held([claim.customer_id], [claim.engagement], now) if held.partner_id != claim.partner_id
    ]
    reasons = list(_lacking([claim.engagement], claim.location).values())
    held_here = [held for held in others if held.engagement_id == claim.engagement_id and held.status in HOLDS_CUSTOMER]
    if claim.engagement.exclusive and held_here:
        reasons.append(Reason("OTHPTR"))
    rate = _rate_in(claim.engagement, claim.location.country, now)
    if rate is None:
        reasons.append(Reason("IVDGEO"))  # consent fixes the amount for good, so there has to be one
    elif caps.outgrown(claim, caps.proposed_amount(rate, claim.hours, claim.engagement), now):
        reasons.append(Reason("LIMCAP"))
    return reasons + unmet(claim.engagement.customer_rules, claim.customer, claim.location.country, now.date())


def release(engagement: Engagement, customer_id: int, now: datetime) -> None:
    """Let go of the customer where an approved claim has held him for as long as the engagement says.

    Called in the transaction of the next consent, which holds the customer. The database's unique rule judges that
    consent then like any other: of two at once the first wins (C-14, P18).
    """
    done = Claim.objects.filter(engagement=engagement, customer=customer_id, sole=True, status=Status.APPROVED)
    over = [
        pk
        for pk, status, closed_at in done.filter(kind="build_intent").values_list("pk", "status", "closed_at")
        if (until := free_at(status, closed_at, engagement.again_after_months)) and until <= now
    ]
    Claim.objects.filter(pk__in=over).update(sole=False)
