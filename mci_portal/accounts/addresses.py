"""The address that notifications go to, once its owner has proved by a mailed link that he reads there (R-243).

Until then the old address keeps getting everything. My preferences and the link's page call it.
"""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mci_portal.accounts import mails
from mci_portal.accounts.models import AddressCheck, User
from mci_portal.common import tokens
from mci_portal.common.errors import Conflict
from mci_portal.outbox import post as outbox
from mci_portal.outbox.models import MailPreference

PURPOSE = AddressCheck.Purpose.ADDRESS
VALID_FOR = timedelta(days=2)
A_DAY = timedelta(days=1)
CHECKS_PER_DAY = 5  # so that a stolen session cannot mail the whole world


def current(user: User) -> str:
    """Where the notifications of ``user`` go now."""
    wish = MailPreference.objects.filter(user=user).first()
    return (wish and wish.notification_email) or user.email


def waiting(user: User, now: datetime) -> AddressCheck | None:
    """The change that waits for its link to be opened, if any."""
    found: AddressCheck | None = AddressCheck.objects.filter(
        user=user, purpose=PURPOSE, confirmed_at=None, voided_at=None, expires_at__gt=now
    ).first()
    return found


def ask(user: User, email: str, now: datetime) -> bool:
    """Mail a link to ``email``; an older one stops working. True when a link is needed: going back to the address
    one signs in with, or staying with the present one, takes none.

    Raises ValidationError for the sixth change within a day.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        before = current(user)
        if email in (before, user.email):
            _close_open(user, now)
            if email != before:
                _use(user, "", before, now)
            return False
        if AddressCheck.objects.filter(user=user, purpose=PURPOSE, asked_at__gt=now - A_DAY).count() >= CHECKS_PER_DAY:
            raise ValidationError(_("You have asked for too many addresses today. Try again tomorrow."))
        _close_open(user, now)
        nonce = tokens.new_nonce()
        check = AddressCheck.objects.create(
            user=user,
            email=email,
            nonce=nonce,
            digest=tokens.digest(tokens.value(PURPOSE, nonce)),
            asked_at=now,
            expires_at=now + VALID_FOR,
        )
        mails.address_asked(check, PURPOSE)
    return True


def find(token: str) -> AddressCheck | None:
    """The change with this secret, or None for anything else (TK09)."""
    checks = AddressCheck.objects.select_related("user").filter(purpose=PURPOSE)
    found: AddressCheck | None = checks.filter(digest=tokens.digest(token)).first()
    return found


def confirm(check: AddressCheck, now: datetime) -> None:
    """From now on notifications go to the new address; the old one is told. Raises Conflict (409) when the link is
    closed or the account was."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=check.user_id)
        locked = AddressCheck.objects.select_for_update().get(pk=check.pk)
        if not locked.is_open(now) or not user.is_active:
            raise Conflict(_("This link is no longer valid."))
        before = current(user)
        locked.confirmed_at = now
        locked.save(update_fields=("confirmed_at",))
        _use(user, locked.email, before, now)


def _use(user: User, email: str, before: str, now: datetime) -> None:
    MailPreference.objects.update_or_create(user=user, defaults={"notification_email": email})
    mails.address_changed(user, before, email or user.email, now)


def _close_open(user: User, now: datetime) -> None:
    open_now = AddressCheck.objects.filter(user=user, purpose=PURPOSE, confirmed_at=None, voided_at=None)
    nonces = list(open_now.values_list("nonce", flat=True))
    open_now.update(voided_at=now)
    outbox.void(token_nonces=nonces)
