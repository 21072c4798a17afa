"""Tell partners that a deadline comes near, and reviewers once a day what waits for them (R-245, E06, E12)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from claims import recipients
from claims.deadlines import REMINDER_DAYS
from claims.effects import AUDIENCE
from mci_portal.accounts.addressees import LANGUAGE
from mci_portal.accounts.models import MicrosoftRole, User
from mci_portal.outbox import post as outbox
from mci_portal.outbox.models import Message
from mci_portal.outbox.models import Status as MailStatus

CHUNK = 1000

# The claim is due within the longest notice. Of the notices whose moment has come the nearest counts, and only if the
# clock ran already at that moment: an action request that leaves ten days is not followed at once by a reminder.
DUE_SOON = """
SELECT claim.id, claim.number, claim.status, claim.partner_id, claim.location_id,
       claim.partner_email, claim.partner_name, LANGUAGE-OF-CONTACT, claim.due_at, notice.days
FROM claims_claim AS claim
CROSS JOIN LATERAL (
    SELECT min(days) AS days FROM unnest(%(ladder)s::int[]) AS days
    WHERE claim.due_at - days * interval '24 hours' <= %(now)s
) AS notice
WHERE claim.due_at > %(now)s AND claim.due_at <= %(horizon)s AND claim.id > %(after)s
  AND claim.due_at - notice.days * interval '24 hours' > CASE claim.status
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
    return _remind_partners(now) + _remind_reviewers(now)


def _remind_partners(now: datetime) -> int:
    """DL20: 14, 7, 3 and 1 days before each deadline, each once; after an outage only the nearest one."""
    posted, after = 0, 0
    horizon = now + timedelta(hours=24 * max(REMINDER_DAYS))
    values: dict[str, Any] = {"ladder": list(REMINDER_DAYS), "now": now, "horizon": horizon, "chunk": CHUNK}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(DUE_SOON, values | {"after": after})
            rows = cursor.fetchall()
        if not rows:
            return posted
        with transaction.atomic():
            posted += _post_new([_reminder(now, *row) for row in rows])
            posted += recipients.copy_to_stand_ins([row[0] for row in rows], now)
        after = rows[-1][0]


def _reminder(now, _pk, number, status, partner_id, location_id, email, name, language, due_at, days) -> Message:
    return Message(
        kind="E06",
        audience=AUDIENCE["E06"],
        topic=f"claim:{number}",
        partner_id=partner_id,
        location_id=location_id,
        dedup_key=f"claim:{number}:E06:{due_at.isoformat()}:{days}",
        to_email=email,
        to_name=name,
        language=language,
        context={"from": status, "days": days, "due_at": due_at.isoformat()},
        status=MailStatus.QUEUED,
        created_at=now,
        next_at=now,
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
