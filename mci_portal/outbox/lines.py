"""The lines of the Action Center's lists, prepared for their templates. The pages beside each other share them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from mci_portal.common.lists import ListState
from mci_portal.common.templatetags.ui import day, days_left
from mci_portal.outbox import kinds, links
from mci_portal.outbox.models import Message


def heads(state: ListState) -> list[dict]:
    """The heads of the columns; those that this list is sorted by are links."""
    columns = {
        "action": _("Action"),
        "type": _("Type"),
        "workspace": _("Workspace"),
        "created": _("Creation date"),
        "due": _("Due date"),
    }
    return [
        state.head(label, name) if name in state.sorts else {"label": label, "url": ""}
        for name, label in columns.items()
    ]


def of_action(entry: Any, now: datetime) -> dict:
    """``entry`` is an ``Entry`` of ``claims.queries.actions``, which stands above this room."""
    due = format_html('{}<span class="sub">{}</span>', day(entry.due_at), days_left(entry.due_at, now))
    return {
        "name": "keys",
        "value": entry.key,
        "title": entry.title,
        "note": entry.note,
        "url": entry.url,
        "seen": entry.seen,
        "mandatory": entry.is_mandatory,
        "type": entry.category.label,
        "workspace": entry.workspace.label,
        "at": entry.since,
        "due": due if entry.due_at else "-",
    }


def of_notice(message: Message, title: Callable, claims: dict, actor: Any) -> dict:
    """``title`` writes the title of a message about one of ``claims`` (by number)."""
    number = links.claim_number(message)
    return {
        "name": "ids",
        "value": message.pk,
        "title": title(message, claims.get(number)),
        "url": links.claim_address(message, for_reviewer=actor.kind == "reviewer"),
        "seen": getattr(message, "seen", True),
        "type": kinds.category(message.kind).label,
        "mandatory": False,
        "workspace": kinds.workspace(message.kind).label,
        "at": message.created_at,
        "note": number,
        "due": "-",
    }
