"""What others wrote down, compared with the portal's own books: I13, I15. ``check_invariants`` and the faults use it.

The mail server writes down which mails it took, whoever works with the portal what he was answered. Both books may
begin later than the portal's: ``since`` says when, and what was sent or done before it is not asked for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from claims.actions import Action
from claims.models import ClaimEvent, Comment
from claims.personal import NO_ADDRESS
from mci_portal.outbox.models import Message, Status

RECEIVED = "I13", "the mail server took exactly the mails that were sent, and each of them once"
LEDGER = "I15", "what somebody was told is done is done, and done once"
KEPT = "mci_portal.outbox.backends.KeptInPortalBackend"
AT_ONCE = 5_000

Trouble = tuple[str, str, str]  # as ``invariants.violations`` says it


class Entry(NamedTuple):
    """One request of a client that changes something: an action of the life cycle, and the words of a comment.

    ``answered`` False: no answer came, or the answer was that it might not have been done. It may be there, then.
    """

    number: int
    action: str
    words: str = ""
    answered: bool = True

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.words}".rstrip()


# --- the mail server's book (I13) ------------------------------------------------------------------------------------


def received(ids: Iterable[str], since: datetime | None = None, may_double: int = 0) -> Iterator[Trouble]:
    """``ids``: the Message-ID of each mail that the server took, in any order and as often as it took it.

    ``may_double``: how often a sender was killed, or a conversation cut off, between the server's yes and our note
    of it. Each of them may repeat one mail once, and no mail comes a third time (G7).
    """
    for trouble in _received(Counter(ids), since, may_double):
        yield *RECEIVED, trouble


def _received(taken: Counter[str], since: datetime | None, may_double: int) -> Iterator[str]:
    known = dict(_rows_of(taken))
    for message_id in taken:
        if message_id not in known:
            yield f"{message_id} was taken and is none of ours"
        elif not _may_have_left(*known[message_id]):
            yield f"{message_id} was taken and is {known[message_id][0]}"
    sent = Message.objects.filter(status=Status.SENT)
    sent = sent.filter(sent_at__gte=since) if since else sent
    for message_id in sent.order_by("pk").values_list("message_id", flat=True).iterator():
        if message_id not in taken:
            yield f"{message_id} is sent and was never taken"
    repeated = {message_id: count for message_id, count in taken.items() if count > 1}
    yield from (f"{message_id} was taken {count} times" for message_id, count in repeated.items() if count > 2)
    if len(repeated) > may_double:
        yield f"{len(repeated)} mails were taken more than once, {may_double} may: {' '.join(sorted(repeated)[:10])}"


def _rows_of(ids: Iterable[str]) -> Iterator[tuple[str, tuple[str, int]]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        rows = Message.objects.filter(message_id__in=wanted[start : start + AT_ONCE])
        for message_id, status, attempts in rows.values_list("message_id", "status", "attempts"):
            yield message_id, (status, attempts)


def _may_have_left(status: str, attempts: int) -> bool:
    """Sent; or tried by somebody who never learned the outcome, and so will try again, or gave up in the end."""
    return status == Status.SENT or (status in (Status.SENDING, Status.QUEUED, Status.FAILED) and attempts > 0)


def kept_in_portal() -> Iterator[Trouble]:
    """Where mail goes to the portal's own mailbox, as in the demo: each mail that was sent can be read there."""
    if settings.EMAIL_BACKEND != KEPT:
        return
    unread = Message.objects.filter(status=Status.SENT, text="").exclude(to_email=NO_ADDRESS)
    for message_id in unread.order_by("pk").values_list("message_id", flat=True):
        yield *RECEIVED, f"{message_id} is sent and is not in the mailbox"


# --- the clients' book (I15) -----------------------------------------------------------------------------------------


def ledger(entries: Iterable[Entry], since: datetime | None = None) -> Iterator[Trouble]:
    """Each ``Entry`` as often as it was asked for; the claims that it names were changed by nobody else since."""
    asked: Counter[Entry] = Counter(entries)
    found = _done({entry.number for entry in asked}, {entry.words for entry in asked if entry.words}, since)
    for entry in sorted({entry._replace(answered=True) for entry in asked}):
        least, there = asked[entry], found[entry]
        most = least + asked[entry._replace(answered=False)]
        if not least <= there <= most:
            yield *LEDGER, f"{entry}: was taken {least} times and is there {there} times"


def _done(numbers: set[int], words: set[str], since: datetime | None) -> Counter[Entry]:
    events = ClaimEvent.objects.filter(claim__number__in=numbers)
    events = events.filter(at__gte=since) if since else events
    done = Counter(Entry(number, action) for number, action in events.values_list("claim__number", "action"))
    comments = Comment.objects.filter(claim__number__in=numbers, text__in=words)
    for number, internal, text in comments.values_list("claim__number", "internal", "text"):
        done[Entry(number, Action.WRITE_NOTE if internal else Action.COMMENT, text)] += 1
    return done


# --- reading them from files -----------------------------------------------------------------------------------------


def read_received(lines: Iterable[str]) -> list[str]:
    """One Message-ID per line."""
    return [line.strip() for line in lines if line.strip()]


def read_ledger(lines: Iterable[str]) -> list[Entry]:
    """``1000001 submit`` or ``1000001 comment its words``; a ``?`` before it: there was no answer.

    Raises ValueError with the number of the line that says something else.
    """
    return [_entry(line.strip(), place) for place, line in enumerate(lines, start=1) if line.strip()]


def _entry(line: str, place: int) -> Entry:
    number, action, words = (*line.removeprefix("?").split(maxsplit=2), "", "", "")[:3]
    if not (number.isascii() and number.isdigit()) or action not in Action.values:
        raise ValueError(f"line {place} is not a claim number and an action: {line}")
    return Entry(int(number), action, words, answered=not line.startswith("?"))
