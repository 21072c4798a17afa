"""A forgotten password: a mailed link proves who asks, and lets him choose a new one (ASVS V6.4.3, G15).

Every step does the same work for an address that has an account and for one that has none. The link signs nobody in:
whatever signing in asks for, it still asks for.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from mci_portal.accounts import mails
from mci_portal.accounts.models import AddressCheck, User
from mci_portal.common import tokens
from mci_portal.common.errors import Conflict
from mci_portal.outbox import post as outbox

PURPOSE = AddressCheck.Purpose.PASSWORD
VALID_FOR = timedelta(hours=1)
AN_HOUR = timedelta(hours=1)
ASKED_AN_HOUR = 5  # for one address; more are taken for the same request


def ask(email: str, now: datetime) -> None:
    """Mail a link to ``email`` if an open account has it; an older one stops working. Never says which."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=email, is_active=True).first()
        asked = AddressCheck.objects.filter(purpose=PURPOSE, email=email)
        if asked.filter(asked_at__gt=now - AN_HOUR).count() >= ASKED_AN_HOUR:
            return
        _close(email, user, now)
        nonce = tokens.new_nonce()
        check = AddressCheck.objects.create(
            user=user,
            purpose=PURPOSE,
            email=email,
            nonce=nonce,
            digest=tokens.digest(tokens.value(PURPOSE, nonce)),
            asked_at=now,
            expires_at=now + VALID_FOR,
        )
        mails.new_password_asked(check)


def find(token: str) -> AddressCheck | None:
    """The request with this secret, or None for anything else (TK09)."""
    checks = AddressCheck.objects.select_related("user").filter(purpose=PURPOSE, user__isnull=False)
    found: AddressCheck | None = checks.filter(digest=tokens.digest(token)).first()
    return found


def choose(check: AddressCheck, password: str, now: datetime) -> User:
    """Give the account its new password; all its sessions end. Raises Conflict (409) when the link or the account is
    closed."""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=check.user_id)
        locked = AddressCheck.objects.select_for_update().get(pk=check.pk)
        if not locked.is_open(now) or not user.is_active or user.email != locked.email:
            raise Conflict(_("This link is no longer valid."))
        locked.confirmed_at = now
        locked.save(update_fields=("confirmed_at",))
        user.set_password(password)
        user.save(update_fields=("password",))
        mails.password_changed(user, now)
    return user


def _close(email: str, user: User | None, now: datetime) -> None:
    mine = Q(email=email) | Q(user=user, user__isnull=False)
    open_now = AddressCheck.objects.filter(mine, purpose=PURPOSE, confirmed_at=None, voided_at=None)
    nonces = list(open_now.values_list("nonce", flat=True))
    open_now.update(voided_at=now)
    outbox.void(token_nonces=nonces)
