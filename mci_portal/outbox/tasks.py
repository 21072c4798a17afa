"""The periodic jobs that empty the outbox. The tables are its queue; the broker only wakes it."""

from datetime import timedelta

from celery import shared_task

from mci_portal.common.clock import database_now
from mci_portal.common.jobs import beat
from mci_portal.outbox import delivery, digests

# Well under the task's time limit; the next tick goes on where this one stopped.
LONGEST_RUN = timedelta(minutes=2)


@shared_task(name="mci_portal.outbox.tasks.deliver_outbox")
def deliver_outbox() -> None:
    delivery.drain(longest=LONGEST_RUN)
    beat("deliver-outbox", database_now())


@shared_task(name="mci_portal.outbox.tasks.queue_digests")
def queue_digests() -> None:
    now = database_now()
    digests.queue(now)
    beat("queue-digests", now)
