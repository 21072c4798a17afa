"""Reviewers, leads, finance viewers, auditors and operators (R-012): who joins, changes and leaves. Only operators
decide, and who shall decide on claims or on the program is let in by two of them."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mci_portal.accounts import mails, roles
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.models import GIVEN_BY_TWO, MicrosoftRole, Nomination, RoleChange, User
from mci_portal.common.errors import Conflict

What = RoleChange.What
REVIEWERS = (MicrosoftRole.REVIEWER, MicrosoftRole.LEAD_REVIEWER)


def people() -> QuerySet[User]:
    """Everybody with a Microsoft role, deactivated ones included."""
    return User.objects.exclude(microsoft_role="")


def takes_two(former: str, role: str) -> bool:
    """Whether a second operator has to confirm that somebody becomes ``role`` who was ``former``: always when he may
    decide on more than before. A lead who goes on as a reviewer may not."""
    return role in GIVEN_BY_TWO and (former, role) != (MicrosoftRole.LEAD_REVIEWER, MicrosoftRole.REVIEWER)


def change_role(by: Actor, user: User, role: str, now: datetime) -> None:
    """Give somebody another of the roles that one operator gives; an operator so loses the console.

    ``claims.handover.change_role`` calls it, because who reviews no longer must leave no claim. Refuses as
    ``deactivate``, and NotPermitted where a second operator is needed.
    """
    with transaction.atomic():
        user = _locked(by, user)
        former = user.microsoft_role
        if former == role:
            raise Conflict(_("%(name)s has this role already.") % {"name": user})
        if takes_two(former, role):
            raise roles.NotPermitted
        user.microsoft_role, user.is_staff = role, False
        user.save(update_fields=("microsoft_role", "is_staff"))
        _close_nomination(by, user, now)
        _note_change(by, user, former, now)


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
    """Open the closed account of somebody who only reads; one that decides is nominated instead. Raises NotPermitted,
    or Conflict when it is open."""
    with transaction.atomic():
        user = _locked(by, user)
        if user.is_active:
            raise Conflict(_("This account is open already."))
        if user.microsoft_role in GIVEN_BY_TWO:
            raise roles.NotPermitted
        user.is_active = True
        user.save(update_fields=("is_active",))
        roles.note(What.REACTIVATED, user, by, now)


def nominate(by: Actor, user: User, role: str, now: datetime) -> Nomination:
    """The first of two steps to a role that decides, or to the open account of somebody who had it; tells the other
    operators.

    Raises NotPermitted, and Conflict for somebody who has the role, who would become an operator without having
    reviewed, or who is nominated already.
    """
    if role not in GIVEN_BY_TWO:
        raise roles.NotPermitted
    with transaction.atomic():
        user = _locked(by, user)
        if role == MicrosoftRole.OPERATOR and not (user.is_active and user.microsoft_role in REVIEWERS):
            raise Conflict(_("Only an active reviewer can become an operator."))
        if user.is_active and user.microsoft_role == role:
            raise Conflict(_("%(name)s has this role already.") % {"name": user})
        try:
            with transaction.atomic():
                row: Nomination = Nomination.objects.create(
                    user=user, role=role, nominated_by=by.user, nominated_at=now
                )
        except IntegrityError:
            raise Conflict(_("%(name)s is nominated already.") % {"name": user}) from None
        ask_the_others(by, f"nomination:{row.pk}", str(user), role, now)
    return row


def ask_the_others(by: Actor, key: str, name: str, role: str, now: datetime) -> None:
    """Mail all operators but ``by`` that one of them has to confirm ``name`` as ``role``."""
    mails.tell("P10", _operators().exclude(pk=by.user_id), key, now, name=name, by=by.name, role=role)


def confirm(by: Actor, nomination: Nomination, now: datetime) -> None:
    """The second step, by another operator; ``claims.handover.confirm`` calls it, because who reviews no longer must
    leave no claim. Raises NotPermitted for the first one, Conflict when it is closed."""
    with transaction.atomic():
        row = _open(by, nomination)
        if row.nominated_by_id == by.user_id or row.user_id == by.user_id:
            raise roles.NotPermitted(_("A second operator has to confirm this."))
        user = _locked(by, row.user)
        former, was_active = user.microsoft_role, user.is_active
        user.microsoft_role, user.is_active = row.role, True
        user.save(update_fields=("microsoft_role", "is_active"))
        row.confirmed_by, row.closed_at = by.user, now
        row.save(update_fields=("confirmed_by", "closed_at"))
        if not was_active:
            roles.note(What.REACTIVATED, user, by, now)
        if former != row.role:
            _note_change(by, user, former, now)


def withdraw(by: Actor, nomination: Nomination, now: datetime) -> None:
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


def _note_change(by: Actor, user: User, former: str, now: datetime) -> None:
    roles.note(What.REVOKED, user, by, now, role=former)
    roles.note(What.GRANTED, user, by, now, role=user.microsoft_role)


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


def _open(by: Actor, nomination: Nomination) -> Nomination:
    if by.kind is not Kind.OPERATOR:
        raise roles.NotPermitted
    row: Nomination = Nomination.objects.select_for_update(of=("self",)).select_related("user").get(pk=nomination.pk)
    if row.closed_at:
        raise Conflict(_("This nomination is closed already."))
    return row


def _close_nomination(by: Actor, user: User, now: datetime) -> None:
    Nomination.objects.filter(user=user, closed_at=None).update(withdrawn_by=by.user, closed_at=now)
