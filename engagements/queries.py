"""What pages show of the catalogue: which engagements a partner may see, and all of a Summary page."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

from engagements import terms
from engagements.availability import Availability, availability
from engagements.models import (
    DayCounts,
    Engagement,
    EngagementType,
    EvidenceRequirement,
    EvidenceTemplate,
    Invitation,
    Market,
    PartnerCriterion,
    Rate,
    ResourceLink,
    TypeTerms,
)
from engagements.templates_in_force import newest


@dataclass(frozen=True)
class RateLine:
    """One market's row of the rate table. ``amount`` None: not offered there. ``next_from`` None: no change known."""

    market: str
    amount: Decimal | None
    currency: str
    per_hour: bool
    valid_from: date | None
    source: str
    next_amount: Decimal | None = None
    next_from: date | None = None


@dataclass(frozen=True)
class EvidenceLine:
    requirement: EvidenceRequirement
    template: EvidenceTemplate | None
    superseded: EvidenceTemplate | None  # the version before, while its cut-off is worth telling


@dataclass(frozen=True)
class Summary:
    engagement: Engagement
    type: EngagementType | None
    availability: Availability
    rates: list[RateLine]
    criteria: list[PartnerCriterion]
    evidence: list[EvidenceLine]
    links: list[ResourceLink]
    former_names: list[str]
    days: DayCounts | None = None  # what a claim of today copies; of an Upcoming engagement on its first day
    coming: list[TypeTerms] = field(default_factory=list)  # what claims copy later


def visible_to(partner_id: int | None) -> QuerySet[Engagement]:
    """The engagements this partner may know of: all but those by invitation that he was not invited to (R-031).

    ``partner_id`` None stands for Microsoft's people, who see every engagement.
    """
    if partner_id is None:
        return Engagement.objects.all()
    invited = Invitation.objects.filter(partner_id=partner_id).values("engagement_id")
    return Engagement.objects.filter(Q(visibility=Engagement.Visibility.LISTED) | Q(pk__in=invited))


def matching(query: str) -> Q:
    """The condition of the list's search box: present name, former names and other words for it (R-032, R-033)."""
    words = query.strip()
    if not words:
        return Q()
    former = Engagement.objects.filter(former_names__name__icontains=words).values("pk")
    return Q(name__icontains=words) | Q(search_terms__icontains=words) | Q(pk__in=former)


def criteria_on(today: date) -> QuerySet[PartnerCriterion]:
    """The partner criteria asked for on ``today``, of all engagements."""
    return PartnerCriterion.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=today), Q(valid_to=None) | Q(valid_to__gte=today)
    )


def summary(engagement: Engagement, today: date) -> Summary:
    """Everything the Summary page shows (R-040 to R-048), in eight queries (six without a type)."""
    on, kind = max(today, engagement.starts_on), engagement.type
    days, coming = terms.now_and_later(kind, on) if kind else (None, [])
    requirements = engagement.evidence.filter(ended_on__isnull=True).prefetch_related(
        Prefetch("templates", EvidenceTemplate.objects.order_by("-valid_from"))
    )
    return Summary(
        engagement=engagement,
        type=kind,
        days=days,
        coming=coming,
        availability=availability(engagement, today),
        rates=_rate_lines(list(engagement.rates.order_by("valid_from")), on),
        criteria=list(criteria_on(on).filter(engagement=engagement)),
        evidence=[_evidence_line(one, today) for one in requirements],
        links=list(engagement.links.all()),
        former_names=list(engagement.former_names.order_by("id").values_list("name", flat=True)),
    )


def _rate_lines(rates: list[Rate], on: date) -> list[RateLine]:
    """One line for each market; the rates of an Upcoming engagement are those of its first day."""
    if not rates:
        return []
    return [_rate_line(market, [rate for rate in rates if rate.market == market], on) for market in Market.values]


def _rate_line(market: str, rates: list[Rate], on: date) -> RateLine:
    now = [rate for rate in rates if rate.valid_from <= on and not (rate.valid_to and rate.valid_to < on)]
    present = now[-1] if now else None
    coming = next((rate for rate in rates if rate.valid_from > on), None)
    shown = present or coming
    return RateLine(
        market=market,
        amount=present.amount if present else None,
        currency=shown.currency if shown else "USD",
        per_hour=bool(shown and shown.per_hour),
        valid_from=present.valid_from if present else None,
        source=shown.source if shown else "",
        next_amount=coming.amount if coming else None,
        next_from=coming.valid_from if coming else None,
    )


def _evidence_line(requirement: EvidenceRequirement, today: date) -> EvidenceLine:
    templates = list(requirement.templates.all())
    current = newest(templates, today)
    older = [one for one in templates if current and one.valid_from < current.valid_from and one.refused_from]
    return EvidenceLine(requirement, current, older[0] if older else None)
