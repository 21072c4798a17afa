"""A member leaves, his open claims stay: nobody loses an incentives role before somebody else owns what he leaves.

The pages of the members take roles away through here, and Microsoft's people leave through here.
"""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from claims import lifecycle
from claims.actions import Action
from claims.models import Claim
from claims.statuses import Status
from claims.transitions import ROWS
from mci_portal.accounts import mails, microsoft, roles
from mci_portal.accounts.actors import ADMIN_ROLES, INCENTIVES_ROLES, Actor
from mci_portal.accounts.models import Membership, Nomination, Partner, User
from mci_portal.common.errors import Conflict
from mci_portal.common.locking import locked_out_as_conflict

NAMED_IN_MAIL = 20
(ROW,) = ROWS[Action.HAND_OVER]

# What lifecycle.perform(HAND_OVER) writes, for all claims of a member at once; a test holds them together.
TAKE = """
SELECT id FROM claims_claim WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE
"""
HAND_OVER = """
WITH moved AS (
    UPDATE claims_claim SET owner_id = %(to)s, stand_in_id = nullif(stand_in_id, %(to)s),
        version = version + 1, updated_at = %(now)s
    WHERE id = ANY(%(ids)s) AND partner_id = %(partner)s AND owner_id = %(former)s
      AND status = ANY(%(statuses)s) AND coalesce(due_at > %(now)s, true)
    RETURNING id, partner_id, version, status, number
),
history AS (
    INSERT INTO claims_claimevent (claim_id, partner_id, seq, action, from_status, to_status, actor_kind, actor_id,
                                   actor_name, actor_role, address, at, note, internal, data)
    SELECT id, partner_id, version, %(action)s, status, status, %(kind)s, %(by)s, %(by_name)s, %(by_role)s,
           %(address)s::inet, %(now)s, %(note)s, false, %(event)s::jsonb
    FROM moved
)
SELECT number FROM moved ORDER BY number
"""
# The same for a stand-in who leaves: what lifecycle.perform(SET_STAND_IN) writes with nobody in his place.
STEP_BACK = HAND_OVER.replace(
    "owner_id = %(to)s, stand_in_id = nullif(stand_in_id, %(to)s)", "stand_in_id = NULL"
).replace("owner_id = %(former)s", "stand_in_id = %(former)s")


class Successor(Conflict):
    """Somebody must take the claims over first, or the person chosen cannot."""


def owned(user: User, partner: Partner, now: datetime) -> QuerySet[Claim]:
    """The open claims of ``partner`` that ``user`` owns; those whose time is over are left to the sweep."""
    mine = Claim.objects.filter(partner=partner, owner=user, status__in=ROW.sources)
    return mine.filter(Q(due_at=None) | Q(due_at__gt=now)).order_by("number")


def stood_in_for(user: User, partner: Partner, now: datetime) -> QuerySet[Claim]:
    """The open claims of ``partner`` in which ``user`` is the stand-in; the same ones as of an owner."""
    theirs = Claim.objects.filter(partner=partner, stand_in=user, status__in=ROW.sources)
    return theirs.filter(Q(due_at=None) | Q(due_at__gt=now)).order_by("number")


def left_behind(going: Iterable[Membership], now: datetime, claims=owned) -> QuerySet[Claim]:
    """The open claims that would be left without an owner who works at their location if ``going`` (one member's
    grants at one partner) were taken away; with ``claims=stood_in_for`` those without their stand-in."""
    grants = list(going)
    user, partner = grants[0].user, grants[0].partner
    staying = Membership.objects.filter(user=user, partner=partner, role__in=INCENTIVES_ROLES).exclude(
        pk__in=[grant.pk for grant in grants]
    )
    places = set(staying.values_list("location_id", flat=True))
    mine = claims(user, partner, now)
    if not any(grant.role in INCENTIVES_ROLES for grant in grants) or None in places:
        return mine.none()
    return mine.exclude(location_id__in=places)


def successors(claims: QuerySet[Claim], user: User, partner: Partner) -> list[User]:
    """Who can take all of ``claims`` over: active colleagues whose incentives roles cover their locations."""
    needed = set(claims.order_by().values_list("location_id", flat=True).distinct())
    covered: dict[User, set[int | None]] = {}
    grants = Membership.objects.filter(partner=partner, role__in=INCENTIVES_ROLES, user__is_active=True)
    for grant in grants.exclude(user=user).select_related("user").order_by("user__name", "user_id"):
        covered.setdefault(grant.user, set()).add(grant.location_id)
    return [member for member, places in covered.items() if None in places or needed <= places]


def hand_over(from_user: User, to_user: User, by: Actor, now: datetime, claims: QuerySet[Claim] | None = None) -> int:
    """Make ``to_user`` the owner of the open claims of ``from_user`` at the partner of ``by``, with a history line
    for each and one mail (T40). ``claims`` narrows it to some of them. Returns how many changed hands.

    Raises NotPermitted (403) for who is no admin there, and Successor (409) for somebody who cannot take them all.
    """
    if by.partner is None:
        raise lifecycle.NotPermitted
    wanted = owned(from_user, by.partner, now) if claims is None else claims
    with locked_out_as_conflict(), transaction.atomic():
        roles.lock(by.partner)  # the new owner's roles stay while he takes over
        rows = list(wanted.order_by("number"))
        if not all(lifecycle.permitted(claim, Action.HAND_OVER, by) for claim in rows):
            raise lifecycle.NotPermitted
        if rows and to_user not in successors(wanted, from_user, by.partner):
            raise Successor(_("%(name)s has no incentives role at the location of every claim.") % {"name": to_user})
        numbers = _move(HAND_OVER, [claim.pk for claim in rows], from_user, to_user, by, now)
        if numbers and to_user.pk != by.user_id:
            _tell(to_user, from_user, by, numbers, now)
    return len(numbers)


def _move(statement: str, ids: list[int], former: User, to: User | None, by: Actor, now: datetime) -> list[int]:
    action = Action.HAND_OVER if statement is HAND_OVER else Action.SET_STAND_IN
    told = (note(former, to), event(former, to)) if to else (stand_in_note(former, None), stand_in_event(former, None))
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"ids": ids})
        cursor.execute(
            statement,
            {
                "ids": ids,
                "to": to.pk if to else None,
                "former": former.pk,
                "partner": by.partner_id,
                "now": now,
                "statuses": list(ROW.sources),
                "action": action.value,
                "kind": by.kind.value,
                "by": by.user_id,
                "by_name": by.name,
                "by_role": by.role,
                "address": by.address,
                "note": told[0],
                "event": json.dumps(told[1]),
            },
        )
        return [number for (number,) in cursor.fetchall()]


def note(former: User, to: User) -> str:
    """The history line's words; names only, in no language."""
    return f"{former} → {to}"


def event(former: User, to: User) -> dict[str, int]:
    return {"from_owner": former.pk, "to_owner": to.pk}


def stand_in_note(former: User | None, to: User | None) -> str:
    """The same of a stand-in; a dash is nobody."""
    return f"{former or '–'} → {to or '–'}"


def stand_in_event(former: User | None, to: User | None) -> dict[str, int | None]:
    return {"from_stand_in": former.pk if former else None, "to_stand_in": to.pk if to else None}


def _tell(to: User, former: User, by: Actor, numbers: list[int], now: datetime) -> None:
    mails.tell(
        "P09",
        [to],
        f"hand-over:{former.pk}:{now.isoformat()}:{numbers[0]}",
        now,
        by=by.name,
        former=str(former),
        partner=by.partner.name,
        count=len(numbers),
        claims=[str(number) for number in numbers[:NAMED_IN_MAIL]],
        more=max(0, len(numbers) - NAMED_IN_MAIL),
    )


def revoke(by: Actor, going: list[Membership], successor: User | None, now: datetime) -> int:
    """Take these grants of one member away, after what he owns there is handed to ``successor`` and he stands in for
    nobody there any more. Returns the number
    of claims that changed hands. All or nothing.

    Raises what ``roles.revoke`` raises, and Successor (409) while claims would be left without an owner.
    """
    with locked_out_as_conflict(), transaction.atomic():
        roles.lock(going[0].partner, going)
        claims = left_behind(going, now)
        moved = 0
        if claims.exists():
            if successor is None:
                raise Successor(_("Choose who takes over the open claims first."))
            moved = hand_over(going[0].user, successor, by, now, claims)
        _step_back(going, by, now)
        # The admin role last: the one who removes himself needs it until then.
        for membership in sorted(going, key=lambda grant: grant.role in ADMIN_ROLES):
            roles.revoke(by, membership, now)
    return moved


def _step_back(going: list[Membership], by: Actor, now: datetime) -> None:
    """Who no longer works at a location stands in for nobody there; a history line says so on each claim."""
    with locked_out_as_conflict():
        ids = list(left_behind(going, now, stood_in_for).values_list("pk", flat=True))
        if ids:
            _move(STEP_BACK, ids, going[0].user, None, by, now)


def under_review(reviewer: User) -> QuerySet[Claim]:
    """The claims that ``reviewer`` has taken and not decided."""
    return Claim.objects.filter(reviewer=reviewer, status=Status.UNDER_REVIEW).order_by("number")


def leave_review(by: Actor, reviewer: User, now: datetime) -> int:
    """Deactivate one of Microsoft's people (R-012); the claims he has under review go back to the queue first.
    Returns how many. Raises what ``microsoft.deactivate`` raises."""
    with transaction.atomic():
        released = _give_back(by, reviewer, "", now)
        microsoft.deactivate(by, reviewer, now)
    return released


def change_role(by: Actor, user: User, role: str, now: datetime) -> int:
    """Give one of Microsoft's people another role (R-012); who will review no longer gives his claims back to the
    queue first. Returns how many. Raises what ``microsoft.change_role`` raises."""
    with transaction.atomic():
        released = _give_back(by, user, role, now)
        microsoft.change_role(by, user, role, now)
    return released


def confirm(by: Actor, nomination: Nomination, now: datetime) -> int:
    """The second operator's word on a nomination; the claims of a reviewer who becomes an operator go back to the queue
    first. Returns how many. Raises what ``microsoft.confirm`` raises."""
    with transaction.atomic():
        released = _give_back(by, nomination.user, nomination.role, now)
        microsoft.confirm(by, nomination, now)
    return released


def _give_back(by: Actor, reviewer: User, role: str, now: datetime) -> int:
    claims = [] if role in microsoft.REVIEWERS else list(under_review(reviewer))
    for claim in claims:
        lifecycle.perform(claim, Action.RELEASE, by, now)
    return len(claims)
