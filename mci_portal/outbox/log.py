"""The mail log as the operator's page and the demo's mailbox search it."""

from django.db.models import QuerySet

from mci_portal.outbox.links import CLAIM_TOPIC
from mci_portal.outbox.models import Message, Status


def mails() -> QuerySet[Message]:
    """Every message that goes to an address."""
    return Message.objects.exclude(status=Status.PORTAL)


def found(status: str, text: str) -> QuerySet[Message]:
    """Messages in ``status`` ("" = any); ``text`` is a claim number or a part of an address ("" = all)."""
    log = Message.objects.all()
    if status in Status.values:
        log = log.filter(status=status)
    text = text.strip()
    if text.isascii() and text.isdigit():
        return log.filter(topic=f"{CLAIM_TOPIC}{text}")
    return log.filter(to_email__icontains=text) if text else log
