"""The books of the mail server and of the clients beside the portal's own (reliability 3: I13, I15)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from claims import books, review
from claims.books import KEPT, Entry
from claims.invariants import violations
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.outbox.models import Message
from mci_portal.outbox.post import post
from tests.factories import claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.server]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def mails() -> list[str]:
    """The Message-IDs of three mails that were sent, one of them a day before the others."""
    for number, days in enumerate((1, 0, 0)):
        post("E03", audience="partner", dedup_key=str(number), now=NOW, to_email="ana@contoso.example")
        at = NOW - timedelta(days=days)
        Message.objects.filter(dedup_key=str(number)).update(status="sent", sent_at=at, attempts=1, text="words")
    return list(Message.objects.filter(kind="E03", topic="").order_by("pk").values_list("message_id", flat=True))


def told(troubles) -> list[str]:
    return [row for _code, _sentence, row in troubles]


def test_received_as_sent_is_in_order(mails):
    assert told(books.received(mails)) == []
    assert told(books.received(mails[1:], since=NOW)) == []


def test_received_less_or_more_than_sent_is_said(mails):
    assert told(books.received(mails[1:])) == [f"{mails[0]} is sent and was never taken"]
    assert told(books.received([*mails, "<x@y>"])) == ["<x@y> was taken and is none of ours"]
    Message.objects.filter(message_id=mails[2]).update(status="void", sent_at=None)
    assert told(books.received(mails)) == [f"{mails[2]} was taken and is void"]


@pytest.mark.parametrize(("attempts", "said"), [(0, ["{} was taken and is queued"]), (1, [])])
def test_received_whose_outcome_nobody_noted_is_in_order_once_it_was_tried(mails, attempts, said):
    Message.objects.filter(message_id=mails[2]).update(status="queued", sent_at=None, attempts=attempts)
    assert told(books.received(mails)) == [line.format(mails[2]) for line in said]


def test_received_twice_is_in_order_once_per_kill_and_thrice_never(mails):
    twice = [*mails, mails[0]]
    assert told(books.received(twice)) == [f"1 mails were taken more than once, 0 may: {mails[0]}"]
    assert told(books.received(twice, may_double=1)) == []
    assert told(books.received([*twice, mails[0]], may_double=1)) == [f"{mails[0]} was taken 3 times"]


def test_mail_kept_in_the_portal_is_compared_with_its_mailbox_by_the_plain_run(mails, settings):
    Message.objects.filter(message_id=mails[1]).update(text="")
    assert list(violations(NOW)) == []
    settings.EMAIL_BACKEND = KEPT
    assert told(violations(NOW)) == [f"{mails[1]} is sent and is not in the mailbox"]


@pytest.fixture
def claim():
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    review.comment(claim, actor_for(claim.owner), "once", NOW)
    return claim


def test_ledger_of_what_was_done_is_in_order(claim):
    done = [Entry(claim.number, "comment", "once"), Entry(claim.number, "send_consent"), Entry(claim.number, "accept")]
    assert told(books.ledger(done)) == []
    assert told(books.ledger([entry._replace(answered=False) for entry in done])) == []


def test_ledger_with_what_was_never_done_or_done_twice_is_said(claim):
    lost, once = Entry(claim.number, "submit"), Entry(claim.number, "comment", "once")
    assert told(books.ledger([lost])) == [f"{claim.number} submit: was taken 1 times and is there 0 times"]
    assert told(books.ledger([lost._replace(answered=False)])) == []
    review.comment(claim, actor_for(claim.owner), "once", NOW)
    said = [f"{claim.number} comment once: was taken 1 times and is there 2 times"]
    assert told(books.ledger([once])) == said
    assert told(books.ledger([once, once._replace(answered=False)])) == []


def test_ledger_asks_for_nothing_that_is_older_than_itself(claim):
    accepted = Entry(claim.number, "accept")
    assert told(books.ledger([accepted], since=NOW + timedelta(days=1))) == [
        f"{claim.number} accept: was taken 1 times and is there 0 times"
    ]


def test_command_compares_the_books_it_is_given(claim, mails, tmp_path, capsys):
    received, ledger = tmp_path / "received", tmp_path / "ledger"
    Message.objects.filter(status="queued").update(status="void")
    received.write_text("\n".join(mails) + "\n")
    ledger.write_text(f"{claim.number} comment once\n?{claim.number} submit\n\n")
    claim.documents.all().delete()
    command = ["check_invariants", "--received", str(received), "--ledger", str(ledger)]
    with pytest.raises(SystemExit):  # a claim of July is overdue by today's clock
        call_command(*command)
    out = capsys.readouterr().out
    assert "I13" not in out
    assert "I15" not in out
    ledger.write_text(f"{claim.number} submit\n")
    with pytest.raises(SystemExit):
        call_command(*command, "--since", "2026-07-01T09:00")
    out = capsys.readouterr().out
    assert f"I15  what somebody was told is done is done, and done once: {claim.number} submit: was taken 1" in out
    assert "I13" not in out


@pytest.mark.parametrize("line", ["1000001", "1000001 fly", "claim submit"])
def test_command_refuses_a_ledger_it_does_not_understand(line, tmp_path):
    ledger = tmp_path / "ledger"
    ledger.write_text(f"1000001 submit\n{line}\n")
    with pytest.raises(CommandError, match="line 2 is not a claim number and an action"):
        call_command("check_invariants", "--ledger", str(ledger))


def test_command_refuses_a_since_that_is_no_moment(tmp_path):
    with pytest.raises(CommandError, match="is not a moment"):
        call_command("check_invariants", "--since", "yesterday")
