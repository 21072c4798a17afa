"""How a reason reads and whether reviewers may choose it, from a day on (R-194, R-277)."""

from collections.abc import Collection
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from engagements.console.recording import recorded
from engagements.models import ReasonWords
from mci_portal.accounts.actors import Actor
from mci_portal.common.errors import Conflict

LONGEST_CODE = 30


def plan(
    by: Actor,
    listed: str,
    code: str,
    now: datetime,
    *,
    shipped: Collection[str],
    valid_from: date,
    text: str,
    advice: str = "",
    offered: bool = True,
) -> ReasonWords:
    """From ``valid_from`` on ``code`` reads ``text``, and is offered or not. ``shipped`` are the codes of the list that
    the portal brings along; for those an empty text stands for the portal's own words.

    Raises ValidationError for a day before tomorrow, because what is decided today is told in today's words, for a day
    that has a wording, for an own reason without words, and when nothing would be left to choose on any day;
    PermissionDenied for who is no operator.
    """
    problems = {}
    if valid_from <= now.date():
        problems["valid_from"] = _("Choose a day after today: decisions of today keep their words.")
    if not text and code not in shipped:
        problems["text"] = _("A reason of your own needs words.")
    if problems:
        raise ValidationError(problems)
    with recorded(by, now):
        rows = ReasonWords.objects.filter(list=listed)
        if rows.filter(code=code, valid_from=valid_from).exists():
            sentence = _("There is a wording from %(day)s already.") % {"day": date_format(valid_from)}
            raise ValidationError({"valid_from": sentence})
        row: ReasonWords = rows.create(
            list=listed, code=code, valid_from=valid_from, text=text, advice=advice, offered=offered
        )
        if not _always_one(listed, shipped, now.date()):
            raise ValidationError({"offered": _("Reviewers would have nothing left to choose.")})
    return row


def add(by: Actor, listed: str, now: datetime, *, shipped: Collection[str], valid_from: date, text: str) -> ReasonWords:
    """A reason of the operator's own. Its code comes from its first words. Raises what ``plan`` raises, and
    ValidationError for words that make no code or one that is taken."""
    code = slugify(text).replace("-", "_")[:LONGEST_CODE].strip("_")
    if not code:
        raise ValidationError({"text": _("Use letters or digits.")})
    if code in shipped or ReasonWords.objects.filter(list=listed, code=code).exists():
        raise ValidationError({"text": _("There is such a reason already.")})
    return plan(by, listed, code, now, shipped=shipped, valid_from=valid_from, text=text)


def take_back(by: Actor, listed: str, code: str, valid_from: date, now: datetime, *, shipped: Collection[str]) -> None:
    """Drop the wording of that day before it begins. Raises Conflict where there is none, it has begun, or reviewers
    would have nothing left to choose."""
    with recorded(by, now):
        waiting = ReasonWords.objects.filter(list=listed, code=code, valid_from=valid_from)
        if not waiting.filter(valid_from__gt=now.date()).delete()[0]:
            raise Conflict(_("This wording has begun, or was taken back already."))
        if not _always_one(listed, shipped, now.date()):
            raise Conflict(_("Reviewers would have nothing left to choose."))


def _always_one(listed: str, shipped: Collection[str], today: date) -> bool:
    """Whether reviewers have something to choose today and on each day on which that changes."""
    if listed == ReasonWords.List.REFUSAL:
        return True
    rows = list(ReasonWords.objects.filter(list=listed).order_by("valid_from"))
    days = {today, *(row.valid_from for row in rows if row.valid_from > today)}
    return all(
        any((dict.fromkeys(shipped, True) | {row.code: row.offered for row in rows if row.valid_from <= day}).values())
        for day in days
    )
