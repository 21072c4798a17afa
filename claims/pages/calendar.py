"""The calendar feed: a person's deadlines for his calendar program, under a secret address and without a session."""

import hashlib
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.queries import calendar as rows
from mci_portal.accounts import calendar_feed
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.models import CalendarFeed
from mci_portal.common import ics
from mci_portal.common.clock import database_now
from mci_portal.common.token_pages import by_link


class Noted(HttpResponse):
    """An answer that notes, once it has gone out, that the feed was fetched: a GET itself writes nothing."""

    feed: CalendarFeed | None = None
    at: datetime | None = None

    def close(self) -> None:
        super().close()
        if self.feed is not None and self.at is not None:
            calendar_feed.note_fetched(self.feed, self.at)


@access(Rule.TOKEN)
@by_link
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """404 for an unknown address and while its user has no role; 304 where the program has what there is; 429 for
    one that asks all the time."""
    found = calendar_feed.find(token)
    if found is None:
        raise Http404
    if rows.asks_too_often(found.digest):
        return _wait(request)
    now = database_now()
    with translation.override(_language(found.user.language)):
        events = rows.events(found.user, now)
        if events is None:
            raise Http404
        body = ics.calendar(_("Deadlines of claims"), events)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    same = etag in request.headers.get("If-None-Match", "")
    answer = Noted(status=304) if same else Noted(body, content_type=ics.CONTENT_TYPE)
    answer["ETag"] = etag
    if not same:
        answer["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    if request.method == "GET":
        answer.feed, answer.at = found, now
    return answer


def _wait(request: HttpRequest) -> HttpResponse:
    answer = render(request, "errors/429.html", {"sentence": "", "status": 429}, status=429)
    answer["Retry-After"] = str(rows.PER_SECONDS)
    return answer


def _language(stored: str) -> str:
    try:
        return translation.get_supported_language_variant(stored)
    except LookupError:
        return translation.get_language() or "en"
