"""What stands around the rows of the engagements list: crumbs, navigation, note, tabs, column heads, switch."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from engagements.models import Area
from mci_portal.accounts import hidden_notes
from mci_portal.accounts.shell import incentives_nav
from mci_portal.common.lists import ListState


def page(request: HttpRequest, area: str, view: str, to_do: int) -> dict:
    """The frame of every tab; ``area`` is empty on Attention required, ``to_do`` the number it bears."""
    path, actor = reverse("engagements:list"), request.actor
    kept = {"view": "all"} if view == "all" else {}
    tabs = [
        {"label": label, "url": f"{path}?{urlencode({'area': value} | kept)}", "current": value == area}
        for value, label in Area.choices
    ]
    if not actor.is_microsoft:
        label = _("Attention required ({count})").format(count=to_do)
        tabs.append({"label": label, "url": f"{path}?tab=attention", "current": not area})
    sent = request.GET.urlencode()
    note = hidden_notes.shown(actor, hidden_notes.ENGAGEMENTS_RENAMED)
    return {
        "crumbs": [(_("Home"), reverse("accounts:home")), (_("Incentives"), path), (_("MCI engagements"), "")],
        "nav": incentives_nav(actor, path),
        "tabs": tabs,
        "note_url": reverse("engagements:hide_note") + (f"?{sent}" if sent else "") if note else "",
    }


def list_parts(request: HttpRequest, state: ListState) -> dict:
    """What the list itself takes; Microsoft's people see no columns of a partner."""
    htmx, mine = request.htmx, "view" not in state.fixed
    return {
        "state": state,
        "is_part": bool(htmx) and htmx.target == "rows" and not htmx.history_restore_request,
        "is_partner": not request.actor.is_microsoft,
        "is_mine": mine,
        "views": [
            {"label": _("My engagements"), "url": state.url(view=""), "current": mine},
            {"label": _("All engagements"), "url": state.url(view="all"), "current": not mine},
        ],
        "heads": {
            "name": state.head(_("Name"), "name"),
            "role": state.head(_("Partner role"), "role"),
            "eligibility": state.head(_("Eligibility"), "eligibility"),
            "status": state.head(_("Status"), "status"),
            "active": state.head(_("Active customers"), "active"),
            "eligible": state.head(_("Eligible customers"), "eligible"),
        },
    }
