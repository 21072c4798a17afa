"""What the address of a Customers page asks for: tab, search, filters, order, page. Anything else is refused (A04)."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import QueryDict
from django.utils.translation import gettext as _

from claims.queries.customers import Filters
from claims.statuses import OPEN, TERMINAL, Status
from mci_portal.common import paging
from mci_portal.common.numbers import whole

# tab -> the orders it offers, the first one by default
SORTS = {
    "eligible": ("name", "-name", "due", "-due"),
    "ineligible": ("name", "-name"),
    "complete": ("-completed", "completed", "customer", "-customer", "number", "-number"),
}
STATUSES = {"eligible": OPEN - {Status.DRAFT}, "ineligible": frozenset(), "complete": TERMINAL}
KINDS = {"eligible": ("active", "not-started"), "ineligible": (), "complete": ()}


@dataclass(frozen=True)
class Asked:
    tab: str
    filters: Filters
    sort: str
    cursor: str
    size: int
    partner: str = ""  # whom one of Microsoft's people looks at

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every parameter that is not the default, but for the page."""
        found = [("partner", self.partner)] if self.partner else []
        found += [("tab", self.tab)] if self.tab != "eligible" else []
        found += [("q", self.filters.text)] if self.filters.text else []
        found += [("location", str(pk)) for pk in sorted(self.filters.locations)]
        found += [("status", code) for code in sorted(self.filters.statuses)]
        found += [("type", self.filters.kind)] if self.filters.kind else []
        found += [("sort", self.sort)] if self.sort != SORTS[self.tab][0] else []
        found += [("per_page", str(self.size))] if self.size != paging.DEFAULT_PER_PAGE else []
        return found

    def without(self, *names: str) -> list[tuple[str, str]]:
        """The parameters a form has to keep beside its own."""
        return [(name, value) for name, value in self.pairs if name not in names]

    def url(self, path: str, *changes: tuple[str, str], drop: tuple[str, ...] = ()) -> str:
        """This list with other values; the page starts anew."""
        pairs = self.without(*drop, *(name for name, _value in changes)) + [pair for pair in changes if pair[1]]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def other_tab(self, path: str, tab: str) -> str:
        """The same page with another of its tabs, from the beginning."""
        return Asked(tab, Filters(), SORTS[tab][0], "", paging.DEFAULT_PER_PAGE, self.partner).url(path)

    def url_without(self, path: str, pair: tuple[str, str]) -> str:
        """This list without one filter, for its chip."""
        pairs = [one for one in self.pairs if one != pair]
        return f"{path}?{urlencode(pairs)}" if pairs else path


def read(sent: QueryDict, partner: str = "") -> Asked:
    """The list that was asked for, of ``partner``; raises BadRequest for a tab, order or filter that is not offered."""
    tab = _one_of(sent.get("tab") or "eligible", SORTS)
    return Asked(
        tab=tab,
        filters=Filters(
            text=sent.get("q", "").strip()[:100],
            locations=frozenset(_number(value) for value in sent.getlist("location"))
            if tab == "eligible"
            else frozenset(),
            statuses=frozenset(_one_of(value, STATUSES[tab]) for value in sent.getlist("status")),
            kind=_one_of(kind, KINDS[tab]) if (kind := sent.get("type", "")) else "",
        ),
        sort=_one_of(sent.get("sort") or SORTS[tab][0], SORTS[tab]),
        cursor=sent.get("at", ""),
        size=paging.per_page(sent.get("per_page")),
        partner=partner,
    )


def _one_of(value: str, offered) -> str:
    if value not in offered:
        raise BadRequest(_("“%(value)s” is not offered here.") % {"value": value[:50]})
    return value


def _number(value: str) -> int:
    if (number := whole(value)) is None:
        raise BadRequest(_("“%(value)s” is not offered here.") % {"value": value[:50]})
    return number
