"""What stands around the rows of the Customers page: crumbs, tabs, filters, chips, column heads, pager."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from claims.statuses import label
from customers.pages.listing import asked as addresses
from customers.pages.listing import rows
from mci_portal.accounts import whose
from mci_portal.common import paging


def page(path, engagement, by) -> dict:
    """The frame of the page, the same for every tab and reader."""
    home = reverse("engagements:list")
    here = f"{home}{engagement.slug}/"
    return {
        "looked_at": by.partner if by.is_microsoft else None,
        "crumbs": [
            (_("Home"), reverse("accounts:home")),
            (_("Incentives"), home),
            (_("MCI engagements"), home),
            (engagement.name, whose.url(here, by)),
            (_("Customers"), ""),
        ],
        "nav": [
            {"label": _("Summary"), "url": whose.url(here, by), "current": False},
            {"label": _("Eligibility"), "url": whose.url(f"{here}eligibility/", by), "current": False},
            {"label": _("Customers"), "url": whose.url(path, by), "current": True},
        ],
    }


def tabs(path, who, asked) -> list[dict]:
    """R-062, each with how many it holds."""
    counts = {"eligible": who.eligible, "ineligible": len(who.refused), "complete": who.completed}
    names = {
        "eligible": pgettext("customers", "Eligible"),
        "ineligible": pgettext("customers", "Ineligible"),
        "complete": pgettext("customers", "Complete"),
    }
    return [
        {"label": f"{name} ({counts[tab]})", "url": asked.other_tab(path, tab), "current": tab == asked.tab}
        for tab, name in names.items()
    ]


def parts(path, who, asked, page) -> dict:
    """What belongs to the list itself; ``page`` is the page of rows (``paging.Page``)."""
    groups = _groups(who, asked)
    applied = [
        (f"{group['label']} - {option['label']}", (group["name"], option["value"]))
        for group in groups
        for option in group["options"]
        if option["checked"]
    ]
    return {
        "groups": groups,
        "kinds": [(kind, rows.kind_label(kind)) for kind in addresses.KINDS[asked.tab]],
        "chips": [{"label": words, "url": asked.url_without(path, pair)} for words, pair in applied]
        + _kind_chip(path, asked),
        "clear_url": asked.url(path, drop=("location", "status", "type")),
        "clear_all_url": asked.url(path, drop=("q", "location", "status", "type")),
        "filter_keep": asked.without("location", "status", "type"),
        "search_keep": asked.without("q"),
        "sorts": _sorts(path, asked),
        "spoken": ngettext("%(n)s row", "%(n)s rows", len(page.rows)) % {"n": len(page.rows)},
        "pager": {
            "previous_url": asked.url(path, ("at", page.previous)) if page.previous else "",
            "next_url": asked.url(path, ("at", page.next)) if page.next else "",
            "per_page": page.per_page,
            "sizes": paging.PER_PAGE,
            "keep": asked.without("per_page"),
        },
    }


def _groups(who, asked) -> list[dict]:
    filters, groups = asked.filters, []
    places = sorted({(claim.location, claim.location_id) for claim in who.claimed.values()})
    if asked.tab == "eligible" and (places or filters.locations):
        options = [{"value": str(pk), "label": name, "checked": pk in filters.locations} for name, pk in places]
        groups.append({"label": _("Location"), "name": "location", "options": options})
    if codes := addresses.STATUSES[asked.tab]:
        options = [
            {"value": code, "label": label(code), "checked": code in filters.statuses}
            for code in sorted(codes, key=label)
        ]
        groups.append({"label": _("Status"), "name": "status", "options": options})
    return groups


def _kind_chip(path, asked) -> list[dict]:
    kind = asked.filters.kind
    if not kind:
        return []
    return [{"label": f"{_('Type')} - {rows.kind_label(kind)}", "url": asked.url_without(path, ("type", kind))}]


def _sorts(path, asked) -> dict:
    """For each column that sorts: where its head leads, and which way it is sorted now."""
    heads = {}
    for key in {sort.lstrip("-") for sort in addresses.SORTS[asked.tab]}:
        other = f"-{key}" if asked.sort == key else key
        default = addresses.SORTS[asked.tab][0]
        direction = {key: "ascending", f"-{key}": "descending"}.get(asked.sort, "")
        heads[key] = {"url": asked.url(path, ("sort", "" if other == default else other)), "direction": direction}
    return heads
