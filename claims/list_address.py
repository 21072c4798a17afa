"""Reads the address of Customer claims. The list, its export and its saved views read it here and nowhere else, so that
a file or a view holds what the list shows (R-145, R-146).
"""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from claims import list_columns, list_filters
from claims.queries import slice_words, slices
from claims.queries.claims_list import Offer, View, Wanted, offer
from claims.statuses import Status
from engagements.models import Area
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.addresses import path_to
from mci_portal.common.lists import Choice, ListState
from mci_portal.common.numbers import whole

DEFAULT_SORT = "-updated"
NO_VIEW = "all"  # ?view=all: the plain list, for somebody with a view that opens by itself
MOST_NUMBERS = 500
NOWHERE = (0,)  # the engagements of a role that no claim has


@dataclass(frozen=True)
class Asked:
    """``columns`` are the codes to show. ``view`` is the saved one that the address began with, if it is his."""

    state: ListState
    wanted: Wanted
    offer: Offer
    area: str
    columns: tuple[str, ...]
    view: View | None
    slice: dict[str, str]  # its parameters, as ``claims.queries.slices`` reads them

    @property
    def query(self) -> str:
        """What a view of this list would keep: everything but the page and the columns."""
        return urlencode(self.state.pairs(view="", columns="", ids=""))

    @property
    def chips(self) -> list[dict]:
        """The applied filters, ticked claims and the slice first; each with the address that drops it alone."""
        found, ticked = [], len(self.wanted.numbers)
        if ticked:
            label = ngettext("%(count)s ticked claim", "%(count)s ticked claims", ticked) % {"count": ticked}
            found.append({"label": label, "url": self.state.url(ids="")})
        if label := slice_words.label(self.slice):
            found.append({"label": label, "url": self.state.url(**dict.fromkeys(self.slice, ""))})
        return found + self.state.chips

    @property
    def clear_url(self) -> str:
        """The list without any filter, search, slice and choice of claims."""
        filters = {choice.name: "" for choice in self.state.filters}
        return self.state.url(q="", ids="", **dict.fromkeys(self.slice, ""), **filters)

    @property
    def is_narrowed(self) -> bool:
        """True when an empty list may come from what was asked for rather than from there being nothing."""
        return bool(self.slice or self.wanted.numbers) or self.state.is_narrowed

    @property
    def filter(self) -> str:
        """What narrows the list, and its order: what a file holds."""
        return urlencode(self.state.pairs(view="", columns="", per_page=""))


def read(request: HttpRequest, by: Actor) -> Asked:
    """Raises BadRequest for what the page does not offer. A saved view may name what was there once: that is left out,
    and ``state.dropped`` is true."""
    choices, forgiving = offer(by), "view" in request.GET
    area, picked = request.GET.get("area", ""), numbers(request.GET.getlist("ids"))
    cut, lost = _slice(request.GET, by, forgiving)
    unknown_area = bool(area) and area not in Area.values
    if unknown_area and not forgiving:
        raise BadRequest(_("There is no such solution area."))
    area = "" if unknown_area else area
    chosen = list_columns.chosen(request.GET.getlist("columns"))
    view = next((view for view in choices.views if str(view.id) == request.GET.get("view")), None)
    state = ListState.read(
        request,
        sorts=list_columns.SORTS,
        default_sort=DEFAULT_SORT,
        filters=_filters(by, choices, area),
        forgiving=forgiving,
        view=_mark(view, choices),
        area=area,
        ids=[str(number) for number in picked],
        columns=list(chosen),
        **cut,
    )
    names = ("status", "engagement", "location", *list_filters.NAMES)
    unoffered = set(names) & set(request.GET) - {choice.name for choice in state.filters}
    if unoffered and not forgiving:
        raise BadRequest(_("One of the filters has a value that it does not offer."))
    state.dropped |= lost or unknown_area or bool(unoffered)
    statuses, engagements, locations = (state.chosen.get(name, ()) for name in names[:3])
    further = {name: state.chosen[name] for name in list_filters.NAMES if name in state.chosen}
    roles = further.pop("role", None)
    of_roles = None if roles is None else [pk for role in roles for pk in choices.roles.get(role, ())] or NOWHERE
    wanted = Wanted(area, state.q, statuses, engagements, locations, picked, further, of_roles, **cut)
    shown = chosen or list_columns.chosen(choices.columns.split(",")) or list_columns.DEFAULT
    return Asked(state, wanted, choices, area, shown, view, cut)


def _slice(given: QueryDict, by: Actor, forgiving: bool) -> tuple[dict[str, str], bool]:
    """The slice of the address, and whether a forgiving reader left it out: a view outlives the role it was made in."""
    try:
        cut = slices.read(given)
    except BadRequest:
        if not forgiving:
            raise
        return slices.read({}), True
    if forgiving and by.kind is Kind.REVIEWER and cut.get("moment") and slices.is_about_payouts(slices.parsed(cut)):
        return slices.read({}), True
    return cut, False


def _mark(view: View | None, choices: Offer) -> str:
    """Without it the bare address would open the default view again."""
    return str(view.id) if view else NO_VIEW if choices.default else ""


def numbers(values: list[str]) -> list[int]:
    """The numbers of ticked claims; raises BadRequest for what is none, or for too many."""
    found = {number for value in values if (number := whole(value)) is not None}
    if len(values) > MOST_NUMBERS or len(found) < len(set(values)):
        raise BadRequest(_("The list of claims is not valid."))
    return sorted(found)


def _filters(by: Actor, choices: Offer, area: str) -> list[Choice]:
    offered = [
        Choice("status", _("Status"), _statuses(get_language())),
        Choice("engagement", _("Engagement"), choices.options(area)),
        Choice("location", _("Location"), choices.locations),
        *list_filters.choices(by),
    ]
    return [choice for choice in offered if choice.options]


@lru_cache(maxsize=64)  # seventeen look-ups of translations on every page
def _statuses(_language: str | None) -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in Status.choices]


def address_of(view: View) -> str:
    """Where a saved view opens: its own address in full, so that it can be sent to somebody else."""
    columns = [("columns", code) for code in list_columns.chosen(view.columns.split(","))]
    return address([("view", str(view.id)), *_pairs(view.query), *columns])


def address(pairs: list[tuple[str, str]]) -> str:
    """The list with these parameters."""
    return f"{path_to('claims:list')}?{urlencode(pairs)}" if pairs else path_to("claims:list")


def at_list(url: str) -> str:
    """An address that ``state`` made on a page beside the list, as one of the list."""
    _path, mark, query = url.partition("?")
    return f"{path_to('claims:list')}{mark}{query}"


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(name, value) for name, values in QueryDict(query).lists() for value in values if name != "view"]
