"""The fixed cast: who must be let in and who must be refused is always the same person. A pytest plugin.

Ana runs incentives for all of Contoso, Ben for its location Redmond only, Tom for Toronto only. Omar runs them for
Fabrikam and must see nothing of Contoso. Rita and Ravi review, Lena leads the reviewers, Olga operates the program.
Fay reads what it pays, Arthur audits it all.
"""

from dataclasses import dataclass

import pytest

from mci_portal.accounts.actors import Actor, actor_for
from mci_portal.accounts.models import Location, Membership, MicrosoftRole, Partner, Role, User
from tests.rows import (
    EnrolmentFactory,
    LocationFactory,
    MembershipFactory,
    PartnerFactory,
    PayeeProfileFactory,
    UserFactory,
)


@dataclass
class Cast:
    contoso: Partner
    redmond: Location
    toronto: Location
    singapore: Location
    fabrikam: Partner
    amsterdam: Location
    ana: User
    ben: User
    tom: User
    omar: User
    rita: User
    ravi: User
    lena: User
    olga: User
    fay: User
    arthur: User

    def actor(self, name: str) -> Actor:
        """``cast.actor("ana")``: what this user is to the domain, read from the tables now."""
        return actor_for(getattr(self, name))


COMPANIES = {
    "contoso": ("5512001", "Contoso Consulting"),
    "fabrikam": ("5512002", "Fabrikam Services"),
}
PLACES = {
    "redmond": ("contoso", "6612001", "Redmond", "US"),
    "toronto": ("contoso", "6612002", "Toronto", "CA"),
    "singapore": ("contoso", "6612003", "Singapore", "SG"),
    "amsterdam": ("fabrikam", "6612004", "Amsterdam", "NL"),
}
MEMBERS = {
    "ana": ("Ana Silva", "contoso", Role.INCENTIVES_ADMIN, None),
    "ben": ("Ben Smith", "contoso", Role.INCENTIVES_USER, "redmond"),
    "tom": ("Tom Tremblay", "contoso", Role.INCENTIVES_USER, "toronto"),
    "omar": ("Omar Bakker", "fabrikam", Role.INCENTIVES_ADMIN, None),
}
MICROSOFT = {
    "rita": ("Rita Rossi", MicrosoftRole.REVIEWER),
    "ravi": ("Ravi Rao", MicrosoftRole.REVIEWER),
    "lena": ("Lena Lind", MicrosoftRole.LEAD_REVIEWER),
    "olga": ("Olga Novak", MicrosoftRole.OPERATOR),
    "fay": ("Fay Fischer", MicrosoftRole.FINANCE),
    "arthur": ("Arthur Adeyemi", MicrosoftRole.AUDITOR),
}


def company(key: str) -> Partner:
    """Contoso or Fabrikam, made when it is not there yet."""
    pga_id, name = COMPANIES[key]
    domain = f"{key}.example"
    found = Partner.objects.filter(pga_id=pga_id).first()
    return found or PartnerFactory(pga_id=pga_id, name=name, mail_domain=domain, tenant_domain=domain)


def place(key: str) -> Location:
    """One of the cast's locations, enrolled and with a complete payee profile."""
    owner, code, name, country = PLACES[key]
    if found := Location.objects.filter(code=code).first():
        return found
    location = LocationFactory(partner=company(owner), code=code, name=name, country=country)
    EnrolmentFactory(location=location)
    PayeeProfileFactory(location=location)
    return location


def person(key: str) -> User:
    """One of the cast's people with the role, made when he is not there yet."""
    if key in MICROSOFT:
        name, role = MICROSOFT[key]
        email = f"{key}@microsoft.example"
        return User.objects.filter(email=email).first() or UserFactory(email=email, name=name, microsoft_role=role)
    name, owner, role, where = MEMBERS[key]
    email = f"{key}@{owner}.example"
    if found := User.objects.filter(email=email).first():
        return found
    user = UserFactory(email=email, name=name)
    MembershipFactory(user=user, partner=company(owner), role=role, location=place(where) if where else None)
    return user


def admin_of(partner: Partner) -> User:
    """Somebody who runs incentives for the whole account: of the cast where there is one, else somebody new."""
    account_wide = Membership.objects.filter(partner=partner, role=Role.INCENTIVES_ADMIN, location=None)
    if found := account_wide.select_related("user").order_by("id").first():
        return found.user
    for key, (_name, owner, role, _where) in MEMBERS.items():
        if role == Role.INCENTIVES_ADMIN and COMPANIES[owner][0] == partner.pga_id:
            return person(key)
    user = UserFactory(email=f"admin@{partner.mail_domain}", name=f"Admin of {partner.name}")
    return MembershipFactory(user=user, partner=partner).user


def make_cast() -> Cast:
    """The whole cast at once, for a test that needs everybody."""
    rows = {key: company(key) for key in COMPANIES}
    rows |= {key: place(key) for key in PLACES}
    rows |= {key: person(key) for key in (*MEMBERS, *MICROSOFT)}
    return Cast(**rows)


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def _fixture(make, key: str):
    @pytest.fixture(name=key)
    def row(db):
        return make(key)

    return row


contoso, fabrikam = (_fixture(company, key) for key in COMPANIES)
redmond, toronto, singapore, amsterdam = (_fixture(place, key) for key in PLACES)
ana, ben, tom, omar = (_fixture(person, key) for key in MEMBERS)
rita, ravi, lena, olga, fay, arthur = (_fixture(person, key) for key in MICROSOFT)
