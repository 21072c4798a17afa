"""What a person's calendar feed holds: exactly the running deadlines he may see at that moment, at every partner.

No personal data of the customer's people, only the claim number, the engagement and the customer's organisation: a
calendar is read by programs of other companies (R-276).
"""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from claims.models import Claim
from claims.presentation import if_missed
from claims.queries import deadlines_board
from mci_portal.accounts import workspaces
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import User
from mci_portal.common.ics import Event
from mci_portal.common.throttle import too_often

# A program asks every hour or so; a broken one that asks every second is told to wait.
MOST, PER_SECONDS = 30, 300


def asks_too_often(digest: str) -> bool:
    """True when this feed was fetched too many times just now."""
    return too_often(f"calendar:{digest[:32]}", MOST, PER_SECONDS)


def events(user: User, now: datetime) -> list[Event] | None:
    """His deadlines, the nearest first; None while he has no incentives role anywhere. Three statements and two for
    each partner that he works for."""
    actors = [actor_for(user, workspace.partner.pk) for workspace in workspaces.of_user(user)]
    at_work = [actor for actor in actors if actor.works_on_incentives]
    if not at_work:
        return None
    found: list[Event] = []
    labels, host = deadlines_board.clock_labels(), urlsplit(settings.BASE_URL).hostname or "portal"
    for actor in at_work:
        claims = deadlines_board.running(actor).filter(due_at__gt=now).select_related("customer", "engagement")
        found += [_event(claim, labels, host) for claim in claims.order_by("due_at", "id")]
    return sorted(found, key=lambda event: (event.at, event.uid))


def _event(claim: Claim, labels: dict, host: str) -> Event:
    clock = deadlines_board.clock_of(claim.status)
    facts = {"clock": labels[clock], "number": claim.number, "customer": claim.customer.name}
    return Event(
        uid=f"claim-{claim.number}-{clock.code}@{host}",
        sequence=claim.version,
        at=claim.due_at,
        changed_at=claim.updated_at,
        summary=_("%(clock)s: claim %(number)s, %(customer)s") % facts,
        description=f"{claim.engagement.name}\n{if_missed(claim)}",
        url=f"{settings.BASE_URL}/incentives/claims/{claim.number}/",
    )
