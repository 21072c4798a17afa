"""Each outcome is written by itself, on a connection of its own, while the next mails are being written (G7)."""

import uuid

import pytest
from django.db import DatabaseError, connection

from mci_portal.outbox import delivery, outcomes
from mci_portal.outbox.models import Message, Status
from tests.outbox.conftest import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]

ANOTHER = uuid.UUID(int=2)
REFUSED = b"SELECT length($1 || $2 || $3 || $4 || $5 || $6) / 0"


def test_note_that_the_database_refuses_ends_the_run_and_its_mail_leaves_again_as_the_same(sink, queue, monkeypatch):
    first, second = queue("carla", "karl")
    with monkeypatch.context() as patched:
        patched.setattr(outcomes, "LEFT", REFUSED)
        with pytest.raises(DatabaseError, match="could not be noted"):
            delivery.deliver(NOW)
    before = sink.ids()  # the second may have left before the answer about the first was there
    assert before in ([first.message_id], [first.message_id, second.message_id])
    assert delivery.drain(NOW) == 2
    assert sink.ids() == [*before, first.message_id, second.message_id]
    assert set(Message.objects.values_list("status", flat=True)) == {Status.SENT}


def test_many_mails_are_noted_over_few_connections(sink, queue, monkeypatch):
    opened, line = [], outcomes.Line
    monkeypatch.setattr(outcomes, "Line", lambda *shared: opened.append(line(*shared)) or opened[-1])
    queue(*(f"n{number}" for number in range(40)))
    assert delivery.drain(NOW) == 40
    assert 1 <= len(opened) <= outcomes.LINES
    assert Message.objects.filter(status=Status.SENT, sent_at__isnull=False, subject__gt="").count() == 40


def test_note_about_a_mail_that_belongs_to_another_by_now_changes_nothing(sink, queue, caplog):
    (message,) = queue("carla")

    def taken_over() -> None:
        Message.objects.update(lease=ANOTHER)
        connection.close()

    sink.on_mail = taken_over
    delivery.deliver(NOW)
    message.refresh_from_db()
    assert (message.status, message.lease) == (Status.SENDING, ANOTHER)
    assert "the lease was lost" in caplog.text


def test_run_that_sends_nothing_opens_no_connection(sink, queue, monkeypatch):
    queue("carla", kind="X03")
    monkeypatch.setattr(outcomes, "Line", lambda *shared: pytest.fail("it connected"))
    assert delivery.drain(NOW) == 0
