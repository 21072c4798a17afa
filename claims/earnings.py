"""What a claim pays: the market of its location and the rate in force on the consent date (R-047, R-250)."""

from datetime import date, datetime

from claims.actions import Action
from claims.deadlines import estimated_payment_on
from claims.models import Claim, ClaimEvent, Earning
from eligibility.models import Enrolment, EnrolmentStatus, PayeeProfile
from engagements.rates import market_of, rate_on


def fix_rate(claim: Claim, now: datetime) -> None:
    """Copy market, amount and currency onto the claim at the moment of consent; later rates never touch it.

    A claim with hours earns the hourly rate times its hours. No rate in force leaves the amount empty, and
    Approve refuses until an operator has settled it.
    """
    on = now.date()
    claim.market = market_of(claim.location.country, on)
    rate = rate_on(claim.engagement, claim.market, on)
    if rate is None:
        return
    claim.amount = rate.amount * (claim.hours or 0) if rate.per_hour else rate.amount
    claim.currency = rate.currency


def missing_at(claim: Claim, now: datetime) -> list[str]:
    """R-056: what the location still lacked for earning at the moment of consent: "enrolment", "payee".

    Kept in the history line of the consent, because later nobody could tell any more.
    """
    enrolled = Enrolment.objects.filter(
        location_id=claim.location_id, status=EnrolmentStatus.ENROLLED, since_on__lte=now.date()
    )
    payee = PayeeProfile.objects.filter(location_id=claim.location_id).first()
    return [
        *(() if enrolled.exists() else ("enrolment",)),
        *(() if payee and payee.complete else ("payee",)),
    ]


def counts_from(claim: Claim) -> date | None:
    """R-056: the first day of the month in which the location's eligibility became complete, where that was only
    after the consent; None where it was complete then, and as long as it is not complete yet.

    The month is that of the last thing handed in for it: the enrolment, or the payee profile.
    """
    consent = ClaimEvent.objects.filter(claim=claim, action=Action.ACCEPT).first()
    if consent is None or not consent.data.get("not_yet_eligible"):
        return None
    payee = PayeeProfile.objects.filter(location_id=claim.location_id).first()
    enrolment = Enrolment.objects.filter(location_id=claim.location_id, status=EnrolmentStatus.ENROLLED).first()
    if not (payee and payee.complete and enrolment):
        return None
    handed_in = payee.submitted_at.date() if payee.submitted_at else enrolment.since_on
    return max(enrolment.since_on, handed_in).replace(day=1)


def create_earning(claim: Claim, now: datetime) -> Earning:
    """The one earning of an approved claim, with the month it is expected to be paid (R-174).

    It is the whole amount fixed on the claim; what R-056 and R-047 add is marked on it, for the payment run and
    for the partner to read.
    """
    rate = rate_on(claim.engagement, claim.market, claim.consented_at.date())
    return Earning.objects.create(
        claim=claim,
        partner_id=claim.partner_id,
        amount=claim.amount,
        currency=claim.currency,
        market=claim.market,
        estimated_payment_on=estimated_payment_on(now),
        counts_from_on=counts_from(claim),
        true_up=bool(rate and rate.true_up),
        created_at=now,
    )
