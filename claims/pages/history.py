"""Claim history: who did what when, from every side, with filters and as a file (R-154)."""

from datetime import date
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.actions import Action
from claims.pages import panel
from claims.queries import history as rows
from claims.queries import scope
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.audit import What, leaves_trail
from mci_portal.common import csv_stream, xlsx_stream
from mci_portal.common.clock import database_now
from mci_portal.common.table_copy import Tally

FORMATS = {"csv": csv_stream, "xlsx": xlsx_stream}
LONGEST_NAME, SECONDS = 150, 30


@access(Rule.INCENTIVES)
@require_safe
def history(request: HttpRequest, number: int) -> HttpResponse:
    """The newest line first; ``?by=``, ``action=``, ``person=``, ``from=`` and ``to=`` narrow it."""
    claim = scope.get(request.actor, number)
    wanted = _asked(request)
    found = rows.of_claim(claim, request.actor, wanted, database_now())
    context = {
        "claim": claim,
        "lines": [rows.line(event) for event in found.lines],
        "times": found.times,
        "wanted": wanted,
        "sides": _options([("", _("All")), *rows.side_labels().items()], wanted.side),
        "actions": _options([("", _("All")), *found.actions], wanted.action),
        "people": _options([("", _("All")), *((name, name) for name in found.people)], wanted.person),
        "query": _query(wanted),
        "url": reverse("claims:history", args=[number]),
    }
    return panel(request, "claims/history.html", context)


@leaves_trail(What.EXPORTED)
@access(Rule.INCENTIVES)
@require_safe
def as_csv(request: HttpRequest, number: int) -> HttpResponse:
    return _file(request, number, "csv")


@leaves_trail(What.EXPORTED)
@access(Rule.INCENTIVES)
@require_safe
def as_xlsx(request: HttpRequest, number: int) -> HttpResponse:
    return _file(request, number, "xlsx")


def _file(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """The lines that the page shows under the same address; a claim has too few of them to need a stream."""
    claim, wanted = scope.get(request.actor, number), _asked(request)
    made, lines = FORMATS[kind], rows.selected(claim, request.actor, wanted)
    content = b""
    if request.method != "HEAD":
        content = b"".join(made.stream(lines, rows.columns(), tally=Tally(), seconds=SECONDS))
    response = HttpResponse(content, content_type=made.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="claim-{claim.number}-history.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "no-store"
    return response


def _asked(request: HttpRequest) -> rows.Wanted:
    """Raises BadRequest for a side, an action or a day that there is not (A04)."""
    given = request.GET
    side, action = given.get("by", ""), given.get("action", "")
    if (side and side not in rows.SIDES) or (action and action not in Action.values):
        raise BadRequest(_("One of the filters has a value that it does not offer."))
    return rows.Wanted(
        side, action, given.get("person", "")[:LONGEST_NAME], _day(given.get("from", "")), _day(given.get("to", ""))
    )


def _day(value: str) -> date | None:
    if not value:
        return None
    try:
        found = parse_date(value)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise BadRequest(_("This is not a day: use the form 2026-12-31."))
    return found


def _options(pairs: list[tuple[str, str]], chosen: str) -> list[dict]:
    return [{"value": value, "label": label, "chosen": value == chosen} for value, label in pairs]


def _query(wanted: rows.Wanted) -> str:
    """The filters as they stand in the address of the file."""
    pairs = {
        "by": wanted.side,
        "action": wanted.action,
        "person": wanted.person,
        "from": wanted.first,
        "to": wanted.last,
    }
    given = {name: str(value) for name, value in pairs.items() if value}
    return f"?{urlencode(given)}" if given else ""
