"""Partners, locations and engagements for the tests of eligibility, made directly in the tables."""

from datetime import UTC, date, datetime

from eligibility.models import Credential, Enrolment, PayeeProfile
from engagements.models import Engagement, EngagementType, MarketCountry, PartnerCriterion, Rate
from mci_portal.accounts.actors import Actor, actor_for
from mci_portal.accounts.models import Location, Membership, Partner, User

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
START = date(2021, 7, 1)
MODERN_WORK, SECURITY = "Solutions Partner for Modern Work", "Solutions Partner for Security"


def partner(name: str = "Contoso Consulting", pga_id: str = "5512001") -> Partner:
    return Partner.objects.create(pga_id=pga_id, name=name, legal_name=name, mail_domain="contoso.example")


def location(owner: Partner, name: str = "Redmond", country: str = "US", enrolled: str | None = "enrolled") -> Location:
    code = str(1_000_001 + Location.objects.count())
    place = Location.objects.create(partner=owner, code=code, name=name, country=country)
    if enrolled:
        Enrolment.objects.create(location=place, status=enrolled, since_on=START)
    return place


def payee(place: Location, bank: str = "approved", tax: str = "approved") -> PayeeProfile:
    return PayeeProfile.objects.create(location=place, bank_status=bank, tax_status=tax, masked_iban="•••• 6789")


def member(owner: Partner, role: str = "incentives_admin", place: Location | None = None, name: str = "Ana") -> Actor:
    user = User.objects.create_user(f"{name.lower()}@contoso.example", name=name)
    Membership.objects.create(user=user, partner=owner, location=place, role=role)
    return actor_for(user)


def holds(owner: Partner, name: str, place: Location | None = None, until: date | None = None) -> Credential:
    return Credential.objects.create(partner=owner, location=place, name=name, valid_from=START, valid_to=until)


def markets() -> None:
    for country, market in (("US", "A"), ("SG", "B"), ("*", "C")):
        MarketCountry.objects.create(country=country, market=market, valid_from=START)


def workshop(slug: str = "workshop", amounts: dict | None = None, **columns) -> Engagement:
    """A build-intent engagement that pays in all three markets unless ``amounts`` says otherwise."""
    kind, _created = EngagementType.objects.get_or_create(
        code="workshop",
        defaults={
            "name": "Workshop",
            "consent_days": 30,
            "submit_days": 90,
            "review_days": 120,
            "dispute_days": 30,
            "dispute_review_days": 30,
        },
    )
    columns = {"area": "azure", "role": "build_intent", "starts_on": START, "name": slug.title(), **columns}
    engagement = Engagement.objects.create(slug=slug, type=kind, **columns)
    for market, amount in (amounts or {"A": 5000, "B": 3000, "C": 1000}).items():
        Rate.objects.create(engagement=engagement, market=market, amount=amount, valid_from=engagement.starts_on)
    return engagement


def asks_for(engagement: Engagement, *any_of: str, title: str = "Designation", **columns) -> PartnerCriterion:
    return PartnerCriterion.objects.create(engagement=engagement, title=title, any_of=list(any_of), **columns)
