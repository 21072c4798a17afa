"""The claim a message is about: its number and where its reader finds it. The pages of messages call it."""

from mci_portal.outbox.models import Message

CLAIM_TOPIC = "claim:"


def claim_number(message: Message) -> str:
    """The number of the claim that ``message`` is about, or ""."""
    return message.topic.removeprefix(CLAIM_TOPIC) if message.topic.startswith(CLAIM_TOPIC) else ""


def claim_address(message: Message, *, for_reviewer: bool = False) -> str:
    """Where the reader finds that claim, or ""."""
    number = claim_number(message)
    if not number:
        return ""
    return f"/review/{number}/" if for_reviewer else f"/incentives/claims/{number}/"
