"""Remind: partners of a deadline or of a location that cannot be paid, customers of a request, and reviewers once a day
of what waits for them (R-245, E02, E06, E12, E18)."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction

from claims import customer_reminders, recipients, unpayable
from claims.deadlines import REMINDER_DAYS
from claims.effects import AUDIENCE
from mci_portal.accounts.actors import INCENTIVES_ROLES
from mci_portal.accounts.addressees import LANGUAGE
from mci_portal.accounts.models import Membership, MicrosoftRole, User
from mci_portal.outbox import post as outbox
from mci_portal.outbox.models import Message
from mci_portal.outbox.models import Status as MailStatus

CHUNK = 1000
PEOPLE_TOLD = 2

# The claim is due within the longest notice. Of the notices whose moment has come the nearest counts, and only if the
# clock ran already at that moment: an action request that leaves ten days is not followed at once by a reminder.
DUE_SOON = """
SELECT claim.id, claim.number, claim.status, claim.partner_id, claim.location_id, claim.owner_id, claim.stand_in_id,
       claim.partner_email, claim.partner_name, LANGUAGE-OF-CONTACT, claim.due_at, notice.days
FROM claims_claim AS claim
CROSS JOIN LATERAL (
    SELECT rung.days, rung.at FROM (
        SELECT days, CASE days WHEN 0 THEN date_trunc('day', claim.due_at, 'UTC')
                     ELSE claim.due_at - days * interval '24 hours' END AS at
        FROM unnest(%(ladder)s::int[]) AS days
    ) AS rung
    WHERE rung.at <= %(now)s ORDER BY rung.days LIMIT 1
) AS notice
WHERE claim.due_at > %(now)s AND claim.due_at <= %(horizon)s AND claim.id > %(after)s
  AND notice.at > CASE claim.status
      WHEN 'consent_received' THEN claim.consented_at
      WHEN 'action_required' THEN (
          SELECT max(event.at) FROM claims_claimevent AS event
          WHERE event.claim_id = claim.id AND event.action = 'request_action')
      WHEN 'rejected' THEN claim.rejected_at
      WHEN 'disputed' THEN claim.rejected_at
      ELSE claim.created_at END
ORDER BY claim.id LIMIT %(chunk)s
""".replace("LANGUAGE-OF-CONTACT", LANGUAGE.format(email="claim.partner_email", owner="claim.owner_id"))


def remind(now: datetime) -> int:
    """Post what is due at ``now`` and was not posted before; returns how many messages are new."""
    return _remind_partners(now) + customer_reminders.remind(now) + unpayable.tell(now) + _remind_reviewers(now)


def _remind_partners(now: datetime) -> int:
    """DL20: 14, 7, 3 and 1 days before each deadline and on the day, each once; after an outage only the nearest.

    R-245: to the partner contact, and to the owner and colleagues until two members of the location know.
    """
    posted, after = 0, 0
    horizon = now + timedelta(hours=24 * max(REMINDER_DAYS))
    values: dict[str, Any] = {"ladder": list(REMINDER_DAYS), "now": now, "horizon": horizon, "chunk": CHUNK}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(DUE_SOON, values | {"after": after})
            rows = [_Due(*row) for row in cursor.fetchall()]
        if not rows:
            return posted
        staff = _staff({row.partner_id for row in rows})
        with transaction.atomic():
            posted += _post_new([message for row in rows for message in _reminders(now, row, staff[row.partner_id])])
            posted += recipients.copy_to_stand_ins([row.pk for row in rows], now)
        after = rows[-1].pk


class _Due(NamedTuple):
    """A row of ``DUE_SOON``."""

    pk: int
    number: int
    status: str
    partner_id: int
    location_id: int
    owner_id: int | None
    stand_in_id: int | None
    email: str
    name: str
    language: str
    due_at: datetime
    days: int


def _staff(partner_ids: set[int]) -> dict[int, list[Membership]]:
    """Who works on incentives at these partners now, Incentives admins first; one query."""
    grants = Membership.objects.filter(partner__in=partner_ids, role__in=INCENTIVES_ROLES, user__is_active=True)
    found: dict[int, list[Membership]] = defaultdict(list)
    for grant in grants.select_related("user").order_by("role", "id"):  # "..._admin" sorts before "..._user"
        found[grant.partner_id].append(grant)
    return found


def _reminders(now: datetime, due: _Due, staff: list[Membership]) -> list[Message]:
    first = Message(
        kind="E06",
        audience=AUDIENCE["E06"],
        topic=f"claim:{due.number}",
        partner_id=due.partner_id,
        location_id=due.location_id,
        dedup_key=f"claim:{due.number}:E06:{due.due_at.isoformat()}:{due.days}",
        to_email=due.email,
        to_name=due.name,
        language=due.language,
        context={"from": due.status, "days": due.days, "due_at": due.due_at.isoformat()},
        status=MailStatus.QUEUED,
        created_at=now,
        next_at=now,
    )
    return [first, *(_copy(first, user) for user in _others(due, staff))]


def _others(due: _Due, staff: list[Membership]) -> list[User]:
    """Besides the contact: the owner, and colleagues at the location until two people with an account know.

    The stand-in is told with a copy of his own (``recipients``).
    """
    here = {grant.user_id: grant.user for grant in staff if grant.location_id in (None, due.location_id)}
    told = [user for user in here.values() if user.email.lower() == due.email.lower() or user.pk == due.stand_in_id]
    others = [user for user in here.values() if user not in told]
    others.sort(key=lambda user: user.pk != due.owner_id)  # stable: the owner, then admins, then users
    missing = PEOPLE_TOLD - len(told)
    owner_is_missing = bool(others) and others[0].pk == due.owner_id
    return others[: max(missing, int(owner_is_missing))]


def _copy(first: Message, user: User) -> Message:
    """To one person more. It names no partner, so that the notice is not listed twice in the portal."""
    return Message(
        kind=first.kind,
        audience=first.audience,
        topic=first.topic,
        dedup_key=f"{first.dedup_key}:u{user.pk}",
        to_email=user.email,
        to_name=user.name,
        language=user.language,
        context=first.context | {recipients.COLLEAGUE: True},
        status=MailStatus.QUEUED,
        created_at=first.created_at,
        next_at=first.next_at,
    )


def _post_new(messages: list[Message]) -> int:
    keys = [message.dedup_key for message in messages]
    known = set(Message.objects.filter(dedup_key__in=keys).values_list("dedup_key", flat=True))
    new = [message for message in messages if message.dedup_key not in known]
    # Whoever posted one of them in this very moment was first, and that is all right.
    Message.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _remind_reviewers(now: datetime) -> int:
    """E12: one digest a day to each reviewer while submitted claims wait, never a mail per claim."""
    today = f"reviewers:E12:{now.date().isoformat()}"
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), min(CASE round WHEN 1 THEN review_due_at ELSE dispute_review_due_at END)
            FROM claims_claim WHERE status = 'submitted'
            """
        )
        count, oldest_due = cursor.fetchone()
    if not count:
        return 0
    told = set(Message.objects.filter(dedup_key__startswith=f"{today}:").values_list("dedup_key", flat=True))
    posted = 0
    roles = (MicrosoftRole.REVIEWER, MicrosoftRole.LEAD_REVIEWER)
    for reviewer in User.objects.filter(is_active=True, microsoft_role__in=roles).order_by("id"):
        if (key := f"{today}:{reviewer.pk}") not in told:
            outbox.post(
                "E12",
                audience=AUDIENCE["E12"],
                dedup_key=key,
                now=now,
                to_email=reviewer.email,
                to_name=reviewer.name,
                language=reviewer.language,
                context={"count": count, "oldest_due": oldest_due.isoformat() if oldest_due else ""},
            )
            posted += 1
    return posted
