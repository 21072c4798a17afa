"""Language and time zone of the signed-in user, for each request (R-180, R-243). Stands after AccessMiddleware."""

import zoneinfo
from collections.abc import Callable

from django.utils import timezone, translation

from mci_portal.accounts.access import Rule

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
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request, view, args, kwargs) -> None:
        if getattr(view, "access_rule", None) in NOBODYS_PAGES or not request.user.is_authenticated:
            return
        _activate(request.user.language, request.user.time_zone)
        request.LANGUAGE_CODE = translation.get_language()


def _activate(language: str, zone: str) -> None:
    """What is stored may be a language or zone that this installation no longer has; the defaults stay then."""
    try:
        translation.activate(translation.get_supported_language_variant(language))
        timezone.activate(zoneinfo.ZoneInfo(zone))
    except (LookupError, ValueError):  # ZoneInfoNotFoundError is a LookupError
        return
