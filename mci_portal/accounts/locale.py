"""Language and time zone of the signed-in user, for each request (R-180, R-243). Stands after AccessMiddleware.

A language chosen in this browser counts more than the user's own; Django's LocaleMiddleware has read it already, or
what the browser asks for.
"""

import zoneinfo
from collections.abc import Callable
from contextlib import suppress

from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from mci_portal.accounts.access import Rule
from mci_portal.common import languages

# These pages know no user; asking for him would read the session.
NOBODYS_PAGES = frozenset({Rule.PUBLIC, Rule.TOKEN})
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def time_zones() -> list[str]:
    """The zones to choose from: UTC, then one per place, by name."""
    return ["UTC", *sorted(zone for zone in zoneinfo.available_timezones() if zone.split("/")[0] in REGIONS)]


class UserLocaleMiddleware:
    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request):
        try:
            answer = self.get_response(request)
            patch_vary_headers(answer, ["Cookie"])
            return answer
        finally:
            timezone.deactivate()

    def process_view(self, request, view, args, kwargs) -> None:
        if getattr(view, "access_rule", None) in NOBODYS_PAGES or not request.user.is_authenticated:
            return
        # What is stored may be a language or zone that this installation no longer has; the defaults stay then.
        if not languages.chosen(request):
            with suppress(LookupError):
                languages.speak(request, translation.get_supported_language_variant(request.user.language))
        with suppress(LookupError, ValueError):  # ZoneInfoNotFoundError is a LookupError
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
