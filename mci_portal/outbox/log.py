"""The mail log as the operator's page and the demo's mailbox search it."""

from typing import Any

from django.db.models import QuerySet

from mci_portal.outbox.links import CLAIM_TOPIC
from mci_portal.outbox.models import Audience, Message, Status


def mails() -> QuerySet[Message]:
    """Every message that goes to an address."""
    return Message.objects.exclude(status=Status.PORTAL)


def readable(actor: Any) -> QuerySet[Message]:
    """What the reader of the log may see of it: all for Microsoft's people; a partner's Incentives admin what went to
    his company or its customers, about the locations he administers."""
    if actor.partner_id is None:
        return Message.objects.all()
    told = Message.objects.filter(partner_id=actor.partner_id, audience__in=(Audience.PARTNER, Audience.CUSTOMER))
    return told if actor.admin_of is None else told.filter(location_id__in=actor.admin_of)


def found(log: QuerySet[Message], status: str, text: str) -> QuerySet[Message]:
    """Messages of ``log`` in ``status`` ("" = any); ``text`` is a claim number or a part of an address ("" = all)."""
    if status in Status.values:
        log = log.filter(status=status)
    text = text.strip()
    if text.isascii() and text.isdigit():
        return log.filter(topic=f"{CLAIM_TOPIC}{text}")
    return log.filter(to_email__icontains=text) if text else log
