"""The partners somebody works for (R-011) and who there grants roles (R-001, R-010). The account pages call it."""

from dataclasses import dataclass

from mci_portal.accounts.models import Membership, Partner, Role, User


@dataclass(frozen=True)
class Workspace:
    partner: Partner
    grants: tuple[Membership, ...]


def of_user(user: User) -> list[Workspace]:
    """Every partner of ``user`` with his roles there, by the partner's name; one query."""
    mine: dict[Partner, list[Membership]] = {}
    grants = Membership.objects.filter(user=user).select_related("partner", "location")
    for grant in grants.order_by("partner__name", "partner_id", "role", "location__name"):
        mine.setdefault(grant.partner, []).append(grant)
    return [Workspace(partner, tuple(found)) for partner, found in mine.items()]


def admins_of(partner: Partner | None):
    """R-010: the Global admins and Account admins of ``partner`` who can be asked, by name."""
    return (
        Membership.objects.filter(
            partner=partner, role__in=(Role.GLOBAL_ADMIN, Role.ACCOUNT_ADMIN), user__is_active=True
        )
        .select_related("user")
        .order_by("user__name", "id")
    )
