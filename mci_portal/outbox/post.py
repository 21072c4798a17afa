"""Write a message. Called inside the transaction of the change it tells about, so both happen or neither does."""

from datetime import datetime

from mci_portal.outbox.models import Message, Status


def post(kind: str, *, audience: str, dedup_key: str, now: datetime, to_email: str = "", **fields) -> None:
    """Queue one message; a second one with the same ``dedup_key`` changes nothing.

    Without ``to_email`` it is a notice that the portal shows and nobody mails. ``fields`` are columns of
    ``Message``, such as ``topic``, ``context``, ``token_nonce``.
    """
    Message.objects.bulk_create(
        [
            Message(
                kind=kind,
                audience=audience,
                dedup_key=dedup_key,
                to_email=to_email,
                status=Status.QUEUED if to_email else Status.PORTAL,
                created_at=now,
                next_at=now,
                **fields,
            )
        ],
        ignore_conflicts=True,
    )


def begin_delivery(now: datetime) -> int:
    """Everything that waits is due from ``now`` on; for a world that begins with a past. Returns how many."""
    return Message.objects.filter(status=Status.QUEUED, next_at__lt=now).update(next_at=now)


def void(*, token_nonces: list[str]) -> int:
    """Stop mails that carry links which have just been voided and have not left yet; returns how many."""
    waiting = Message.objects.filter(status=Status.QUEUED).exclude(token_nonce="")  # the words of their index
    return waiting.filter(token_nonce__in=token_nonces).update(status=Status.VOID)
