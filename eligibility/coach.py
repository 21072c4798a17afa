"""The eligibility coach: what each location still misses for each engagement, who can fix it and what it is worth
(R-052, R-056, R-057). Its page calls it.

Left out is what nobody can fix: an engagement that is over, or not offered in the market of the location.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DecimalField,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce, Greatest
from django.utils.translation import gettext as _

from eligibility import standing
from eligibility.models import EnrolmentStatus, PayeeProfile, PayeeStatus, Verdict
from eligibility.queries import PAYABLE
from engagements.models import ANY_COUNTRY, Market, MarketCountry, PartnerCriterion, Rate
from engagements.queries import criteria_on, matching, visible_to
from mci_portal.accounts.actors import ADMIN_ROLES, Actor
from mci_portal.accounts.models import Location, Membership, Role
from mci_portal.common.languages import said

ORDER = ("-worth", "lacking", "id")
MONEY = DecimalField(max_digits=14, decimal_places=2)


@dataclass(frozen=True)
class Step:
    """One thing to do. ``who`` are names; empty means Microsoft. ``any_of``: one of these is enough."""

    key: str
    title: str
    text: str
    any_of: tuple[str, ...]
    who: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """One location and engagement. ``worth`` is the most one claim can earn today, 0 where no rate says it;
    ``hourly`` when that counts the most hours that can be claimed."""

    verdict: Verdict
    worth: Decimal
    currency: str
    hourly: bool
    steps: tuple[Step, ...]


def unfinished(actor: Actor, today: date, *, search: str = "", places: Iterable[int] = ()) -> QuerySet[Verdict]:
    """The pairs of location and engagement the actor works for that do not earn yet, to be ordered by ``ORDER``.

    Nothing of other partners or locations, and no engagement that the partner may not know of (R-007, R-031).
    """
    shown = visible_to(actor.partner_id).filter(
        Q(ends_on=None) | Q(ends_on__gte=today), Q(last_claim_on=None) | Q(last_claim_on__gte=today)
    )
    rows = Verdict.objects.filter(actor.location_filter(), engagement__in=shown.filter(matching(search)))
    rows = rows.filter(Q(eligible=False) | ~PAYABLE).exclude(unmet__contains=[standing.MARKET])
    if places:
        rows = rows.filter(location_id__in=list(places))
    payee_missing = Case(When(PAYABLE, then=0), default=1, output_field=IntegerField())
    rows = rows.select_related("engagement", "location__enrolment", "location__payee")
    return _with_worth(rows, today).annotate(
        lacking=Func(F("unmet"), function="cardinality", output_field=IntegerField()) + payee_missing
    )


def _with_worth(rows: QuerySet[Verdict], today: date) -> QuerySet[Verdict]:
    """Today's rate of the location's market, or of the first day of an Upcoming engagement (R-047, C-28)."""
    countries = MarketCountry.objects.filter(
        country__in=(OuterRef("location__country"), ANY_COUNTRY), valid_from__lte=today
    ).order_by(Case(When(country=ANY_COUNTRY, then=1), default=0), "-valid_from")
    rates = (
        Rate.objects.filter(engagement=OuterRef("engagement"), market=OuterRef("market"))
        .filter(valid_from__lte=OuterRef("day"))
        .exclude(valid_to__lt=OuterRef("day"))
        .order_by("-valid_from")
    )
    most_hours = Func(
        F("engagement__hour_options"), template="(SELECT max(o) FROM unnest(%(expressions)s) AS o)", output_field=MONEY
    )
    hours = Case(When(hourly=True, then=Coalesce(most_hours, Decimal(1))), default=Decimal(1))
    return rows.annotate(
        market=Coalesce(Subquery(countries.values("market")[:1]), Value(Market.C.value), output_field=CharField()),
        day=Greatest(F("engagement__starts_on"), Value(today)),
        amount=Subquery(rates.values("amount")[:1]),
        hourly=Coalesce(Subquery(rates.values("per_hour")[:1]), False, output_field=BooleanField()),
        currency=Coalesce(Subquery(rates.values("currency")[:1]), Value("USD"), output_field=CharField()),
        worth=Coalesce(
            Cast(F("amount") * hours, MONEY),
            Decimal(0),
            output_field=MONEY,
        ),
    )


def advise(rows: list[Verdict], actor: Actor, today: date) -> list[Advice]:
    """The rows of one page in words, in their order. Two queries."""
    criteria = {
        (criterion.engagement_id, criterion.title): criterion
        for criterion in criteria_on(today).filter(engagement__in={row.engagement_id for row in rows})
    }
    fixers = _Fixers(actor)
    return [
        Advice(row, row.worth, row.currency, row.hourly, tuple(_steps(row, criteria, fixers)))  # type: ignore[attr-defined]
        for row in rows
    ]


class _Fixers:
    """Who of the partner can do what, read once."""

    def __init__(self, actor: Actor) -> None:
        wanted = (Role.INCENTIVES_ADMIN, *ADMIN_ROLES)
        grants = Membership.objects.filter(partner_id=actor.partner_id, role__in=wanted, user__is_active=True)
        self.grants = list(grants.select_related("user").order_by("user__name", "user_id"))

    def of_location(self, location: Location) -> tuple[str, ...]:
        """R-009: the Incentives admins there."""
        return self._names(
            grant
            for grant in self.grants
            if grant.role == Role.INCENTIVES_ADMIN and grant.location_id in (None, location.pk)
        )

    def of_company(self, location: Location) -> tuple[str, ...]:
        """What the company holds is its Global and Account admins' matter; without any, the location's."""
        admins = self._names(grant for grant in self.grants if grant.role in ADMIN_ROLES)
        return admins or self.of_location(location)

    def _names(self, grants: Iterable[Membership]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(grant.user.name for grant in grants))


def _steps(row: Verdict, criteria: dict[tuple[int, str], PartnerCriterion], fixers: _Fixers) -> Iterable[Step]:
    location = row.location
    for key in row.unmet:
        title = standing.title_of(key)
        if key == standing.ENROLMENT:
            yield _enrolment(title, location, fixers)
        elif key == standing.INVITATION:
            yield Step(key, title, _("Microsoft invites partners to this engagement."), (), ())
        else:
            found = criteria.get((row.engagement_id, key))
            text, any_of = (said(found.text), tuple(found.any_of)) if found else ("", ())
            yield Step(key, title, text, any_of, fixers.of_company(location))
    profile = getattr(location, "payee", None)
    if not (profile and profile.complete):
        yield _payee(location, profile, fixers)


def _enrolment(title: str, location: Location, fixers: _Fixers) -> Step:
    enrolment = getattr(location, "enrolment", None)
    status = enrolment.status if enrolment else ""
    if status == EnrolmentStatus.VALIDATING:
        return Step(standing.ENROLMENT, title, _("Microsoft is validating the enrollment."), (), ())
    if status in (EnrolmentStatus.INACTIVE, EnrolmentStatus.DISCONTINUED):
        text = _("Status now: %(status)s. Ask Microsoft to enroll this location again.")
        return Step(standing.ENROLMENT, title, text % {"status": enrolment.get_status_display()}, (), ())
    text = _("Enroll this location in the program.")
    return Step(standing.ENROLMENT, title, text, (), fixers.of_location(location))


def _payee(location: Location, profile: PayeeProfile | None, fixers: _Fixers) -> Step:
    title = standing.title_of(standing.PAYEE)
    done = (PayeeStatus.APPROVED, PayeeStatus.PENDING)
    if profile and profile.bank_status in done and profile.tax_status in done:
        text = _("Microsoft is validating the profile, which takes up to 48 hours.")
        return Step(standing.PAYEE, title, text, (), ())
    text = _("Complete the bank and the tax profile of this location.")
    return Step(standing.PAYEE, title, text, (), fixers.of_location(location))
