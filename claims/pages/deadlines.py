"""The deadline board: what must be done by when, by whom, and what is lost otherwise (R-035, R-245)."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from claims import list_filters
from claims.queries import claims_list
from claims.queries import deadlines_board as rows
from claims.queries.risk import Risk
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.lists import Choice, ListState

Group = rows.Group
RISK_LOOKS = {
    Risk.CRITICAL: ("danger", "StatusErrorFull"),
    Risk.HIGH: ("warning", "Warning"),
    Risk.MEDIUM: ("info", "Clock"),
    Risk.LOW: ("success", "Completed"),
}


@access(Rule.PARTNER)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every running clock the reader may see; ``?sort=risk`` begins with what should have been begun first."""
    by, now = request.actor, database_now()
    state = ListState.read(request, sorts=rows.SORTS, default_sort="due", filters=_filters(by))
    chosen = (state.chosen.get(name, ()) for name in ("owner", "location", "engagement", "clock"))
    page = rows.page(by, rows.Wanted(state.q, *chosen), state.order, state.cursor, state.per_page, now)
    by_risk = state.sort.removeprefix("-") == "risk"
    context = {
        "crumbs": [(_("Home"), "/"), (_("Incentives"), reverse("engagements:list")), (_("Deadlines"), "")],
        "nav": incentives_nav(request.actor, request.path),
        "tabs": [
            {"label": label, "url": state.url(sort=sort), "current": (sort == "risk") == by_risk}
            for sort, label in (("due", _("By date")), ("risk", _("By risk")))
        ],
        "state": state,
        "groups": _groups(page.rows, by_risk, now),
        "pager": state.pager(page),
        "expired": rows.expired(by, now),
        "spoken": ngettext("{count} deadline", "{count} deadlines", len(page.rows)).format(count=len(page.rows)),
    }
    return answer(request, "claims/deadlines.html", context, parts=("rows",))


def _filters(by: Actor) -> list[Choice]:
    held = claims_list.offer(by)
    offered = [
        Choice("owner", _("Owner"), list_filters.owners()),
        Choice("clock", _("Deadline"), [(clock.code, label) for clock, label in rows.clock_labels().items()]),
        Choice("engagement", _("Engagement"), held.options("")),
        Choice("location", _("Location"), held.locations),
    ]
    return [choice for choice in offered if choice.options]


def _groups(found: list[dict], by_risk: bool, now) -> list[dict]:
    """The rows under the headings they belong to. A page may begin or end in the middle of a group."""
    levels, groups = _risk_labels(), _group_labels()
    for row in found:
        row["risk_tone"], row["risk_icon"] = RISK_LOOKS[row["risk"]]
        row["risk_label"] = levels[row["risk"]]
    if by_risk:
        return [
            {"title": levels[level], "rows": list(rows_)} for level, rows_ in groupby(found, lambda row: row["risk"])
        ]
    return [
        {"title": groups[group], "rows": list(rows_)}
        for group, rows_ in groupby(found, lambda row: rows.group_of(row["due_at"], now))
    ]


def _risk_labels() -> dict[Risk, str]:
    return {
        Risk.CRITICAL: _("Critical risk"),
        Risk.HIGH: _("High risk"),
        Risk.MEDIUM: _("Medium risk"),
        Risk.LOW: _("Low risk"),
    }


def _group_labels() -> dict[Group, str]:
    return {
        Group.OVERDUE: _("Overdue"),
        Group.TODAY: _("Today"),
        Group.THIS_WEEK: _("This week"),
        Group.NEXT_WEEK: _("Next week"),
        Group.THIS_MONTH: _("This month"),
        Group.LATER: _("Later"),
    }
