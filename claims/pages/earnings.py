"""Earnings: what approved claims pay, in which state the payment is and what the partner has to do (R-250 to R-253)."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims.models import EarningState
from claims.queries import earnings as rows
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import Choice, ListState


@access(Rule.EARNINGS)
@require_safe
def earnings(request: HttpRequest) -> HttpResponse:
    """One page of the earnings of a period, newest first, with the sums of all its pages."""
    by, now = request.actor, database_now()
    period = _period(request.GET.get("period", rows.DEFAULT_PERIOD))
    kept = "" if period == rows.DEFAULT_PERIOD else period
    state = ListState.read(request, sorts=rows.SORTS, default_sort="-earned", filters=_filters(by), period=kept)
    wanted = rows.Wanted(
        period, state.q, *(state.chosen.get(name, ()) for name in ("status", "engagement", "location"))
    )
    page = rows.page(by, wanted, state.order, state.cursor, state.per_page, now)
    totals = rows.totals(by, wanted, now)
    count = sum(total.count for total in totals)
    context = {
        "crumbs": [*rows.above(by), (_("Earnings"), "")],
        "nav": incentives_nav(by, request.path),
        "tabs": _tabs(state, period),
        "state": state,
        "heads": [state.head(label, sort) | {"num": sort == "amount"} for sort, label in _columns()],
        "rows": page.rows,
        "totals": totals,
        "pager": state.pager(page),
        "is_microsoft": by.is_microsoft,
        "reads_claims": by.reads_claims,
        "spoken": ngettext("{count} earning", "{count} earnings", count).format(count=count),
    }
    return answer(request, "claims/earnings.html", context, parts=("rows",))


def _period(value: str) -> str:
    if value not in rows.PERIODS:
        raise BadRequest(_("There is no such period."))
    return value


def _filters(by) -> list[Choice]:
    offered = [
        Choice("status", _("Status"), EarningState.choices),
        Choice("engagement", _("Engagement"), rows.engagements(by)),
        Choice("location", _("Location"), rows.locations(by)),
    ]
    return [choice for choice in offered if choice.options]


def _tabs(state: ListState, current: str) -> list[dict]:
    labels = {
        "3M": _("3 months"),
        "6M": _("6 months"),
        "12M": _("12 months"),
        "36M": _("36 months"),
        "all": _("All"),
    }
    return [
        {
            "label": labels[period],
            "url": state.url(period="" if period == rows.DEFAULT_PERIOD else period),
            "current": period == current,
        }
        for period in rows.PERIODS
    ]


def _columns() -> list[tuple[str, str]]:
    return [
        ("claim", _("Claim ID")),
        ("engagement", _("Engagement")),
        ("location", _("Location")),
        ("amount", _("Amount")),
    ]
