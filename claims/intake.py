"""Add or claim a customer: which locations, customers and engagements go together, and the claims made of them.

The wizards ask the same questions here that ``start`` asks again at the end, so nothing rests on a stale page.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from claims import caps, contact_exceptions
from claims.actions import Action
from claims.lifecycle import Refused, Taken, begin, perform
from claims.models import Claim, Draft
from claims.obstacles import (
    Nominated,
    accepted_ids,
    customer_reasons,
    customer_reasons_for,
    ground_of,
    is_limited,
    obstacles_to_consent,
    rates_at,
    reasons_against,
    reasons_on,
)
from claims.statuses import OPEN
from customers.identity import mail_domain
from customers.models import Customer
from customers.reasons import Reason
from engagements import terms
from engagements.availability import Availability, availability
from engagements.models import Engagement, PartnerRole, Rate
from engagements.queries import visible_to
from mci_portal.accounts import roles
from mci_portal.accounts.actors import CLOCK, Actor
from mci_portal.accounts.models import Location, Partner
from mci_portal.common.locking import locked_out_as_conflict

# What stands in the way is asked for here by everybody outside this package's lower files.
__all__ = [
    "Choice",
    "Contacts",
    "Nominated",
    "accepted_ids",
    "choices",
    "customer_reasons",
    "customer_reasons_for",
    "needs_mismatch_reason",
    "obstacles_to_consent",
    "proposed",
    "reasons_against",
    "start",
]


@dataclass(frozen=True)
class Choice:
    """One engagement in the wizard's list; selectable when ``reasons`` is empty (R-091, R-092)."""

    engagement: Engagement
    reasons: tuple[Reason, ...]
    rate: Rate | None = None  # in force at the location today
    room: int = 0  # how many further open claims the customer may have for it to be one of them (LIMCUST)


@dataclass(frozen=True)
class Contacts:
    """R-094. Titles are optional; the addresses were checked by the form."""

    customer_name: str
    customer_email: str
    partner_name: str
    partner_email: str
    customer_title: str = ""
    mismatch_reason: str = ""
    customer_language: str = "en"


def choices(
    partner: Partner, location: Location, customer: Customer, now: datetime, nominated: Nominated | None = None
) -> list[Choice]:
    """Every build-intent engagement the partner can see, with what stands against this location and customer.

    A fixed number of queries. ``nominated`` None leaves the kind of ID out of the judgement.
    """
    visible = visible_to(partner.pk).filter(role=PartnerRole.BUILD_INTENT).select_related("type").order_by("name")
    shown = [one for one in visible if availability(one, now.date()) != Availability.UPCOMING]
    ground = ground_of(shown, partner, location, customer, now, nominated)
    running = sum(claim.status in OPEN for claim in ground.held)
    return [
        Choice(
            engagement,
            tuple(reasons_on(engagement, partner, location, customer, ground, now, nominated)),
            ground.rates.get(engagement.pk),
            max(0, engagement.active_per_customer - running),
        )
        for engagement in shown
    ]


def proposed(engagement: Engagement, location: Location, hours: int | None, today: date) -> tuple[Rate, Decimal] | None:
    """The rate of today and what it would pay (R-095); None where nothing is paid. The consent day decides later."""
    rate = rates_at([engagement], location, today).get(engagement.pk)
    if rate is None:
        return None
    return rate, rate.amount * (hours or 0) if rate.per_hour else rate.amount


def needs_mismatch_reason(customer: Customer, email: str, known_domains: tuple[str, ...] = ()) -> bool:
    """R-088: the contact's mail domain is not one of the customer's own."""
    return mail_domain(email) not in {customer.domain, *known_domains}


def start(
    *,
    action: Action,
    by: Actor,
    location: Location,
    customer: Customer,
    engagements: list[Engagement],
    contacts: Contacts,
    name: str,
    id_type: str,
    id_value: str,
    now: datetime,
    draft: Draft | None = None,
    hours: int | None = None,
    previous: Claim | None = None,
) -> list[Claim]:
    """T01, T02: one claim per engagement, all or none, each with its own number and clock (R-096).

    A draft that was already confirmed answers with the claims it made (R-097). Raises Refused with the first
    reason when anything stands against one of the engagements, Conflict where somebody else holds what it needs for
    too long, PermissionError never: the caller offers only
    locations of ``by``, and this checks it again.
    """
    with locked_out_as_conflict(), transaction.atomic():
        if draft is not None:
            locked = Draft.objects.select_for_update().get(pk=draft.pk)
            if locked.made:
                return list(Claim.objects.filter(number__in=locked.made).order_by("number"))
        if location.partner_id != by.partner_id or not roles.hold(by, location):
            raise Refused(_("This location is not one of yours."))
        if not engagements:
            raise Refused(_("Choose at least one engagement."))
        _refuse_wrong_hours(engagements, hours)
        if any(is_limited(one) for one in engagements):
            # One at a time: two colleagues must not both take the last free place (LIMPTR).
            Partner.objects.select_for_update(no_key=True).get(pk=by.partner_id)
        # One customer at a time: two partners adding the same one see each other's claims (LIMCUST).
        Customer.objects.select_for_update().get(pk=customer.pk)
        _let_the_clock_run(by.partner, customer, engagements, now)
        caps.lock(engagements, now)
        made = [
            _start_one(
                action, by, location, customer, engagement, contacts, name, id_type, id_value, now, hours, previous
            )
            # In one order for everybody: each is counted for its partner, and two colleagues must not wait crosswise.
            for engagement in sorted(engagements, key=lambda one: one.pk)
        ]
        if draft is not None:
            Draft.objects.filter(pk=draft.pk).update(made=[claim.number for claim in made], updated_at=now)
    return made


def _refuse_wrong_hours(engagements: list[Engagement], hours: int | None) -> None:
    """R-093: variable pay is one engagement at a time, with its hours; nothing else has hours."""
    variable = [one for one in engagements if one.pay == Engagement.Pay.VARIABLE]
    if variable and len(engagements) > 1:
        raise Refused(_("Choose one engagement only: “{name}” has variable pay.").format(name=variable[0].name))
    if variable and (not hours or (variable[0].hour_options and hours not in variable[0].hour_options)):
        raise Refused(_("Choose the number of hours for “{name}”.").format(name=variable[0].name))
    if not variable and hours is not None:
        raise Refused(_("Hours are only given for engagements with variable pay."))


def _let_the_clock_run(partner: Partner, customer: Customer, engagements: list[Engagement], now: datetime) -> None:
    """An own claim whose time is over must not stand in the way because the sweep is late (R-170, R-271)."""
    overdue = Claim.objects.filter(partner=partner, customer=customer, engagement__in=engagements, due_at__lte=now)
    for claim in overdue.order_by("pk"):
        perform(claim, Action.EXPIRE, CLOCK, now)


def _start_one(
    action, by, location, customer, engagement, contacts, name, id_type, id_value, now, hours, previous
) -> Claim:
    reasons = reasons_against(engagement, by.partner, location, customer, now, Nominated(id_type, id_value, hours))
    if reasons:
        refusal = Taken if reasons[0].code == "IVDCUST" else Refused
        raise refusal(f"{engagement.name}: {reasons[0].sentence}")
    days = terms.in_force(engagement.type, now.date())
    claim = Claim(
        name=name,
        partner=by.partner,
        location=location,
        engagement=engagement,
        customer=customer,
        previous=previous,
        id_type=id_type,
        id_value=id_value,
        customer_title=contacts.customer_title,
        customer_name=contacts.customer_name,
        customer_email=contacts.customer_email,
        partner_name=contacts.partner_name,
        partner_email=contacts.partner_email,
        mismatch_reason=contacts.mismatch_reason,
        customer_language=contacts.customer_language,
        consent_days=days.consent_days,
        submit_days=days.submit_days,
        review_days=days.review_days,
        dispute_days=days.dispute_days,
        dispute_review_days=days.dispute_review_days,
        sole=engagement.exclusive and engagement.claims_per_customer == 1,
        created_at=now,
        created_by=by.user,
        owner=by.user,
        hours=hours,
    )
    allowed = contact_exceptions.on_record(by.partner, contacts.customer_email)
    claim = begin(claim, action, by, now, event=allowed)
    if payout := proposed(engagement, location, hours, now.date()):
        caps.reserve(claim, payout[1], now)
    words = f"{claim.number} {name} {customer.name} {customer.domain} {engagement.name}"
    Claim.objects.filter(pk=claim.pk).update(search=SearchVector(Value(words), config="simple"))
    return claim
