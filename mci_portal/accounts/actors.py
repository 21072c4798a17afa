"""Who is doing this, as the domain sees it: a partner's member, a Microsoft employee, a customer, or the clock."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet

from mci_portal.accounts.models import Location, Membership, MicrosoftRole, Partner, Role, User

INCENTIVES_ROLES = frozenset({Role.INCENTIVES_ADMIN, Role.INCENTIVES_USER})
ADMIN_ROLES = frozenset({Role.GLOBAL_ADMIN, Role.ACCOUNT_ADMIN})


class Kind(StrEnum):
    PARTNER = "partner"
    REVIEWER = "reviewer"
    OPERATOR = "operator"
    FINANCE = "finance"  # Microsoft's: reads money, and no claims
    AUDITOR = "auditor"  # Microsoft's: reads everything, changes nothing
    CUSTOMER = "customer"
    COLLEAGUE = "colleague"  # of the partner's contact, answering a mailed survey without account
    CLOCK = "clock"


@dataclass(frozen=True)
class Actor:
    """Built anew for every request from the tables, so a role taken away is gone at once.

    ``admin_of`` and ``user_of`` are location ids; ``None`` means every location of the account (R-008).
    """

    kind: Kind
    name: str
    user: User | None = None
    partner: Partner | None = None
    roles: frozenset[str] = frozenset()
    admin_of: frozenset[int] | None = frozenset()
    user_of: frozenset[int] | None = frozenset()
    email: str = ""
    lead: bool = False
    address: str | None = None  # the IP address that the request came from, for the audit

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def partner_id(self) -> int | None:
        return self.partner.pk if self.partner else None

    @property
    def role(self) -> str:
        """What the audit calls the roles somebody acts with: their codes, with a comma between; "" for nobody's."""
        return ",".join(sorted(self.roles)) or (self.user.microsoft_role if self.user else "")

    @property
    def works_on_incentives(self) -> bool:
        """R-001: holds one of the two incentives roles somewhere in the account."""
        return bool(self.roles & INCENTIVES_ROLES)

    @property
    def looks_after_members(self) -> bool:
        """R-010: Global admin or Account admin, who give roles to the members of their company."""
        return bool(self.roles & ADMIN_ROLES)

    @property
    def is_microsoft(self) -> bool:
        """R-012: stands on Microsoft's side, which is no partner's. Says nothing of what he may open."""
        return self.kind in (Kind.REVIEWER, Kind.OPERATOR, Kind.FINANCE, Kind.AUDITOR)

    @property
    def reads_claims(self) -> bool:
        """Opens claims at all: of his own partner, or as one of Microsoft's people whose work they are (R-012)."""
        return self.works_on_incentives or self.kind in (Kind.REVIEWER, Kind.OPERATOR, Kind.AUDITOR)

    @property
    def reads_earnings(self) -> bool:
        """Payouts are between the partner and the program; they are nothing to reviewers (R-012, R-250)."""
        return self.works_on_incentives or self.kind in (Kind.OPERATOR, Kind.FINANCE, Kind.AUDITOR)

    @property
    def reads_mail_log(self) -> bool:
        """The operators' log, which auditors read along; an Incentives admin reads what concerns his own company."""
        return self.kind in (Kind.OPERATOR, Kind.AUDITOR) or Role.INCENTIVES_ADMIN in self.roles

    @property
    def only_reads(self) -> bool:
        """R-012: finance viewers and auditors change nothing but their own account."""
        return self.kind in (Kind.FINANCE, Kind.AUDITOR)

    @property
    def location_ids(self) -> frozenset[int] | None:
        """Locations this member works for in any incentives role; ``None`` = all of the account (R-007)."""
        if self.admin_of is None or self.user_of is None:
            return None
        return self.admin_of | self.user_of

    def works_at(self, location_id: int) -> bool:
        """True when an incentives role covers this location (the caller has checked the partner)."""
        return self.location_ids is None or location_id in self.location_ids

    def administers(self, location_id: int) -> bool:
        """True when the Incentives admin role covers this location (R-009)."""
        return self.admin_of is None or location_id in self.admin_of

    def location_filter(self, prefix: str = "") -> Q:
        """What this member may see, as a filter on rows that carry ``partner`` and ``location``.

        ``prefix`` is the path to those keys, such as ``"claim__"``. Microsoft's people see every partner, or the one
        that they are looking at.
        """
        if self.is_microsoft:
            return Q(**{f"{prefix}partner_id": self.partner.pk}) if self.partner else Q()
        if self.partner is None or not self.works_on_incentives:
            return Q(pk__in=())
        scope = Q(**{f"{prefix}partner_id": self.partner.pk})
        if self.location_ids is not None:
            scope &= Q(**{f"{prefix}location_id__in": self.location_ids})
        return scope

    def locations(self):
        """The locations this member may see, as a query set ordered by name (R-007)."""
        if self.partner is None or not (self.works_on_incentives or self.is_microsoft):
            return Location.objects.none()
        found = Location.objects.filter(partner=self.partner)
        return found if self.is_microsoft or self.location_ids is None else found.filter(pk__in=self.location_ids)

    def looking_at(self, partner: Partner) -> "Actor":
        """The same employee of Microsoft before the pages of one partner: he sees its rows alone, and may no more."""
        return replace(self, partner=partner)


KIND_OF = {
    MicrosoftRole.REVIEWER: Kind.REVIEWER,
    MicrosoftRole.LEAD_REVIEWER: Kind.REVIEWER,
    MicrosoftRole.OPERATOR: Kind.OPERATOR,
    MicrosoftRole.FINANCE: Kind.FINANCE,
    MicrosoftRole.AUDITOR: Kind.AUDITOR,
}
_NOTED = "_grants_just_read"

CLOCK = Actor(kind=Kind.CLOCK, name="System")


def command_line() -> Actor:
    """Who changes something with a management command and is nobody in particular: a user nobody signs in as."""
    facts = {"name": CLOCK.name, "is_active": False, "password": make_password(None)}
    user, _made = User.objects.get_or_create(email="system@portal.invalid", defaults=facts)
    return Actor(kind=Kind.CLOCK, name=CLOCK.name, user=user)


def customer(name: str, email: str, address: str | None = None) -> Actor:
    """A customer acting through a mailed link; ``name`` is as he typed it (R-013)."""
    return Actor(kind=Kind.CUSTOMER, name=name, email=email, address=address)


def colleague(name: str, email: str, address: str | None = None) -> Actor:
    """Somebody of the partner's company acting through a mailed survey link (R-160)."""
    return Actor(kind=Kind.COLLEAGUE, name=name, email=email, address=address)


def actor_for(user: User, partner_id: int | None = None, address: str | None = None) -> Actor:
    """The actor ``user`` is now, in one query; in none right after the request has read him with his roles.

    ``partner_id`` picks the workspace of a member of several partners (R-011); a partner he does not
    belong to is ignored, and the first by name stands in. ``address`` is where the request came from.
    """
    if user.microsoft_role:
        return Actor(
            kind=KIND_OF[MicrosoftRole(user.microsoft_role)],
            name=user.name,
            user=user,
            email=user.email,
            lead=user.microsoft_role in (MicrosoftRole.LEAD_REVIEWER, MicrosoftRole.OPERATOR),
            address=address,
        )
    grants = getattr(user, _NOTED, None)
    if grants is not None:
        delattr(user, _NOTED)
    else:
        grants = list(user.memberships.select_related("partner").order_by("partner__name", "id"))
    partners = {grant.partner_id: grant.partner for grant in grants}
    partner = partners.get(partner_id) or next(iter(partners.values()), None)
    mine = [grant for grant in grants if partner and grant.partner_id == partner.pk]
    return Actor(
        kind=Kind.PARTNER,
        name=user.name,
        user=user,
        partner=partner,
        roles=frozenset(grant.role for grant in mine),
        admin_of=_places(mine, Role.INCENTIVES_ADMIN),
        user_of=_places(mine, Role.INCENTIVES_USER),
        email=user.email,
        address=address,
    )


def note_grants(user: User, grants: list[Membership]) -> None:
    """Roles that were just read together with ``user``: the next ``actor_for`` takes them, and no later one."""
    setattr(user, _NOTED, grants)


def grants_at(partner_id: Any, location_id: Any) -> QuerySet[Membership]:
    """The incentives roles of active members that cover a location: for the whole account, or for it alone (R-008).

    The ids may be references of an outer query.
    """
    places = Q(location=None) | Q(location=location_id)
    return Membership.objects.filter(places, partner=partner_id, role__in=INCENTIVES_ROLES, user__is_active=True)


def _places(grants, role: str) -> frozenset[int] | None:
    places = {grant.location_id for grant in grants if grant.role == role}
    return None if None in places else frozenset(places)
