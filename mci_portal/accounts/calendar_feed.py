"""The address of a person's calendar feed: made, renewed, withdrawn, and found again by its secret.

The account page offers it; what the feed holds is for ``claims`` to say.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from mci_portal.accounts.models import CalendarFeed, User
from mci_portal.common import tokens

NOTED_EVERY = timedelta(minutes=1)


def renew(user: User, now: datetime) -> CalendarFeed:
    """A new secret address for ``user``; the one he had stops working at once."""
    nonce = tokens.new_nonce()
    fresh = {"nonce": nonce, "digest": tokens.digest(_secret(nonce)), "made_at": now, "fetched_at": None}
    feed, _created = CalendarFeed.objects.update_or_create(user=user, defaults=fresh)
    return feed


def withdraw(user: User) -> bool:
    """Take the address back; False when there was none."""
    return bool(CalendarFeed.objects.filter(user=user).delete()[0])


def secret(feed: CalendarFeed) -> str:
    """What stands in the address; never stored."""
    return _secret(feed.nonce)


def find(token: str) -> CalendarFeed | None:
    """The feed that ``token`` opens; None for an unknown one, and while its user's account is closed."""
    found = CalendarFeed.objects.select_related("user").filter(digest=tokens.digest(token), user__is_active=True)
    return found.first()


def note_fetched(feed: CalendarFeed, now: datetime) -> None:
    """Remember that a program came; one that comes every second is written down once a minute."""
    before = Q(fetched_at=None) | Q(fetched_at__lt=now - NOTED_EVERY)
    CalendarFeed.objects.filter(before, pk=feed.pk, digest=feed.digest).update(fetched_at=now)


def _secret(nonce: str) -> str:
    return tokens.value(CalendarFeed.PURPOSE, nonce)
