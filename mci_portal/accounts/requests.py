"""Ask the admins of the own company for an incentives role, and decide on it (R-001, R-010)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mci_portal.accounts import mails, roles
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location, Partner, RoleRequest, User
from mci_portal.common.errors import Conflict

Decision = RoleRequest.Decision


def partner_of(by: Actor) -> Partner | None:
    """The company ``by`` may ask: that of his workspace, else the only one with his mail domain."""
    if by.is_microsoft or by.user is None:
        return None
    if by.partner is not None:
        return by.partner
    found = Partner.objects.filter(mail_domain__iexact=by.user.email.rpartition("@")[2])[:2]
    return found[0] if len(found) == 1 else None


def open_request(by: Actor) -> RoleRequest | None:
    """The request of ``by`` that nobody has decided yet."""
    return RoleRequest.objects.filter(user=by.user, partner=partner_of(by), decision="").first()


def ask(by: Actor, role: str, reason: str, now: datetime) -> RoleRequest:
    """R-001: tell every admin. Raises NotPermitted for who has no company to ask, and Conflict when a request is
    open already or the role is held for the whole account."""
    partner = partner_of(by)
    if partner is None or role not in roles.INCENTIVES:
        raise roles.NotPermitted
    if by.user.memberships.filter(partner=partner, role=role, location=None).exists():
        raise Conflict(_("You have this role already."))
    try:
        with transaction.atomic():
            request: RoleRequest = RoleRequest.objects.create(
                partner=partner, user=by.user, role=role, reason=reason, asked_at=now
            )
    except IntegrityError:
        raise Conflict(_("Your request is with your admins already.")) from None
    mails.role_asked(request, _admins(partner))
    return request


def _admins(partner: Partner) -> QuerySet[User]:
    grants = partner.memberships.filter(role__in=roles.ADMINS).values("user_id")
    return User.objects.filter(pk__in=grants, is_active=True).order_by("pk")


def waiting(partner: Partner) -> QuerySet[RoleRequest]:
    """The requests that wait for an admin of ``partner``, oldest first."""
    return RoleRequest.objects.filter(partner=partner, decision="").select_related("user").order_by("asked_at", "id")


def grant(by: Actor, request: RoleRequest, location: Location | None, now: datetime) -> None:
    """Give the role that was asked for, where the admin says. Raises what ``roles.grant`` and ``decline`` raise."""
    with transaction.atomic():
        _decide(by, request, Decision.GRANTED, "", now)
        roles.grant(by, request.user, request.role, location, now)


def decline(by: Actor, request: RoleRequest, answer: str, now: datetime) -> None:
    """Say no, with ``answer`` in the mail. Raises NotPermitted (403) or, when it was decided already, Conflict."""
    with transaction.atomic():
        mails.role_declined(_decide(by, request, Decision.DECLINED, answer, now))


def _decide(by: Actor, request: RoleRequest, decision: str, answer: str, now: datetime) -> RoleRequest:
    if request.partner_id != by.partner_id or request.role not in roles.grantable(by):
        raise roles.NotPermitted
    locked: RoleRequest = (
        RoleRequest.objects.select_for_update(of=("self",)).select_related("user", "partner").get(pk=request.pk)
    )
    if locked.decision:
        raise Conflict(_("This request was decided already."))
    locked.decision, locked.answer, locked.decided_at, locked.decided_by = decision, answer, now, by.user
    locked.save(update_fields=("decision", "answer", "decided_at", "decided_by"))
    return locked
