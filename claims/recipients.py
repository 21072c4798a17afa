"""Who else reads what a claim tells the partner: its stand-in, in a copy of his own.

The one rule for reminders, for what follows a move, and for the sweep. A message is first written to the partner
contact, who is on the claim; whoever has written it then calls ``copy_to_stand_ins``.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef

from claims.models import Claim
from mci_portal.accounts.actors import grants_at
from mci_portal.outbox.models import Audience, Message, Status

STAND_IN = "stand_in"  # in the context of a copy; its last line says why he gets it
COLLEAGUE = "colleague"  # the same of a reminder to somebody else of the location


def copy_to_stand_ins(claim_ids: Sequence[int], now: datetime) -> int:
    """Post to the stand-ins of these claims what was posted to the partner at ``now``; returns how many are new.

    Not copied: what the portal shows without a mail, and mails that carry a link made for one person. A stand-in
    who has left, or no longer works at the location, gets nothing. A copy names no partner: the partner's notices
    show the first one already. Twice is as good as once; at most four statements.
    """
    works_there = grants_at(OuterRef("partner_id"), OuterRef("location_id")).filter(user=OuterRef("stand_in_id"))
    claims = Claim.objects.filter(Exists(works_there), pk__in=claim_ids, stand_in__isnull=False)
    stand_ins = {claim.topic: claim.stand_in for claim in claims.select_related("stand_in")}
    if not stand_ins:
        return 0
    told = Message.objects.filter(topic__in=stand_ins, created_at=now, audience=Audience.PARTNER, token_nonce="")
    told = told.exclude(to_email="").exclude(context__has_any_keys=[STAND_IN, COLLEAGUE]).order_by("pk")
    copies = [
        _copy(message, stand_ins[message.topic], now)
        for message in told
        if message.to_email.lower() != stand_ins[message.topic].email
    ]
    keys = [copy.dedup_key for copy in copies]
    known = set(Message.objects.filter(dedup_key__in=keys).values_list("dedup_key", flat=True))
    new = [copy for copy in copies if copy.dedup_key not in known]
    Message.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _copy(message: Message, stand_in, now: datetime) -> Message:
    return Message(
        kind=message.kind,
        audience=message.audience,
        topic=message.topic,
        dedup_key=f"{message.dedup_key}:{STAND_IN}",
        to_email=stand_in.email,
        to_name=stand_in.name,
        language=stand_in.language,
        context={**message.context, STAND_IN: True},
        status=Status.QUEUED,
        created_at=now,
        next_at=now,
    )
