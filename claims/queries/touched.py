"""Which open claims a change of the catalogue concerns. Asked by the operator's preview (R-047, R-048, R-277)."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from claims.models import Claim, Kind
from claims.statuses import BEFORE_CONSENT, OPEN, WITH_MICROSOFT, WITH_PARTNER, Status


@dataclass
class Touched:
    """Open claims of one engagement. ``by_status`` is in the order of the life cycle."""

    total: int = 0
    before_consent: int = 0  # their rate is not fixed yet
    by_status: list[tuple[str, int]] = field(default_factory=list)  # (label, number)


def by_engagement(slugs: Collection[str]) -> dict[str, Touched]:
    """The open claims of the engagements with these slugs, in one query; those without any are left out."""
    rows = (
        Claim.objects.filter(engagement__slug__in=slugs, status__in=OPEN)
        .order_by()
        .values_list("engagement__slug", "status")
        .annotate(number=Count("id"))
    )
    order = list(Status.values)
    found: dict[str, Touched] = {}
    for slug, status, number in sorted(rows, key=lambda row: (row[0], order.index(row[1]))):
        touched = found.setdefault(slug, Touched())
        touched.total += number
        touched.before_consent += number if status in BEFORE_CONSENT else 0
        touched.by_status.append((str(Status(status).label), number))
    return found


def altogether(slugs: Collection[str]) -> Touched | None:
    """The open claims of several engagements in one sum, in one query; None where there are none."""
    total = Touched()
    numbers: dict[str, int] = {}
    for one in by_engagement(slugs).values():
        total.total += one.total
        total.before_consent += one.before_consent
        for label, number in one.by_status:
            numbers[label] = numbers.get(label, 0) + number
    total.by_status = [(str(one.label), numbers[str(one.label)]) for one in Status if str(one.label) in numbers]
    return total if total.total else None


def still_to_submit(slug: str) -> QuerySet[Claim]:
    """R-048: the open claims whose evidence may yet be handed in, and so on the version then accepted; by number."""
    return (
        Claim.objects.filter(engagement__slug=slug, status__in=WITH_PARTNER)
        .select_related("partner")
        .only("number", "status", "partner__name")
        .order_by("number")
    )


def business_clocks() -> int:
    """How many associations have a clock in business days running: a review, a second one, or the partner's answer."""
    return Claim.objects.filter(kind=Kind.CPOR, status__in=[*WITH_MICROSOFT, Status.ACTION_REQUIRED]).count()
