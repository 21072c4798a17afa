"""New rates, and the open claims that will be paid by them unless the customer consents before (R-047, E21).

A claim with consent has its rate for good, so nobody is told of it; nor where the amount stays, nor where the time to
consent is over before the new rates begin. The operator's pages tell after a change.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache

from claims.models import Claim
from claims.statuses import BEFORE_CONSENT
from claims.superseded import MAIL
from engagements.models import Engagement, Rate
from engagements.rates import market_of, rate_on
from mci_portal.outbox import post as outbox
from mci_portal.outbox.models import Message


@dataclass
class NewRates:
    """From ``on`` a consent at ``market`` is paid by another rate than today's; None = not offered any more."""

    engagement: Engagement
    market: str
    on: date
    rate: Rate | None
    claims: list[Claim] = field(default_factory=list)

    @property
    def about(self) -> str:
        amount = f"{self.rate.amount}{self.rate.currency}" if self.rate else "none"
        return f"rates:{self.engagement.pk}:{self.market}:{self.on:%Y-%m-%d}:{amount}"


def affected(engagements: Collection[int], today: date) -> list[NewRates]:
    """The changes that lie ahead of the open claims of these engagements (ids), the next one of each claim."""
    days: dict[int, set[date]] = defaultdict(set)
    for pk, day in Rate.objects.filter(engagement__in=engagements, valid_from__gt=today).values_list(
        "engagement_id", "valid_from"
    ):
        days[pk].add(day)
    claims = Claim.objects.filter(engagement__in=days, status__in=BEFORE_CONSENT, due_at__gt=_begin(today))
    found: dict[str, NewRates] = {}
    paid = _paid()
    for claim in claims.select_related("engagement", "location").order_by("number"):
        _market, now_paid = paid(claim.engagement, claim.location.country, today)
        for day in sorted(one for one in days[claim.engagement_id] if _begin(one) < claim.consent_due_at):
            market, rate = paid(claim.engagement, claim.location.country, day)
            if _terms(rate) != _terms(now_paid):
                change = NewRates(claim.engagement, market, day, rate)
                found.setdefault(change.about, change).claims.append(claim)
                break
    return list(found.values())


def _paid():
    """Market and rate of a country on a day, each looked up once."""

    @cache
    def look_up(engagement: Engagement, country: str, on: date) -> tuple[str, Rate | None]:
        market = market_of(country, on)
        return market, rate_on(engagement, market, on)

    return look_up


def _terms(rate: Rate | None) -> tuple | None:
    return (rate.amount, rate.currency, rate.per_hour) if rate else None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def tell(engagements: Collection[int], now: datetime) -> int:
    """E21 to the partner contacts of the affected claims, one mail for each contact and change; how many were queued.

    Nobody is told of the same claim and change twice.
    """
    queued = 0
    for change in affected(engagements, now.date()):
        for claims in _by_contact(change):
            queued += 1
            first = claims[0]
            outbox.post(
                MAIL,
                audience="partner",
                dedup_key=f"{change.about}:{first.number}",
                now=now,
                to_email=first.partner_email,
                to_name=first.partner_name,
                partner_id=first.partner_id,
                location_id=first.location_id,
                context={
                    "rates": change.engagement.pk,
                    "market": change.market,
                    "on": change.on.isoformat(),
                    "claims": [claim.number for claim in claims],
                },
            )
    return queued


def _by_contact(change: NewRates) -> Iterator[list[Claim]]:
    earlier = Message.objects.filter(kind=MAIL, dedup_key__startswith=f"{change.about}:")
    told = {number for context in earlier.values_list("context", flat=True) for number in context["claims"]}
    by_contact: dict[tuple[str, int], list[Claim]] = defaultdict(list)
    for claim in change.claims:
        if claim.number not in told:
            by_contact[claim.partner_email, claim.location_id].append(claim)
    yield from by_contact.values()
