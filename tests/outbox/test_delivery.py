"""What the outbox does with a mail, told by a mail server that behaves as scripted (faults FA01-FA04)."""

import logging
import socket
import uuid
from datetime import timedelta

import pytest
from django.db import connection

from mci_portal.common import tokens
from mci_portal.outbox import delivery, post
from mci_portal.outbox.models import Message, Status
from tests.outbox.conftest import NOW
from tests.smtp_sink import Sink, use

pytestmark = [pytest.mark.django_db, pytest.mark.server]

MINUTE = timedelta(minutes=1)
A_LEASE = uuid.UUID(int=1)


def outcome(message: Message) -> tuple[str, int]:
    message.refresh_from_db()
    return message.status, message.attempts


def test_mail_that_is_due_leaves_once_with_text_html_and_its_message_id(sink, queue):
    (message,) = queue("carla", to_name="Carla Customer")

    assert (delivery.deliver(NOW), delivery.deliver(NOW + MINUTE)) == (1, 0)

    assert outcome(message) == (Status.SENT, 1)
    (mail,) = sink.received
    assert mail["Message-ID"] == message.message_id
    assert (mail["To"], mail["Subject"]) == ("Carla Customer <carla@customer.example>", "Mail carla")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_secret_of_a_link_is_in_the_mail_and_never_in_the_table(sink, queue):
    """TK13: what rests in the row opens nothing."""
    nonce = tokens.new_nonce()
    secret = tokens.value("consent", nonce)
    (message,) = queue("carla", token_purpose="consent", token_nonce=nonce)
    delivery.deliver(NOW)
    message.refresh_from_db()
    stored = f"{message.subject}{message.text}{message.html}{message.context}{message.last_error}{nonce}"
    (mail,) = sink.received
    bodies = [part.get_content() for part in mail.iter_parts()]
    assert secret not in stored
    assert tokens.PLACEHOLDER in message.text
    assert [secret in body for body in bodies] == [True, True]
    assert [tokens.PLACEHOLDER in body for body in bodies] == [False, False]


def test_mails_of_one_batch_share_one_connection(sink, queue):
    """G8: a new connection for each mail would be three times slower."""
    queue(*"abcde")
    assert delivery.deliver(NOW) == 5
    assert sink.connections == 1


def test_mail_that_is_not_due_yet_stays(sink, queue):
    (message,) = queue("carla", next_at=NOW + MINUTE)
    assert delivery.deliver(NOW) == 0
    assert outcome(message) == (Status.QUEUED, 0)


def test_mails_without_purpose_are_void_and_never_sent(sink, queue):
    (message,) = queue("carla", kind="X03")
    assert delivery.deliver(NOW) == 0
    assert outcome(message) == (Status.VOID, 1)
    assert sink.received == []


def test_server_away_for_half_an_hour_everything_leaves_within_15_minutes_of_its_return(settings, queue):
    """FA01: whenever a mail came, it leaves soon after the server is back."""
    sink = Sink()
    use(settings, sink.port)
    away, late = timedelta(minutes=30), []
    messages = [
        queue(f"m{minute}", created_at=NOW + minute * MINUTE, next_at=NOW + minute * MINUTE)[0]
        for minute in range(0, 30, 3)
    ]
    moment = NOW
    while moment < NOW + away:
        assert delivery.deliver(moment) == 0
        moment += MINUTE
    sink.start()
    try:
        while Message.objects.exclude(status=Status.SENT).exists() and moment < NOW + 2 * away:
            late += [moment - NOW - away] * delivery.deliver(moment)
            moment += MINUTE
    finally:
        sink.stop()
    assert sorted(sink.ids()) == sorted(message.message_id for message in messages)
    assert max(late) <= timedelta(minutes=15)


def test_451_three_times_then_sent_once_with_the_same_message_id(sink, queue):
    """FA02."""
    sink.script["carla@customer.example"] = ["451 4.3.0 try again"] * 3
    (message,) = queue("carla")
    moment = NOW
    for wait in (1, 2, 4):
        assert delivery.deliver(moment) == 0
        message.refresh_from_db()
        assert message.next_at == moment + wait * MINUTE
        moment = message.next_at
    assert delivery.deliver(moment) == 1
    assert outcome(message) == (Status.SENT, 4)
    assert sink.ids() == [message.message_id]


def test_550_for_one_of_many_fails_after_one_try_and_the_others_leave(sink, queue):
    """FA03: the head of the queue blocks nobody."""
    sink.script["m0@customer.example"] = ["550 5.1.1 no such mailbox"] * 9
    refused, *others = queue(*(f"m{number}" for number in range(delivery.BATCH + 20)))
    told = []

    def listen(message, refused, now, **_signal):
        told.append((message.pk, refused, now))

    delivery.delivery_failed.connect(listen)
    try:
        assert delivery.drain(NOW) == len(others)
    finally:
        delivery.delivery_failed.disconnect(listen)
    assert outcome(refused) == (Status.FAILED, 1)
    assert "no such mailbox" in refused.last_error
    assert Message.objects.filter(status=Status.SENT).count() == len(others)
    assert told == [(refused.pk, True, NOW)]


def test_silent_server_times_out_and_the_mail_leaves_once_when_it_speaks_again(settings, queue):
    """FA04: the connection is accepted, and then nothing is said."""
    (message,) = queue("carla")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        use(settings, silent.getsockname()[1])
        settings.EMAIL_TIMEOUT = 0.2
        assert delivery.deliver(NOW) == 0
    assert outcome(message) == (Status.QUEUED, 1)
    sink = Sink()
    sink.start()
    use(settings, sink.port)
    try:
        assert delivery.deliver(NOW + MINUTE) == 1
    finally:
        sink.stop()
    assert sink.ids() == [message.message_id]


def test_lease_outlives_a_whole_batch_of_silent_conversations(settings):
    """FA04: an untouched mail is given back, and the one being sent is answered, before the lease runs out."""
    one_conversation = timedelta(seconds=8 * 60)  # greeting, EHLO, TLS, EHLO, sign in, FROM, TO, DATA and its answer
    assert settings.EMAIL_TIMEOUT == 60
    assert delivery.LONGEST_BATCH + one_conversation < delivery.LEASE
    assert delivery.LONGEST_BATCH.total_seconds() + settings.EMAIL_TIMEOUT < settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_drain_begins_no_batch_after_its_time(sink, queue, monkeypatch):
    """A worker has a time limit, and it must not strike in the middle of a conversation."""
    monkeypatch.setattr(delivery, "BATCH", 2)
    queue(*"abcde")
    assert delivery.drain(NOW, longest=timedelta(0)) == 2
    assert delivery.drain(NOW) == 3


def test_slow_server_rest_of_the_batch_is_put_back_untouched(sink, queue, monkeypatch):
    """FA04: nobody holds mails longer than the lease, so nobody else sends them meanwhile."""
    sink.script["a@customer.example"] = ["slow"]
    first, second, third = queue("a", "b", "c")
    with monkeypatch.context() as hurried:  # for this batch only: a busy machine needs longer than that for the others
        hurried.setattr(delivery, "LONGEST_BATCH", timedelta(seconds=0.1))
        assert delivery.deliver(NOW) == 1
    assert [outcome(message) for message in (first, second, third)] == [
        (Status.SENT, 1),
        (Status.QUEUED, 0),
        (Status.QUEUED, 0),
    ]
    assert delivery.deliver(NOW) == 2
    assert len(set(sink.ids())) == len(sink.ids()) == 3


@pytest.mark.parametrize("fault", ["drop", "silent"])
def test_answer_lost_after_data_is_repeated_with_the_same_message_id(sink, queue, fault):
    """G7: whether the mail arrived is unknowable; its Message-ID shows that it is the same one."""
    sink.script["carla@customer.example"] = [fault]
    (message,) = queue("carla")
    assert delivery.deliver(NOW) == 0
    assert outcome(message) == (Status.QUEUED, 1)
    assert delivery.deliver(NOW + MINUTE) == 1
    assert sink.ids() == [message.message_id] * 2


def test_mail_of_a_worker_that_died_is_sent_by_the_next_one(sink, queue):
    """FA09: not when the lease is over."""
    (message,) = queue("carla")
    (taken,) = delivery._take(NOW, 10, A_LEASE)
    assert delivery.deliver(NOW) == 1
    assert outcome(message) == (Status.SENT, 2)
    assert sink.ids() == [taken.message_id]


def test_mail_of_a_living_worker_is_left_to_it_until_its_lease_is_over(sink, queue):
    (message,) = queue("carla")
    with delivery._alive(A_LEASE):
        delivery._take(NOW, 10, A_LEASE)
        assert delivery.deliver(NOW + delivery.LEASE) == 0
        assert delivery.deliver(NOW + delivery.LEASE + timedelta(seconds=1)) == 1
    assert outcome(message) == (Status.SENT, 2)


def test_worker_whose_lease_was_lost_does_not_write_the_outcome_of_another(sink, queue, caplog):
    (message,) = queue("carla")
    (late,) = delivery._take(NOW, 10, A_LEASE)
    delivery.deliver(NOW)
    told = []
    delivery.delivery_failed.connect(lambda **signal: told.append(signal), weak=False, dispatch_uid="late")
    try:
        delivery._fail(late, NOW, "too late", refused=True)
    finally:
        delivery.delivery_failed.disconnect(dispatch_uid="late")
    assert outcome(message) == (Status.SENT, 2)
    assert told == []
    assert "the lease was lost" in caplog.text


def test_mail_that_cannot_be_written_blocks_nobody_and_is_set_aside_after_five_tries(sink, queue, caplog):
    """B08."""
    (poison,) = queue("poison", kind="X02")
    (good,) = queue("good")
    caplog.set_level(logging.CRITICAL)
    assert delivery.deliver(NOW) == 1
    assert (outcome(good), outcome(poison)) == ((Status.SENT, 1), (Status.QUEUED, 1))
    for _again in range(4):
        delivery.deliver(poison.next_at)
        poison.refresh_from_db()
    assert outcome(poison) == (Status.FAILED, 5)
    assert "cannot be written" in poison.last_error


@pytest.mark.parametrize("address", ["a@b\r\nBcc: x@y.example", "ä@customer.example", "<>"])
def test_address_that_cannot_be_put_on_the_wire_blocks_nobody(sink, queue, address, caplog):
    """B08: no way out of the mail builder stops the queue."""
    caplog.set_level(logging.CRITICAL)
    (bad,) = queue("bad", to_email=address)
    (good,) = queue("good")
    delivery.deliver(NOW)
    bad.refresh_from_db()
    assert outcome(good) == (Status.SENT, 1)
    assert bad.status in (Status.QUEUED, Status.FAILED)
    assert [mail["Bcc"] for mail in sink.received] == [None]


def test_line_break_in_a_name_adds_no_header(sink, queue):
    """B08."""
    queue("carla", to_name="ACME\r\nBcc: x@y.example")
    assert delivery.deliver(NOW) == 1
    (mail,) = sink.received
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "carla@customer.example"


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60), (60, 60)]
)
def test_wait_doubles_up_to_an_hour(sink, queue, attempts, minutes):
    sink.script["carla@customer.example"] = ["451 4.3.0 try again"]
    (message,) = queue("carla", attempts=attempts - 1)
    delivery.deliver(NOW)
    message.refresh_from_db()
    assert message.next_at == NOW + minutes * MINUTE


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(hours=48), Status.QUEUED), (timedelta(hours=48, seconds=1), Status.FAILED)]
)
def test_mail_is_given_up_after_48_hours(sink, queue, age, status, caplog):
    caplog.set_level(logging.CRITICAL)
    sink.script["carla@customer.example"] = ["451 4.3.0 try again"]
    (message,) = queue("carla", created_at=NOW - age)
    delivery.deliver(NOW)
    assert outcome(message)[0] == status


def test_failed_mail_that_an_operator_puts_back_starts_anew(sink, queue):
    (message,) = queue("carla", status=Status.FAILED, attempts=1, created_at=NOW - timedelta(days=9))
    assert delivery.retry(message.pk, NOW)
    assert delivery.deliver(NOW) == 1
    assert outcome(message) == (Status.SENT, 1)
    assert not delivery.retry(message.pk, NOW)


def test_mails_leave_in_the_order_they_came(sink, queue):
    messages = [queue(f"m{age}", next_at=NOW - age * MINUTE)[0] for age in range(6)]
    delivery.deliver(NOW)
    assert sink.ids() == [message.message_id for message in reversed(messages)]


def test_second_message_with_the_same_key_changes_nothing(queue):
    """G7: the event is told once, however often it is posted."""
    for subject in ("first", "second"):
        post.post(
            "X01", audience="customer", dedup_key="k", now=NOW, to_email="a@b.example", context={"about": subject}
        )
    assert [message.context for message in Message.objects.all()] == [{"about": "first"}]


def test_message_without_address_is_a_notice_in_the_portal(sink, db):
    post.post("X01", audience="partner", dedup_key="k", now=NOW)
    assert delivery.deliver(NOW) == 0
    assert Message.objects.get().status == Status.PORTAL


def test_batch_is_never_larger_than_asked_whatever_the_planner_chooses(sink, queue):
    """The lease is for one batch; a plan that runs the inner select once per row must not take more."""
    queue(*"abcdefgh")
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_hashagg = off"
        )
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_material = off")
    assert delivery.deliver(NOW, limit=3) == 3
