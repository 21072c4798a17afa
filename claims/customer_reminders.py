"""Remind customers of a request that they have not answered, where the partner allowed it (E02, T03). The job of the
partners' reminders calls it."""

from datetime import datetime, timedelta

from claims.effects import AUDIENCE
from claims.models import ConsentRequest
from claims.models.consent import PURPOSE
from claims.statuses import Status
from mci_portal.outbox import post as outbox
from mci_portal.outbox.models import Message

MAIL = "E02"
DAYS = (1, 3, 7, 14)  # before the request ends


def remind(now: datetime) -> int:
    """Post what is due and was not posted before; returns how many. Each rung once; after an outage the nearest only.

    The mail carries the link of the request itself, so nothing that was mailed before stops working. A rung that lay
    before the request was sent is not made up for.
    """
    open_requests = ConsentRequest.objects.filter(
        remind=True,
        voided_at=None,
        used_at=None,
        expires_at__gt=now,
        expires_at__lte=now + timedelta(days=max(DAYS)),
        claim__status=Status.AWAITING_CONSENT,
        claim__bounced_at=None,
    )
    due = {}
    for request in open_requests.select_related("claim"):
        days = next(days for days in DAYS if request.expires_at - timedelta(days=days) <= now)
        if request.expires_at - timedelta(days=days) > request.created_at:
            due[f"{request.claim.topic}:{MAIL}:{request.expires_at.isoformat()}:{days}"] = request
    told = set(Message.objects.filter(dedup_key__in=due).values_list("dedup_key", flat=True))
    for key, request in due.items():
        if key not in told:
            _post(key, request, now)
    return len(due.keys() - told)


def _post(key: str, request: ConsentRequest, now: datetime) -> None:
    outbox.post(
        MAIL,
        audience=AUDIENCE[MAIL],
        dedup_key=key,
        now=now,
        to_email=request.to_email,
        to_name=request.to_name,
        language=request.language,
        topic=request.claim.topic,
        partner_id=request.partner_id,
        location_id=request.claim.location_id,
        token_purpose=PURPOSE,
        token_nonce=request.nonce,
    )
