"""Who gives and takes roles at a partner (R-008 to R-010). The only writer of Membership; pages come through
``claims.handover`` where a role is taken away, because claims must not stay behind without an owner.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from mci_portal.accounts import mails
from mci_portal.accounts.actors import Actor, Kind, grants_at
from mci_portal.accounts.models import Location, Membership, Partner, Role, RoleChange, User
from mci_portal.common.errors import Conflict

INCENTIVES = (Role.INCENTIVES_USER, Role.INCENTIVES_ADMIN)
ADMINS = (Role.GLOBAL_ADMIN, Role.ACCOUNT_ADMIN)
What = RoleChange.What


class NotPermitted(PermissionDenied):
    """The wrong person, or somebody else's partner: a page answers 403."""


def grantable(by: Actor) -> tuple[str, ...]:
    """R-010: the roles that ``by`` may give and take at his own partner; none for who is no admin there."""
    if by.kind is not Kind.PARTNER or by.partner is None:
        return ()
    if Role.GLOBAL_ADMIN in by.roles:
        return (*INCENTIVES, Role.ACCOUNT_ADMIN, Role.GLOBAL_ADMIN)
    return INCENTIVES if Role.ACCOUNT_ADMIN in by.roles else ()


def grant(by: Actor, user: User, role: str, location: Location | None, now: datetime) -> Membership:
    """Give ``user`` a role at the partner of ``by``, for ``location`` or with None for the whole account (R-008).

    Raises NotPermitted for a role ``by`` may not give, a foreign location or somebody of another company, and
    Conflict where the person has the role there already.
    """
    if by.partner is None or role not in grantable(by) or not belongs_to(user, by.partner):
        raise NotPermitted
    return add(by.partner, user, role, location, by=by, now=now)


def add(partner: Partner, user: User, role: str, location: Location | None, *, by: Actor, now: datetime) -> Membership:
    """Write the grant, its audit line and the mail; whether ``by`` may is decided by who calls this."""
    if location is not None and (location.partner_id != partner.pk or role not in INCENTIVES):
        raise NotPermitted
    with transaction.atomic():
        lock(partner)
        held = Membership.objects.filter(user=user, partner=partner, role=role)
        if held.filter(Q(location=None) | Q(location=location)).exists():
            raise Conflict(_("%(name)s has this role there already.") % {"name": user})
        membership = Membership.objects.create(user=user, partner=partner, role=role, location=location, created_at=now)
        note(What.GRANTED, user, by, now, partner=partner, location=location, role=role)
    return membership


def revoke(by: Actor, membership: Membership, now: datetime) -> None:
    """Take one grant away. The row goes, the audit line stays.

    Raises NotPermitted for another partner's grant or a role ``by`` may not take, and Conflict for the last
    Global admin, for his own last admin role, and for a grant that is gone already.
    """
    if membership.partner_id != by.partner_id or membership.role not in grantable(by):
        raise NotPermitted
    partner = membership.partner
    with transaction.atomic():
        lock(partner)
        if sentence := refusal(by, membership):
            raise Conflict(sentence)
        deleted, _rows = Membership.objects.filter(pk=membership.pk).delete()
        if not deleted:
            raise Conflict(_("This role was taken away already."))
        note(
            What.REVOKED,
            membership.user,
            by,
            now,
            partner=partner,
            location=membership.location,
            role=membership.role,
        )


def refusal(by: Actor, membership: Membership) -> str:
    """Why this grant has to stay, in one sentence, or "". Buttons ask the same."""
    others = Membership.objects.filter(partner_id=membership.partner_id).exclude(pk=membership.pk)
    if membership.role == Role.GLOBAL_ADMIN:
        if not others.filter(role=Role.GLOBAL_ADMIN, user__is_active=True).exists():
            return _("This is the last Global admin of the company. Name another one first.")
    if membership.user_id == by.user_id and membership.role in ADMINS:
        if not others.filter(user_id=by.user_id, role__in=ADMINS).exists():
            return _("This is your own last admin role. Another admin has to take it away.")
    return ""


def belongs_to(user: User, partner: Partner) -> bool:
    """True for an active colleague: he has a role there, or an address at the partner's mail domain (R-007)."""
    if not user.is_active or user.microsoft_role:
        return False
    at_home = user.email.rpartition("@")[2] == partner.mail_domain.lower()
    return at_home or Membership.objects.filter(user=user, partner=partner).exists()


def members(partner: Partner) -> QuerySet[User]:
    """Everybody who may be given a role at ``partner``, deactivated members included."""
    here = Membership.objects.filter(partner=partner).values("user_id")
    at_home = Q(email__iendswith=f"@{partner.mail_domain}", is_active=True)
    return User.objects.filter(Q(pk__in=here) | at_home, microsoft_role="")


def note(what: str, user: User, by: Actor, now: datetime, **where) -> RoleChange:
    """One audit line, and the mail that tells the person; ``where``: partner, location, role."""
    change: RoleChange = RoleChange.objects.create(
        what=what, user=user, by=by.user, by_name=by.name, by_role=by.role, address=by.address, at=now, **where
    )
    mails.role_changed(change)
    return change


def hold(by: Actor, location: Location) -> bool:
    """Whether ``by`` still works at ``location``; nobody can take that away until the transaction ends. Who becomes
    the owner of something asks this first, so that ``lock`` and a look at what he owns miss nothing."""
    if by.user is None:
        return False
    return bool(
        grants_at(location.partner_id, location.pk).filter(user=by.user).select_for_update(no_key=True, of=("self",))
    )


def lock(partner: Partner, grants: Iterable[Membership] = ()) -> None:
    """One change of roles at a time for each partner, without holding up new claims that refer to it. Waits for those
    who ``hold`` one of ``grants``."""
    list(Membership.objects.select_for_update().filter(pk__in=[grant.pk for grant in grants]).order_by("pk"))
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
