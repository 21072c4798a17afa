"""Locations that cannot be paid although claims of theirs are on the way to a payment (E18, R-051, R-056).

The reminders' job tells the people who can change that: the Incentives admins of the location, once a month each.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from claims.models import Claim, Earning, EarningState, Kind
from claims.recipients import COLLEAGUE
from claims.statuses import WITH_MICROSOFT
from eligibility.models import PayeeStatus
from eligibility.payee import admins_of
from mci_portal.accounts.models import Location, User
from mci_portal.outbox import post as outbox
from mci_portal.outbox.models import Message

MAIL = "E18"
# Handed in or approved is enough: while Microsoft validates what was handed in, the partner has nothing to do.
IN_ORDER = (PayeeStatus.APPROVED, PayeeStatus.PENDING)


def cannot_be_paid(path: str = "") -> Q:
    """The condition that the location at ``path``, such as "location__", lacks a bank or a tax profile, or that one
    of them ran out; without a path the location itself."""
    return ~Q(**{f"{path}payee__bank_status__in": IN_ORDER, f"{path}payee__tax_status__in": IN_ORDER})


def claims_of(location_id: int) -> QuerySet[Claim]:
    """The location's claims that are with Microsoft, or approved and not planned for payment yet."""
    waiting = Q(status__in=WITH_MICROSOFT) | Q(earning__state=EarningState.UNPROCESSED)
    return Claim.objects.filter(waiting, location_id=location_id, kind=Kind.BUILD_INTENT).order_by("number")


def tell(now: datetime) -> int:
    """E18 to the Incentives admins of every such location; returns how many mails were queued. Safe to repeat."""
    letters = {}
    for location in Location.objects.filter(pk__in=_waiting()).order_by("pk"):
        for place, user in enumerate(admins_of(location)):
            letters[f"payee:{location.pk}:{MAIL}:{user.pk}:{now:%Y-%m}"] = location, user, place == 0
    told = set(Message.objects.filter(dedup_key__in=letters).values_list("dedup_key", flat=True))
    for key in letters.keys() - told:
        _post(key, *letters[key], now)
    return len(letters.keys() - told)


def _post(key: str, location: Location, user: User, is_notice: bool, now: datetime) -> None:
    """To the first admin it is also the notice that the portal keeps; a copy names no partner, as with reminders."""
    context = {"location": location.pk} | ({} if is_notice else {COLLEAGUE: True})
    outbox.post(
        MAIL,
        audience="partner",
        dedup_key=key,
        now=now,
        to_email=user.email,
        to_name=user.name,
        language=user.language,
        context=context,
        partner_id=location.partner_id if is_notice else None,
        location_id=location.pk if is_notice else None,
    )


def _waiting() -> Iterable[int]:
    """Ids of locations. Two queries, each over the index of what waits; an earning that cannot be paid never leaves
    Unprocessed (``payments.advance_due``)."""
    handed_in = Claim.objects.filter(cannot_be_paid("location__"), kind=Kind.BUILD_INTENT, status__in=WITH_MICROSOFT)
    earned = Earning.objects.filter(cannot_be_paid("claim__location__"), state=EarningState.UNPROCESSED)
    return {
        *handed_in.values_list("location_id", flat=True).distinct(),
        *earned.values_list("claim__location_id", flat=True).distinct(),
    }
