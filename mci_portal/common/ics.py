"""Calendars as RFC 5545 wants them: moments that something is due, in UTC, with one alarm before each.

The same events give the same bytes, so that whoever fetches them can be told that nothing has changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LINE_OCTETS = 75
CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//MCI Engagements//Deadlines//EN"


@dataclass(frozen=True)
class Event:
    """``uid`` stays the same for ever; ``sequence`` grows with every change, which happened at ``changed_at``.

    ``at`` is written without its fraction of a second, so never later than it is.
    """

    uid: str
    sequence: int
    at: datetime
    changed_at: datetime
    summary: str
    description: str = ""
    url: str = ""
    alarm: timedelta = timedelta(days=1)  # before ``at``


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """The whole calendar, UTF-8; programs are asked to come again every hour."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(event: Event) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{text(event.uid)}",
        f"DTSTAMP:{utc(event.changed_at)}",
        f"LAST-MODIFIED:{utc(event.changed_at)}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART:{utc(event.at)}",
        f"SUMMARY:{text(event.summary)}",
        *([f"DESCRIPTION:{text(event.description)}"] if event.description else []),
        *([f"URL:{event.url}"] if event.url else []),
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{text(event.summary)}",
        f"TRIGGER:-PT{int(event.alarm.total_seconds()) // 60}M",
        "END:VALARM",
        "END:VEVENT",
    ]


def utc(moment: datetime) -> str:
    """``20261120T093000Z``."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def text(value: str) -> str:
    """A text value: its special characters escaped, line ends as ``\\n``, no other control character."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in plain if one == "\n" or (one >= " " and one != "\x7f"))
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> bytes:
    """One content line with its CRLF, broken so that no piece has more than 75 octets and no character is cut."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        # Every further piece begins with the blank that marks it, which counts.
        if size + octets > LINE_OCTETS:
            pieces.append(piece)
            piece, size = "", 1
        piece += character
        size += octets
    return ("\r\n ".join([*pieces, piece]) + "\r\n").encode()
