"""Reviewers, leads, finance viewers, auditors and operators (R-012): who joins, changes and leaves. Only operators
decide, and an operator is made by two of them."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mci_portal.accounts import mails, roles
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.models import INVITED_BY_ONE, MicrosoftRole, OperatorNomination, RoleChange, User
from mci_portal.common.errors import Conflict

What = RoleChange.What
REVIEWERS = (MicrosoftRole.REVIEWER, MicrosoftRole.LEAD_REVIEWER)


def people() -> QuerySet[User]:
    """Everybody with a Microsoft role, deactivated ones included."""
    return User.objects.exclude(microsoft_role="")


def change_role(by: Actor, user: User, role: str, now: datetime) -> None:
    """Give somebody another of the roles that one operator gives; an operator so loses the console.

    ``claims.handover.change_role`` calls it, because who reviews no longer must leave no claim. Refuses as
    ``deactivate``.
    """
    if role not in INVITED_BY_ONE:
        raise roles.NotPermitted
    with transaction.atomic():
        user = _locked(by, user)
        former = user.microsoft_role
        if former == role:
            raise Conflict(_("%(name)s has this role already.") % {"name": user})
        user.microsoft_role, user.is_staff = role, False
        user.save(update_fields=("microsoft_role", "is_staff"))
        _close_nomination(by, user, now)
        roles.note(What.REVOKED, user, by, now, role=former)
        roles.note(What.GRANTED, user, by, now, role=role)


def deactivate(by: Actor, user: User, now: datetime) -> None:
    """Close the account; sessions end with the next request. ``claims.handover.leave_review`` calls it, because
    claims under review must be released first. An operator who comes back is a reviewer.

    Raises NotPermitted for who is no operator, for a superuser and for somebody outside Microsoft, and Conflict for
    oneself, the last operator, and an account that is closed already.
    """
    with transaction.atomic():
        user = _locked(by, user)
        if not user.is_active:
            raise Conflict(_("This account is closed already."))
        former = user.microsoft_role
        if former == MicrosoftRole.OPERATOR:
            user.microsoft_role = MicrosoftRole.REVIEWER
            roles.note(What.REVOKED, user, by, now, role=former)
        user.is_active = user.is_staff = False
        user.save(update_fields=("is_active", "is_staff", "microsoft_role"))
        _close_nomination(by, user, now)
        roles.note(What.DEACTIVATED, user, by, now)


def reactivate(by: Actor, user: User, now: datetime) -> None:
    """Open a closed account again, as the reviewer it was. Raises NotPermitted, or Conflict when it is open."""
    with transaction.atomic():
        user = _locked(by, user)
        if user.is_active:
            raise Conflict(_("This account is open already."))
        user.is_active = True
        user.save(update_fields=("is_active",))
        roles.note(What.REACTIVATED, user, by, now)


def nominate(by: Actor, user: User, now: datetime) -> OperatorNomination:
    """The first of two steps to a new operator; tells the other operators. Raises NotPermitted, or Conflict for
    somebody who is no active reviewer or nominated already."""
    with transaction.atomic():
        user = _locked(by, user)
        if not user.is_active or user.microsoft_role not in REVIEWERS:
            raise Conflict(_("Only an active reviewer can become an operator."))
        try:
            with transaction.atomic():
                row: OperatorNomination = OperatorNomination.objects.create(
                    user=user, nominated_by=by.user, nominated_at=now
                )
        except IntegrityError:
            raise Conflict(_("%(name)s is nominated already.") % {"name": user}) from None
        others = _operators().exclude(pk=by.user_id)
        mails.tell("P10", others, f"nomination:{row.pk}", now, name=str(user), by=by.name)
    return row


def confirm(by: Actor, nomination: OperatorNomination, now: datetime) -> None:
    """The second step, by another operator. Raises NotPermitted for the first one, Conflict when it is closed."""
    with transaction.atomic():
        row = _open(by, nomination)
        if row.nominated_by_id == by.user_id or row.user_id == by.user_id:
            raise roles.NotPermitted(_("A second operator has to confirm this."))
        user = _locked(by, row.user)
        former = user.microsoft_role
        user.microsoft_role = MicrosoftRole.OPERATOR
        user.save(update_fields=("microsoft_role",))
        row.confirmed_by, row.closed_at = by.user, now
        row.save(update_fields=("confirmed_by", "closed_at"))
        roles.note(What.REVOKED, user, by, now, role=former)
        roles.note(What.GRANTED, user, by, now, role=MicrosoftRole.OPERATOR)


def withdraw(by: Actor, nomination: OperatorNomination, now: datetime) -> None:
    """End a nomination without effect; any operator may. Raises NotPermitted, Conflict when it is closed."""
    with transaction.atomic():
        row = _open(by, nomination)
        row.withdrawn_by, row.closed_at = by.user, now
        row.save(update_fields=("withdrawn_by", "closed_at"))


def refusal(by: Actor, user: User) -> str:
    """Why ``by`` cannot take a role or the account from ``user``, in one sentence, or "". Buttons ask the same."""
    if user.pk == by.user_id:
        return _("Nobody changes his own role. Ask another operator.")
    if user.is_superuser:
        return _("This account keeps the portal itself running and is changed in the administration only.")
    if user.microsoft_role == MicrosoftRole.OPERATOR and user.is_active and _operators().count() < 2:
        return _("This is the last program operator.")
    return ""


def _operators() -> QuerySet[User]:
    return User.objects.filter(microsoft_role=MicrosoftRole.OPERATOR, is_active=True).order_by("pk")


def _locked(by: Actor, user: User) -> User:
    if by.kind is not Kind.OPERATOR:
        raise roles.NotPermitted
    # All operators are held together, so that two of them cannot remove each other at once.
    list(_operators().select_for_update(no_key=True))
    locked: User = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not locked.microsoft_role:
        raise roles.NotPermitted
    if sentence := refusal(by, locked):
        raise Conflict(sentence)
    return locked


def _open(by: Actor, nomination: OperatorNomination) -> OperatorNomination:
    if by.kind is not Kind.OPERATOR:
        raise roles.NotPermitted
    row: OperatorNomination = (
        OperatorNomination.objects.select_for_update(of=("self",)).select_related("user").get(pk=nomination.pk)
    )
    if row.closed_at:
        raise Conflict(_("This nomination is closed already."))
    return row


def _close_nomination(by: Actor, user: User, now: datetime) -> None:
    OperatorNomination.objects.filter(user=user, closed_at=None).update(withdrawn_by=by.user, closed_at=now)
