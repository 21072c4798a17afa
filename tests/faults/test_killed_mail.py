"""FA09, G7: the process that sends mail is killed between the server's 250 and the note that it was sent."""

from datetime import timedelta

import pytest

from claims import scale, sweeps
from mci_portal.common.clock import database_now
from mci_portal.outbox import delivery
from mci_portal.outbox.models import Message, Status
from tests.faults.processes import start
from tests.smtp_sink import sink

__all__ = ["sink"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

KILLED_AT = (5, 12)


def test_killed_between_answer_and_note_repeats_that_one_mail_and_loses_none(sink):
    scale.fill(database_now() - timedelta(days=500), 100)
    sweeps.sweep()
    waiting = set(Message.objects.filter(status=Status.QUEUED).values_list("message_id", flat=True))
    assert len(waiting) > 2 * max(KILLED_AT)
    at_the_kill = []
    for number in KILLED_AT:
        process = start("deliver_outbox", EMAIL_URL=f"smtp://127.0.0.1:{sink.port}")
        sink.on_mail = lambda number=number, process=process: len(sink.received) == number and process.kill()
        process.communicate(timeout=60)
        at_the_kill.append(sink.ids()[-1])
        assert (process.returncode, len(sink.received)) == (-9, number)
    sink.on_mail = None
    delivery.drain()
    assert set(sink.ids()) == waiting
    assert sorted(sink.ids()) == sorted([*waiting, *at_the_kill])
    assert set(Message.objects.values_list("status", flat=True)) == {Status.SENT}
