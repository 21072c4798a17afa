"""My account, and what its language and time zone do to every other page (R-180, R-243)."""

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.utils import timezone, translation

from mci_portal.accounts.locale import UserLocaleMiddleware, time_zones
from mci_portal.common.templatetags.ui import instant
from tests.rows import UserFactory

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def test_preferences_are_kept_with_the_user(ana, client):
    client.force_login(ana)
    answer = client.post("/account/", {"language": "en", "time_zone": "America/Los_Angeles"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    ana.refresh_from_db()
    assert (ana.language, ana.time_zone) == ("en", "America/Los_Angeles")
    assert "Your preferences are saved." in client.get("/account/").content.decode()


@pytest.mark.parametrize("sent", [{"time_zone": "Mars/Olympus"}, {"language": "tlh"}, {"time_zone": ""}])
def test_unknown_language_or_zone_is_refused(ana, client, sent):
    client.force_login(ana)
    assert client.post("/account/", {"language": "en", "time_zone": "UTC"} | sent).status_code == 422
    ana.refresh_from_db()
    assert (ana.language, ana.time_zone) == ("en", "UTC")


def test_form_cannot_set_what_it_does_not_show(ana, client):
    """D06"""
    client.force_login(ana)
    client.post("/account/", {"language": "en", "time_zone": "UTC", "microsoft_role": "operator", "is_staff": "on"})
    ana.refresh_from_db()
    assert (ana.microsoft_role, ana.is_staff) == ("", False)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("America/Los_Angeles", "04:00 PST"), ("Asia/Kolkata", "17:30 IST"), ("Mars/Olympus", "12:00 UTC")],
)
def test_moment_is_shown_in_the_users_zone(rf, db, zone, shown):
    """R-180; a zone this machine does not know leaves the portal's own."""
    seen = []

    def page(request):
        middleware.process_view(request, page, (), {})
        seen.append(instant(NOON))
        return HttpResponse()

    middleware = UserLocaleMiddleware(page)
    request = rf.get("/")
    request.user = UserFactory(time_zone=zone)
    middleware(request)
    assert shown in seen[0]
    assert 'title="January 15, 2026, 12:00 UTC"' in seen[0]
    assert timezone.get_current_timezone_name() == "UTC"


def test_language_that_is_no_longer_offered_leaves_the_default(rf, db):
    request = rf.get("/")
    request.user = UserFactory(language="xx")
    UserLocaleMiddleware(lambda request: None).process_view(request, lambda request: None, (), {})
    assert translation.get_language() == "en"
    timezone.deactivate()


def test_page_without_account_reads_no_session(client, django_assert_num_queries, ana):
    client.force_login(ana)
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_zones_to_choose_from_are_places_and_utc():
    zones = time_zones()
    assert zones[0] == "UTC"
    assert {"Europe/Amsterdam", "Asia/Kolkata", "America/Los_Angeles"} <= set(zones)
    assert not any(zone.startswith(("Etc/", "posix", "SystemV", "right/")) for zone in zones)
