"""What pages show of eligibility, scoped to who looks: the Eligibility page, the list's "n of m", the wizards."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from eligibility import standing
from eligibility.models import EnrolmentStatus, PayeeProfile, PayeeStatus, Verdict
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location

ENROLLED = Q(location__enrolment__status=EnrolmentStatus.ENROLLED)
PAYABLE = Q(location__payee__bank_status=PayeeStatus.APPROVED, location__payee__tax_status=PayeeStatus.APPROVED)


@dataclass(frozen=True)
class LocationRow:
    """A line of the Eligibility page. ``earning``: both marks are green (R-051). ``unmet`` are titles to show."""

    location: Location
    enrolment: str  # label
    enrolled: bool
    eligible: bool
    unmet: tuple[str, ...]
    payee: PayeeProfile | None
    payee_complete: bool
    may_update: bool  # the looker is Incentives admin here
    checked_at: datetime | None

    @property
    def earning(self) -> bool:
        return self.eligible and self.payee_complete


@dataclass(frozen=True)
class OfferedLocation:
    """A choice of the wizards; ``reason`` says why it cannot be chosen and is empty when it can."""

    location: Location
    selectable: bool
    reason: str


def locations(engagement: Engagement, actor: Actor) -> list[LocationRow]:
    """The actor's locations that take part in the program, with both marks (R-050, R-051). Two queries."""
    return [
        _row(one, verdict, actor)
        for one, verdict in _with_verdicts(engagement, actor)
        if getattr(one, "enrolment", None) is not None
    ]


def offered_locations(engagement: Engagement, actor: Actor) -> list[OfferedLocation]:
    """The actor's locations for the wizards (R-081, R-106): enrolled and eligible ones can be chosen, the
    others are shown with the reason (C-15). Two queries."""
    return [_offer(one, verdict) for one, verdict in _with_verdicts(engagement, actor)]


def counts(actor: Actor) -> dict[int, tuple[int, int]]:
    """For each engagement id: how many locations earn, of how many enrolled ones (R-026). One query.

    Only the locations the actor works for count. An engagement without verdicts is missing: read it as (0, 0).
    """
    rows = (
        Verdict.objects.filter(actor.location_filter(), ENROLLED)
        .values("engagement_id")
        .annotate(earning=Count("pk", filter=Q(eligible=True) & PAYABLE), enrolled=Count("pk"))
        .values_list("engagement_id", "earning", "enrolled")
    )
    return {engagement_id: (earning, enrolled) for engagement_id, earning, enrolled in rows}


def last_update(actor: Actor | None = None) -> datetime | None:
    """When the verdicts the actor sees (None: any) were last computed (R-053); None before the first time."""
    scope = actor.location_filter() if actor else Q()
    moment: datetime | None = Verdict.objects.filter(scope).aggregate(last=Max("checked_at"))["last"]
    return moment


def _with_verdicts(engagement: Engagement, actor: Actor) -> list[tuple[Location, Verdict | None]]:
    mine = Verdict.objects.filter(actor.location_filter(), engagement=engagement)
    verdicts = {verdict.location_id: verdict for verdict in mine}
    places = actor.locations().select_related("enrolment", "payee").order_by("name", "pk")
    return [(location, verdicts.get(location.pk)) for location in places]


def _row(location: Location, verdict: Verdict | None, actor: Actor) -> LocationRow:
    payee = getattr(location, "payee", None)
    return LocationRow(
        location=location,
        enrolment=location.enrolment.words(for_admin=actor.administers(location.pk)),
        enrolled=location.enrolment.status == EnrolmentStatus.ENROLLED,
        eligible=bool(verdict and verdict.eligible),
        unmet=tuple(standing.title_of(key) for key in verdict.unmet) if verdict else (),
        payee=payee,
        payee_complete=bool(payee and payee.complete),
        may_update=actor.administers(location.pk),
        checked_at=verdict.checked_at if verdict else None,
    )


def _offer(location: Location, verdict: Verdict | None) -> OfferedLocation:
    enrolment = getattr(location, "enrolment", None)
    if enrolment is None or enrolment.status != EnrolmentStatus.ENROLLED:
        return OfferedLocation(location, False, standing.reason_for(standing.ENROLMENT))
    if verdict is None:
        return OfferedLocation(location, False, _("The eligibility of this location has not been checked yet."))
    if not verdict.eligible:
        return OfferedLocation(location, False, standing.reason_for(verdict.unmet[0]))
    return OfferedLocation(location, True, "")
