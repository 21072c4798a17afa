"""The rows of the Attention required tab: for each thing to do its words, where it is done, and until when."""

from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import ngettext

from claims.queries import todos
from claims.queries.attention import Item
from claims.statuses import label
from mci_portal.common.templatetags.ui import day, days_left


def prepared(items: list[Item], now: datetime) -> list[dict]:
    return [
        {
            "customer": item.customer or _open_claims(item),
            "engagement": item.engagement or "-",
            "engagement_url": reverse("engagements:summary", args=[item.slug]) if item.slug else "",
            "words": todos.words(item),
            "url": todos.address(item),
            "number": item.number or "",
            "status": item.status,
            "label": label(item.status) if item.status else "-",
            "due": format_html('{}<span class="sub">{}</span>', days_left(item.due_at, now), day(item.due_at))
            if item.due_at
            else "-",
        }
        for item in items
    ]


def _open_claims(item: Item) -> str:
    return ngettext("{count} open claim", "{count} open claims", item.claims).format(count=item.claims)
