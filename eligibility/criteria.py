"""The criteria panel of a location (R-052): what it meets and what it still lacks. Called by the Eligibility page."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from eligibility import standing
from eligibility.models import Credential, Enrolment, EnrolmentStatus, PayeeProfile
from engagements.models import Engagement, Invitation, PartnerCriterion, PartnerRole
from engagements.queries import criteria_on
from engagements.rates import market_of, rate_on
from mci_portal.accounts.models import Location
from mci_portal.common.languages import said


@dataclass(frozen=True)
class Criterion:
    """One line of the panel. ``held`` are those of ``any_of`` that count for this location."""

    title: str
    text: str
    any_of: tuple[str, ...]
    met: bool
    held: frozenset[str] = frozenset()


def panel(engagement: Engagement, location: Location, today: date) -> list[Criterion]:
    """Every criterion of this location on this engagement, those still to meet first.

    Reads what holds now, so it can be ahead of the daily verdict. A fixed number of queries (at most seven).
    """
    day = max(today, engagement.starts_on)
    held = set(
        Credential.objects.filter(partner_id=location.partner_id, valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today))
        .values_list("name", "location_id")
    )
    lines = [_enrolment(location), *_offer(engagement, location, today, day), _payee(location)]
    lines += [_from_catalogue(one, location, held) for one in criteria_on(day).filter(engagement=engagement)]
    return sorted(lines, key=lambda line: line.met)


def _enrolment(location: Location) -> Criterion:
    row = Enrolment.objects.filter(location=location).first()
    text = _("This location is enrolled in the program.")
    if row is None or row.status != EnrolmentStatus.ENROLLED:
        status = row.get_status_display() if row else _("Not enrolled")
        text = _("Enroll this location in the program. Status now: %(status)s.") % {"status": status}
    return Criterion(
        standing.title_of(standing.ENROLMENT), text, (), bool(row and row.status == EnrolmentStatus.ENROLLED)
    )


def _payee(location: Location) -> Criterion:
    profile = PayeeProfile.objects.filter(location=location).first()
    if profile and profile.complete:
        text = _("The bank and the tax profile of this location are approved.")
    else:
        profile = profile or PayeeProfile()
        text = _("Both have to be approved. Bank profile now: %(bank)s. Tax profile now: %(tax)s.") % {
            "bank": profile.get_bank_status_display(),
            "tax": profile.get_tax_status_display(),
        }
    return Criterion(standing.title_of(standing.PAYEE), text, (), profile.complete)


def _offer(engagement: Engagement, location: Location, today: date, day: date) -> list[Criterion]:
    """Market and invitation; left out where the engagement asks for neither."""
    lines = []
    if engagement.role == PartnerRole.BUILD_INTENT:
        market = market_of(location.country, today)
        met = rate_on(engagement, market, day) is not None
        text = (
            _("The engagement is offered in market %(market)s.")
            if met
            else _("It is not offered in market %(market)s.")
        )
        lines.append(Criterion(standing.title_of(standing.MARKET), text % {"market": market}, (), met))
    if engagement.visibility == Engagement.Visibility.INVITATION:
        met = Invitation.objects.filter(engagement=engagement, partner_id=location.partner_id).exists()
        text = _("Microsoft invites partners to this engagement.")
        lines.append(Criterion(standing.title_of(standing.INVITATION), text, (), met))
    return lines


def _from_catalogue(criterion: PartnerCriterion, location: Location, held: set[tuple[str, int | None]]) -> Criterion:
    counts = frozenset(
        name
        for name, location_id in held
        if name in criterion.any_of
        and (criterion.scope == PartnerCriterion.Scope.ACCOUNT or location_id in (None, location.pk))
    )
    return Criterion(said(criterion.title), said(criterion.text), tuple(criterion.any_of), bool(counts), counts)
