"""Earnings: what approved claims pay, in which state the payment is and what the partner has to do (R-250 to R-253)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from claims import earnings_address
from claims.earnings_address import Asked
from claims.queries import earnings as rows
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now


@access(Rule.EARNINGS)
@require_safe
def earnings(request: HttpRequest) -> HttpResponse:
    """One page of the earnings of a range, newest first, with the sums of all its pages.

    422 where the two dates of a range of one's own are wrong: they stay as typed, and nothing is listed.
    """
    by, now = request.actor, database_now()
    asked = earnings_address.read(request, by, now)
    state = asked.state
    context = {
        "crumbs": [*rows.above(by), (_("Earnings"), "")],
        "nav": incentives_nav(by, request.path),
        "asked": asked,
        "tabs": _tabs(asked),
        "dates_keep": state.keep("from", "to"),
        "state": state,
        "heads": [state.head(label, sort) | {"num": sort == "amount"} for sort, label in _columns()],
        "rows": [],
        "is_microsoft": by.is_microsoft,
        "reads_claims": by.reads_claims,
        "spoken": _("Nothing is listed until the dates are right."),
    }
    if asked.wanted is None:
        return answer(request, "claims/earnings.html", context, parts=("rows",), status=422)
    page = rows.page(by, asked.wanted, state.order, state.cursor, state.per_page, now)
    totals = rows.totals(by, asked.wanted, now)
    count = sum(total.count for total in totals if not total.of_adjustments)
    context |= {
        "rows": page.rows,
        "totals": totals,
        "pager": state.pager(page),
        "spoken": ngettext("{count} earning", "{count} earnings", count).format(count=count),
    }
    return answer(request, "claims/earnings.html", context, parts=("rows",))


def _tabs(asked: Asked) -> list[dict]:
    labels = {
        "3M": _("3 months"),
        "6M": _("6 months"),
        "12M": _("12 months"),
        "36M": _("36 months"),
        rows.CUSTOM: pgettext("range of dates", "Custom"),
        "all": _("All"),
    }
    return [
        {"label": label, "url": asked.period_url(period), "current": period == asked.period}
        for period, label in labels.items()
    ]


def _columns() -> list[tuple[str, str]]:
    return [
        ("claim", _("Claim ID")),
        ("engagement", _("Engagement")),
        ("location", _("Location")),
        ("amount", _("Amount")),
    ]
