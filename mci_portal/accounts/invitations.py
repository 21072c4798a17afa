"""Invite somebody by mail to become a member, and take the invitation up through its link (R-010, R-012, TK01-TK14)."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mci_portal.accounts import mails, microsoft, roles
from mci_portal.accounts.actors import Actor, Kind, actor_for
from mci_portal.accounts.models import (
    INVITED,
    Invitation,
    Location,
    Membership,
    Partner,
    Role,
    RoleChange,
    User,
)
from mci_portal.common import tokens
from mci_portal.common.errors import Conflict
from mci_portal.outbox import post as outbox

PURPOSE = "invitation"
VALID_FOR = timedelta(days=7)
OPEN_AT_ONCE = 50  # so that a stolen session cannot mail the whole world


def invite(by: Actor, email: str, role: str, location: Location | None, now: datetime) -> Invitation:
    """Mail a link to a colleague of ``by``; an older open one to the same address stops working.

    Raises NotPermitted as ``roles.grant`` does, ValidationError on ``email`` outside the partner's mail domain
    or where the person has an account already (give him the role directly).
    """
    if by.partner is None or role not in roles.grantable(by):
        raise roles.NotPermitted
    if location is not None and (location.partner_id != by.partner_id or role not in roles.INCENTIVES):
        raise roles.NotPermitted
    if email.rpartition("@")[2] != by.partner.mail_domain.lower():
        sentence = _("Enter an address of your own company, ending in @%(domain)s.")
        raise ValidationError({"email": sentence % {"domain": by.partner.mail_domain}})
    if User.objects.filter(email__iexact=email, is_active=True, microsoft_role="").exists():
        raise ValidationError(
            {"email": _("This colleague has an account already. Give the role on the member's page.")}
        )
    _refuse_known(email)
    return _send(by, by.partner, email, role, location, now)


def invite_first_admin(by: Actor, partner: Partner, email: str, now: datetime) -> Invitation:
    """An operator brings in the Global admin of a partner that has none (R-010). Refuses as ``invite`` does."""
    if by.kind is not Kind.OPERATOR:
        raise roles.NotPermitted
    if Membership.objects.filter(partner=partner, role=Role.GLOBAL_ADMIN, user__is_active=True).exists():
        raise ValidationError({"partner": _("This partner has a Global admin already, who invites everybody else.")})
    if email.rpartition("@")[2] != partner.mail_domain.lower():
        sentence = _("Enter an address of the partner, ending in @%(domain)s.")
        raise ValidationError({"email": sentence % {"domain": partner.mail_domain}})
    if User.objects.filter(email__iexact=email, is_active=False).exists():
        _refuse_known(email)
    return _send(by, partner, email, Role.GLOBAL_ADMIN, None, now)


def invite_microsoft(by: Actor, email: str, role: str, now: datetime) -> Invitation:
    """An operator brings in somebody of Microsoft (R-012); operators are made by ``microsoft.nominate``. The link to a
    reviewer leaves when a second operator confirms it."""
    if by.kind is not Kind.OPERATOR or role not in INVITED:
        raise roles.NotPermitted
    if Partner.objects.filter(mail_domain__iexact=email.rpartition("@")[2]).exists():
        raise ValidationError({"email": _("This address belongs to a partner. Reviewers use an address of Microsoft.")})
    _refuse_known(email)
    return _send(by, None, email, role, None, now)


def confirm(by: Actor, invitation: Invitation, now: datetime) -> None:
    """A second operator agrees to a new reviewer: now the link is mailed and its seven days begin.

    Raises NotPermitted for who is no operator and for who invited, Conflict when there is nothing to confirm.
    """
    if by.kind is not Kind.OPERATOR or invitation.invited_by_id == by.user_id:
        raise roles.NotPermitted(_("A second operator has to confirm this."))
    with transaction.atomic():
        locked = Invitation.objects.select_for_update(of=("self",)).select_related("invited_by").get(pk=invitation.pk)
        if locked.voided_at or not locked.waits:
            raise Conflict(_("This invitation is closed already."))
        locked.confirmed_by, locked.expires_at = by.user, now + VALID_FOR
        locked.save(update_fields=("confirmed_by", "expires_at"))
        mails.invited(locked)


def _refuse_known(email: str) -> None:
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": _("This address cannot be invited. Ask the program operator.")})


def _send(
    by: Actor, partner: Partner | None, email: str, role: str, location: Location | None, now: datetime
) -> Invitation:
    nonce = tokens.new_nonce()
    with transaction.atomic():
        if partner is not None:
            Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        open_now = Invitation.objects.filter(partner=partner, accepted_at=None, voided_at=None)
        for older in open_now.filter(email=email).select_for_update():
            _close(older, now)
        if open_now.filter(expires_at__gt=now).count() >= OPEN_AT_ONCE:
            raise Conflict(_("Too many invitations are open. Withdraw some that are no longer needed."))
        invitation: Invitation = Invitation.objects.create(
            partner=partner,
            location=location,
            email=email,
            role=role,
            nonce=nonce,
            digest=tokens.digest(tokens.value(PURPOSE, nonce)),
            invited_by=by.user,
            invited_at=now,
            expires_at=now + VALID_FOR,
        )
        if invitation.waits:
            microsoft.ask_the_others(by, f"invitation:{invitation.pk}", email, role, now)
        else:
            mails.invited(invitation)
    return invitation


def void(by: Actor, invitation: Invitation, now: datetime) -> None:
    """Withdraw an invitation that nobody took up; its mail stays unsent if it is still here. Raises Conflict (409)
    when it was taken up or withdrawn already, NotPermitted for another partner's."""
    if not _may(by, invitation):
        raise roles.NotPermitted
    with transaction.atomic():
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if locked.accepted_at or locked.voided_at:
            raise Conflict(_("This invitation is closed already."))
        _close(locked, now)


def _may(by: Actor, invitation: Invitation) -> bool:
    if by.kind is Kind.OPERATOR:
        return invitation.partner_id is None or invitation.role == Role.GLOBAL_ADMIN
    return by.partner_id == invitation.partner_id and invitation.role in roles.grantable(by)


def _close(invitation: Invitation, now: datetime) -> None:
    invitation.voided_at = now
    invitation.save(update_fields=("voided_at",))
    outbox.void(token_nonces=[invitation.nonce])


def find(token: str) -> Invitation | None:
    """The invitation with this secret, or None for anything else (TK09)."""
    found = Invitation.objects.select_related("partner", "location", "accepted_by", "invited_by")
    invitation: Invitation | None = found.filter(digest=tokens.digest(token)).first()
    return invitation


def account_of(invitation: Invitation) -> User | None:
    """The account the invited address has already: then the link asks for no password, and never sets one."""
    return User.objects.filter(email__iexact=invitation.email).first()


def accept(invitation: Invitation, now: datetime, *, name: str = "", password: str = "", language: str = "en") -> User:
    """Take the invitation up: make the account if there is none, and give the role in the name of who invited.

    ``name``, ``password`` and ``language`` count for a new account only. Raises Conflict (409) when the link is closed,
    when who invited may no longer give the role, or when the account was deactivated.
    """
    with transaction.atomic():
        locked = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("partner", "location")
            .get(pk=invitation.pk)
        )
        if not locked.is_open(now):
            raise Conflict(_("This invitation is no longer valid."))
        inviter = _inviter(locked)
        user = account_of(locked)
        if user is not None and (not user.is_active or user.microsoft_role):
            raise Conflict(_("This invitation is no longer valid."))
        if user is None:
            user = User.objects.create_user(locked.email, password, name=name, language=language, date_joined=now)
        locked.accepted_at, locked.accepted_by = now, user
        locked.save(update_fields=("accepted_at", "accepted_by"))
        if locked.partner is not None:
            roles.add(locked.partner, user, locked.role, locked.location, by=inviter, now=now)
        else:
            user.microsoft_role = locked.role
            user.save(update_fields=("microsoft_role",))
            roles.note(RoleChange.What.GRANTED, user, inviter, now, role=locked.role)
    return user


def _inviter(invitation: Invitation) -> Actor:
    """Who invited, as he is now: a role he could not give today must not come out of last week's mail."""
    by = actor_for(invitation.invited_by, invitation.partner_id)
    if not invitation.invited_by.is_active or not _may(by, invitation):
        raise Conflict(_("This invitation is no longer valid."))
    return by
