"""A mail to the customer that was refused: noted on the claim, and the partner told (R-124, E19)."""

import logging
from datetime import datetime
from typing import Any

from django.db import DatabaseError, transaction

from claims import lifecycle
from claims.actions import Action
from claims.models import Claim, ConsentRequest
from mci_portal.accounts.actors import CLOCK
from mci_portal.common.errors import Conflict
from mci_portal.outbox.models import Message

log = logging.getLogger(__name__)

# Mails to the customer that ask something of him. When a closing note comes back, nothing follows.
ASKING = frozenset({"E01", "E02", "E08", "E17"})


def note(message: Message, refused: bool, now: datetime | None = None, **signal: Any) -> None:
    """Receiver of ``delivery_failed``. Never raises: the outcome of the mail must be written whatever happens here.

    ``refused`` False means that our own side could not send it; the address is not to blame and stays in use.
    """
    if not refused or message.kind not in ASKING:
        return
    try:
        with transaction.atomic():
            _note(message, now)
    except (Conflict, Claim.DoesNotExist, DatabaseError, ValueError) as error:
        log.warning("message %s came back, which is not noted on %s: %s", message.pk, message.topic, error)


def _note(message: Message, now: datetime | None) -> None:
    claim = Claim.objects.get(number=int(message.topic.removeprefix("claim:")))
    # An address that was corrected meanwhile, or is noted already, needs no second word.
    if claim.customer_email == message.to_email and claim.bounced_at is None:
        facts = {"address": message.to_email, "kind": message.kind}
        claim = lifecycle.perform(claim, Action.NOTE_BOUNCE, CLOCK, now, mail=facts, event=facts)
    ConsentRequest.objects.filter(claim=claim, nonce=message.token_nonce, bounced_at=None, used_at=None).update(
        bounced_at=now or claim.bounced_at
    )
