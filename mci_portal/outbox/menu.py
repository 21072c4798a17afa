"""The left menu of the Action Center, the same on each of its pages (R-240)."""

from django.urls import reverse
from django.utils.translation import gettext as _


def entries(path: str) -> list[dict]:
    """Parameter ``entries`` of ``nav.html``; the one at ``path`` is the current one."""
    pages = [
        (_("Overview"), "outbox:action_center"),
        (_("My preferences"), "accounts:preferences"),
        (_("Completed items"), "outbox:completed"),
        (_("Archived items"), "outbox:archived"),
    ]
    found = [(label, reverse(name)) for label, name in pages]
    return [{"label": label, "url": url, "current": path == url} for label, url in found]
