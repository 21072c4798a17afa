"""What every list page has in its address: tab, search, filters, sort, page. Read once, checked, turned into links.

Nothing of the query string reaches a query unless it is one of the values a page declares here (A04).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import escape  # Django's takes lazy texts as well, which costs three times as much
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from mci_portal.common import paging

LONGEST_SEARCH = 100
# Stands for the sort in an address that each column fills in. An equals sign within a value is always encoded.
_SORT, _SORTED = "*", "sort=%2A"


@dataclass(frozen=True)
class Choice:
    """A filter: its parameter, its label, and what may be chosen as (value, label)."""

    name: str
    label: str
    options: Sequence[tuple[str, Any]]


def _boxes(choice: Choice, chosen: Collection[str]) -> SafeString:
    """The options of a filter in one piece: there may be sixty of them on every page."""
    return SafeString("".join(_box(choice.name, value, str(label), value in chosen) for value, label in choice.options))


@lru_cache(maxsize=4096)
def _box(name: str, value: str, label: str, checked: bool) -> str:
    """Kept, because the same options come on every page; the label is said already, so each language has its own."""
    return (
        f'<label class="choice"><input type="checkbox" name="{escape(name)}" value="{escape(value)}"'
        f"{' checked' if checked else ''}>{escape(label)}</label>"
    )


@dataclass
class ListState:
    """The state of one list, as its address says.

    ``sorts`` maps what may stand in ``?sort=`` (with a leading "-" for descending) to ordering keys for
    ``paging.page``; ``fixed`` are parameters the page has read itself, such as the tab.
    """

    path: str
    fixed: dict[str, str | list[str]]
    q: str
    sort: str
    cursor: str
    per_page: int
    sorts: Mapping[str, Sequence[str]]
    default_sort: str
    filters: Sequence[Choice] = ()
    chosen: dict[str, list[str]] = field(default_factory=dict)
    dropped: bool = False  # the address named what is not offered (any more), and it was left out

    @classmethod
    def read(
        cls,
        request: HttpRequest,
        *,
        sorts: Mapping[str, Sequence[str]],
        default_sort: str,
        filters: Sequence[Choice] = (),
        forgiving: bool = False,
        **fixed: str | list[str],
    ) -> "ListState":
        """Read the address; raises BadRequest for a sort or a filter value that the page does not offer.

        ``forgiving``, for addresses that were kept: leaves such values out and says so in ``dropped``.
        """
        sort, dropped = request.GET.get("sort") or default_sort, False
        if sort.removeprefix("-") not in sorts:
            if not forgiving:
                raise BadRequest(_("The list cannot be sorted by this."))
            sort, dropped = default_sort, True
        chosen = {choice.name: request.GET.getlist(choice.name) for choice in filters}
        for choice in filters:
            values = chosen[choice.name]
            offered = {value for value, _label in choice.options} if values else set()
            if not offered.issuperset(values):
                if not forgiving:
                    raise BadRequest(_("One of the filters has a value that it does not offer."))
                chosen[choice.name], dropped = [value for value in values if value in offered], True
        return cls(
            path=request.path,
            fixed={name: value for name, value in fixed.items() if value},
            q=request.GET.get("q", "").strip()[:LONGEST_SEARCH],
            sort=sort,
            cursor=request.GET.get("at", ""),
            per_page=paging.per_page(request.GET.get("per_page")),
            sorts=sorts,
            default_sort=default_sort,
            filters=filters,
            chosen={name: values for name, values in chosen.items() if values},
            dropped=dropped,
        )

    @property
    def order(self) -> list[str]:
        """The keys to order by, all turned round for a descending sort."""
        keys = list(self.sorts[self.sort.removeprefix("-")])
        return [key[1:] if key.startswith("-") else f"-{key}" for key in keys] if self.sort.startswith("-") else keys

    def pairs(self, **changes: object) -> list[tuple[str, str]]:
        """What stands in the address of this list with some parameters changed; no defaults, and not the page."""
        now: dict[str, object] = {
            **self.fixed,
            "q": self.q,
            **self.chosen,
            "sort": self.sort,
            "per_page": self.per_page,
        } | changes
        defaults = {"sort": self.default_sort, "per_page": paging.DEFAULT_PER_PAGE}
        now = {name: "" if defaults.get(name) == value else value for name, value in now.items()}
        pairs: list[tuple[str, str]] = []
        for name, value in now.items():
            pairs += [(name, str(one)) for one in (value if isinstance(value, list) else [value]) if one != ""]
        return pairs

    def url(self, **changes: object) -> str:
        """This list with some parameters changed, from its first page on unless ``at`` is one of them."""
        pairs = self.pairs(**changes)
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def keep(self, *dropped: str) -> list[tuple[str, str]]:
        """What a form on the page must carry along, without the parameters that it sets itself."""
        return [pair for pair in self.pairs() if pair[0] not in dropped]

    @property
    def keep_for_search(self) -> list[tuple[str, str]]:
        """Parameter ``keep`` of ``list_tools.html``."""
        return self.keep("q")

    @property
    def keep_for_filters(self) -> list[tuple[str, str]]:
        """Parameter ``keep`` of ``filter_panel.html``."""
        return self.keep(*(choice.name for choice in self.filters))

    def head(self, label: str, sort: str) -> dict[str, str]:
        """Parameters of ``sort_head.html`` for the column that ``sort`` sorts by."""
        direction = ""
        if self.sort.removeprefix("-") == sort:
            direction = "descending" if self.sort.startswith("-") else "ascending"
        turned = f"-{sort}" if direction == "ascending" else sort
        return {"label": label, "url": self._sorted_by(turned), "direction": direction}

    def _sorted_by(self, sort: str) -> str:
        """As ``url(sort=sort)``, which a table with a dozen columns would put together anew for each."""
        if sort == self.default_sort:
            return self.url(sort=sort)
        return self._sorted_by_any.replace(_SORTED, f"sort={quote_plus(sort)}", 1)

    @cached_property
    def _sorted_by_any(self) -> str:
        return self.url(sort=_SORT)

    def pager(self, page: paging.Page) -> dict[str, object]:
        """Parameter of ``pager.html``."""
        return {
            "previous_url": self.url(at=page.previous) if page.previous else "",
            "next_url": self.url(at=page.next) if page.next else "",
            "per_page": page.per_page,
            "sizes": paging.PER_PAGE,
            "keep": self.keep("per_page"),
        }

    @property
    def groups(self) -> list[dict]:
        """Parameter of ``filter_panel.html``."""
        return [
            {
                "label": choice.label,
                "name": choice.name,
                "options": [
                    {"value": value, "label": label, "checked": value in self.chosen.get(choice.name, ())}
                    for value, label in choice.options
                ],
                "drawn": _boxes(choice, self.chosen.get(choice.name, ())),
            }
            for choice in self.filters
        ]

    @property
    def chips(self) -> list[dict]:
        """Parameter of ``chips.html``: each applied filter with the address that drops it."""
        return [
            {
                "label": f"{choice.label} - {label}",
                "url": self.url(**{choice.name: [one for one in self.chosen[choice.name] if one != value]}),
            }
            for choice in self.filters
            for value, label in choice.options
            if value in self.chosen.get(choice.name, ())
        ]

    @property
    def clear_url(self) -> str:
        """The list without any filter and search."""
        return self.url(q="", **{choice.name: "" for choice in self.filters})

    @property
    def is_narrowed(self) -> bool:
        """True when an empty list may come from the search or a filter rather than from there being nothing."""
        return bool(self.q or self.chosen)
