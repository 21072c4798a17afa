"""Draws rows, heads and column boxes of Customer claims as pieces of HTML: fifty rows through the template engine cost
three times as much. Whatever a person typed goes through ``escape``; everything else here is text of our own.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape  # Django's takes lazy texts as well, which costs three times as much

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from claims import deadlines
from claims.actions import Action
from claims.list_columns import COLUMNS, FIXED
from claims.presentation import next_action
from claims.statuses import Status
from claims.transitions import CLOCK_ROWS
from engagements.models import PartnerRole
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.addresses import path_to
from mci_portal.common.lists import ListState
from mci_portal.common.templatetags.ui import icon, money
from mci_portal.common.templatetags.ui import status as badge

ASKING = (Action.SEND_CONSENT, Action.RESEND_CONSENT)
NARROW = frozenset({"due", "submitted", "updated", "amount"})  # never broken into two lines


def draw(rows: Sequence[dict], shown: Sequence[str], by: Actor, now: datetime) -> SafeString:
    """The ``<tr>`` of each row with a box to tick it and the columns ``shown``."""
    pen = _Pen(by, now)
    cells = [(_start(code, pen.language), getattr(pen, code)) for code in shown if code != FIXED]
    return SafeString("".join(pen.row(row, cells) for row in rows))


def heads(state: ListState, shown: Sequence[str]) -> SafeString:
    """The ``<th>`` of each column as ``components/sort_head.html`` draws them."""
    drawn, language = [], get_language() or ""
    for code in shown:
        head = state.head(_label(code, language), code)
        url, direction = escape(head["url"]), head["direction"]
        number = ' class="num"' if code == "amount" else ""
        sorted_by = f' aria-sort="{direction}"' if direction else ""
        drawn.append(
            f'<th scope="col" role="columnheader"{number}{sorted_by}><a class="sort" href="{url}" hx-get="{url}"'
            f' hx-target="#rows" hx-swap="outerHTML" hx-push-url="true">{head["label"]}'
            f"{icon('Down' if direction == 'descending' else 'Up')}</a></th>"
        )
    return SafeString("".join(drawn))


def boxes(shown: Sequence[str]) -> SafeString:
    """The boxes of the column chooser; the one that always shows cannot be unticked."""
    return _boxes(tuple(shown), get_language() or "")


class _Pen:
    """One method per column, each from the row to the inside of the cell."""

    def __init__(self, by: Actor, now: datetime) -> None:
        self.now, self.mine = now, by.kind is Kind.PARTNER
        self.base, self.language = path_to("claims:list"), get_language() or ""
        self.zone = timezone.get_current_timezone()
        self.tick = escape(_("Select claim"))

    def row(self, row: dict, cells: Sequence[tuple[str, Callable]]) -> str:
        number = row["number"]
        row["effective"] = _effective(row, self.now)
        inside = "".join(f"{start}{draw(row)}</td>" for start, draw in cells)
        return (
            f'<tr role="row"><td role="cell" class="tick"><input type="checkbox" name="ids" form="ticked"'
            f' value="{number}" aria-label="{self.tick} {number}"></td><td role="cell" class="keep id">'
            f'<a id="c{number}" href="{self.base}{number}/">{number}</a></td>{inside}</tr>\n'
        )

    def name(self, row: dict) -> str:
        return escape(row["name_label"])

    def customer(self, row: dict) -> str:
        return escape(row["customer_label"])

    def engagement(self, row: dict) -> str:
        return _escaped(row["engagement_label"])

    def location(self, row: dict) -> str:
        return _escaped(row["location_label"])

    def owner(self, row: dict) -> str:
        return _escaped(row["owner_label"] or "-")

    def role(self, row: dict) -> str:
        return _role(row["role_label"], self.language)

    def status(self, row: dict) -> str:
        return _badge(row["effective"], self.language)

    def action(self, row: dict) -> str:
        label, asks = _action(row["effective"] if self.mine else "", self.language)
        number = row["number"]
        page = f"{number}/consent/" if asks else f"{number}/"
        return f'<a class="cmd link" href="{self.base}{page}" aria-describedby="c{number}">{label}</a>'

    def due(self, row: dict) -> str:
        at = row["due_at"]
        if at is None or at <= self.now:
            return "-"
        more = _left((at - self.now).days, _due_for(row["effective"], self.language), self.language)
        return f'<span>{self._day(at)}<span class="sub">{more}</span></span>'

    def submitted(self, row: dict) -> str:
        return self._time(row["submitted_at"]) if row["submitted_at"] else "-"

    def updated(self, row: dict) -> str:
        return self._time(row["updated_at"])

    def amount(self, row: dict) -> str:
        return escape(money(row["amount"], row["currency"]))

    def _time(self, at: datetime) -> str:
        return _day_of(at.astimezone(self.zone).date(), self.language)

    def _day(self, at: datetime) -> str:
        return _written(at.astimezone(self.zone).date(), self.language)


def _effective(row: dict, now: datetime) -> str:
    """As ``with_effective_status`` (R-271)."""
    if deadlines.is_past(row["due_at"], now):
        for rule in CLOCK_ROWS:
            if (
                row["status"] in rule.sources
                and rule.round in (None, row["round"])
                and rule.kind in (None, row["kind"])
            ):
                return rule.target.value
    return row["status"]


# Kept per language, because the same few come again in every row of every page.


@lru_cache(maxsize=256)
def _label(code: str, language: str) -> str:
    return escape(str(COLUMNS[code].label))


@lru_cache(maxsize=256)
def _start(code: str, language: str) -> str:
    narrow = ' class="num keep"' if code == "amount" else ' class="keep"' if code in NARROW else ""
    return f'<td role="cell" data-l="{_label(code, language)}"{narrow}>'


@lru_cache(maxsize=256)
def _boxes(shown: tuple[str, ...], language: str) -> SafeString:
    return SafeString(
        "".join(
            f'<label class="choice"><input type="checkbox" name="columns" value="{code}"'
            f"{' checked' if code in shown else ''}{' disabled' if code == FIXED else ''}>"
            f"{_label(code, language)}</label>"
            for code in COLUMNS
        )
    )


@lru_cache(maxsize=512)
def _badge(status: str, language: str) -> str:
    return badge(status, str(Status(status).label))


@lru_cache(maxsize=512)
def _action(status: str, language: str) -> tuple[str, bool]:
    """What comes next, "" standing for somebody who only looks; and whether it is done on the consent page."""
    action = next_action(status) if status else None
    return escape(str(action.label if action else _("View claim"))), action in ASKING


@lru_cache(maxsize=64)
def _role(code: str, language: str) -> str:
    return escape(str(PartnerRole(code).label))


@lru_cache(maxsize=4096)
def _left(days: int, purpose: str, language: str) -> str:
    """How long it still is, and what for where it is not the submission."""
    words = ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}
    if days == 0:
        words = _("Less than 1 day left")
    return escape(f"{words}, {purpose}" if purpose else words)


@lru_cache(maxsize=512)
def _due_for(status: str, language: str) -> str:
    """What else than a submission the date is for."""
    return {
        Status.CUSTOMER_CLAIMED.value: _("for customer consent"),
        Status.AWAITING_CONSENT.value: _("for customer consent"),
        Status.REJECTED.value: _("to dispute"),
    }.get(status, "")


@lru_cache(maxsize=4096)
def _written(on: date, language: str) -> str:
    return escape(date_format(on, pgettext("short date format", "M j, Y")))


@lru_cache(maxsize=4096)
def _day_of(on: date, language: str) -> str:
    """The moment itself stands on the claim's page; here it would be a sixth of what a row weighs."""
    return f'<time datetime="{on.isoformat()}">{_written(on, language)}</time>'


@lru_cache(maxsize=4096)
def _escaped(text: str) -> str:
    return escape(text)
