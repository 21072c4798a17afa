"""Several deliverers at once: each mail leaves exactly once (G7)."""

import threading

import pytest
from django.db import connection

from mci_portal.outbox import delivery
from mci_portal.outbox.models import Message, Status
from tests.outbox.conftest import NOW

MAILS, WORKERS = 60, 4


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_four_deliverers_at_once_send_each_mail_once(sink, queue):
    messages = queue(*(f"m{number}" for number in range(MAILS)))
    start = threading.Barrier(WORKERS)
    left, errors = [], []

    def work() -> None:
        try:
            start.wait(60)
            while sent := delivery.deliver(NOW, limit=7):
                left.append(sent)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)  # a busy machine

    assert errors == []
    assert sum(left) == MAILS
    assert sorted(sink.ids()) == sorted(message.message_id for message in messages)
    assert set(Message.objects.values_list("status", "attempts")) == {(Status.SENT, 1)}
