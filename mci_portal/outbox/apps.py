from datetime import datetime, timedelta

from django.apps import AppConfig

WAITING_TOO_LONG = timedelta(minutes=10)


class OutboxConfig(AppConfig):
    name = "mci_portal.outbox"

    def ready(self) -> None:
        from mci_portal.common import health
        from mci_portal.outbox import digests

        digests.register()
        health.register("outbox", _mail_waits_too_long)


def _mail_waits_too_long(now: datetime) -> str | None:
    """A first try that is overdue by ten minutes means that nobody delivers (I5)."""
    from mci_portal.outbox.models import Message, Status

    waits = Message.objects.filter(status=Status.QUEUED, attempts=0, next_at__lt=now - WAITING_TOO_LONG).exists()
    return "mail is not being delivered" if waits else None
