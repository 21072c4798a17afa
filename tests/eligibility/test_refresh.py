"""The verdict: who may earn on what (R-026, R-031, R-050, R-052)."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eligibility import refresh as refreshing
from eligibility.models import Credential, Enrolment, Verdict
from eligibility.refresh import refresh
from engagements.models import Invitation, Rate
from mci_portal.common.models import Heartbeat
from tests.eligibility.cast import (
    MODERN_WORK,
    NOW,
    SECURITY,
    TODAY,
    asks_for,
    holds,
    location,
    markets,
    partner,
    workshop,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def contoso():
    markets()
    return partner()


def verdict(place, engagement) -> tuple[bool, list[str]]:
    refresh(NOW)
    row = Verdict.objects.get(location=place, engagement=engagement)
    assert (row.partner_id, row.checked_at) == (place.partner_id, NOW)
    return row.eligible, row.unmet


def test_location_that_meets_everything_is_eligible(contoso):
    place, engagement = location(contoso), workshop()
    asks_for(engagement, MODERN_WORK)
    holds(contoso, MODERN_WORK)
    assert verdict(place, engagement) == (True, [])


@pytest.mark.parametrize("held", [MODERN_WORK, SECURITY])
def test_any_one_of_the_list_is_enough(contoso, held):
    """R-052: "any of" lists."""
    place, engagement = location(contoso), workshop()
    asks_for(engagement, MODERN_WORK, SECURITY)
    holds(contoso, held)
    assert verdict(place, engagement) == (True, [])


def test_every_criterion_must_be_met_and_the_lacking_ones_are_listed_in_order(contoso):
    place, engagement = location(contoso), workshop()
    asks_for(engagement, "c", title="Third", position=3)
    asks_for(engagement, "a", title="First", position=1)
    asks_for(engagement, "b", title="Second", position=2)
    holds(contoso, "b")
    assert verdict(place, engagement) == (False, ["First", "Third"])


def test_credential_of_another_partner_does_not_count(contoso):
    place, engagement = location(contoso), workshop()
    asks_for(engagement, MODERN_WORK)
    holds(partner("Fabrikam", "5512002"), MODERN_WORK)
    assert verdict(place, engagement) == (False, ["Designation"])


@pytest.mark.parametrize(
    ("scope", "holder", "eligible"),
    [
        ("account", "here", True),
        ("account", "there", True),
        ("account", "whole account", True),
        ("location", "here", True),
        ("location", "there", False),
        ("location", "whole account", True),
    ],
)
def test_scope_says_whose_credentials_count(contoso, scope, holder, eligible):
    here, there, engagement = location(contoso), location(contoso, "Toronto"), workshop()
    asks_for(engagement, MODERN_WORK, scope=scope)
    holds(contoso, MODERN_WORK, {"here": here, "there": there, "whole account": None}[holder])
    assert verdict(here, engagement) == (eligible, [] if eligible else ["Designation"])


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "eligible"),
    [
        (TODAY, TODAY, True),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), False),
        (TODAY + timedelta(days=1), None, False),
    ],
)
def test_credential_counts_on_its_first_and_last_day_only(contoso, valid_from, valid_to, eligible):
    place, engagement = location(contoso), workshop()
    asks_for(engagement, MODERN_WORK)
    Credential.objects.create(partner=contoso, name=MODERN_WORK, valid_from=valid_from, valid_to=valid_to)
    assert verdict(place, engagement)[0] is eligible


@pytest.mark.parametrize(
    ("dates", "eligible"),
    [
        ({"valid_to": date(2023, 9, 30)}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, True),
        ({"valid_to": TODAY}, False),
        ({"valid_from": TODAY}, False),
    ],
)
def test_criterion_outside_its_dates_is_not_asked_for(contoso, dates, eligible):
    """Section 6: legacy competencies counted until 30 September 2023."""
    place, engagement = location(contoso), workshop()
    asks_for(engagement, MODERN_WORK, **dates)
    assert verdict(place, engagement)[0] is eligible


@pytest.mark.parametrize("status", ["invited", "action_required", "validating", "inactive", "discontinued", None])
def test_location_that_is_not_enrolled_is_not_eligible(contoso, status):
    """R-055."""
    place, engagement = location(contoso, enrolled=status), workshop()
    assert verdict(place, engagement) == (False, ["enrolment"])


@pytest.mark.parametrize(("country", "eligible"), [("US", True), ("SG", False), ("IN", False)])
def test_location_in_a_market_without_a_rate_is_not_eligible(contoso, country, eligible):
    """n/a in market B, no row at all in market C."""
    place, engagement = location(contoso, country=country), workshop(amounts={"A": 5000, "B": None})
    assert verdict(place, engagement) == (eligible, [] if eligible else ["market"])


def test_newest_rate_decides_whether_it_is_offered(contoso):
    place, engagement = location(contoso), workshop()
    Rate.objects.create(engagement=engagement, market="A", amount=None, valid_from=TODAY)
    assert verdict(place, engagement) == (False, ["market"])


def test_upcoming_engagement_is_judged_by_its_first_day(contoso):
    place, engagement = location(contoso), workshop(starts_on=TODAY + timedelta(days=200))
    assert verdict(place, engagement) == (True, [])


def test_engagement_without_a_customers_page_needs_no_rate(contoso):
    place, engagement = location(contoso), workshop(role="transact", amounts={"A": None})
    assert verdict(place, engagement) == (True, [])


def test_engagement_by_invitation_is_for_the_invited(contoso):
    """R-031."""
    place, engagement = location(contoso), workshop(visibility="invitation")
    assert verdict(place, engagement) == (False, ["invitation"])
    Invitation.objects.create(engagement=engagement, partner=contoso)
    assert verdict(place, engagement) == (True, [])


def test_payee_profile_is_no_part_of_the_verdict(contoso):
    """R-051: it is the second mark."""
    place, engagement = location(contoso), workshop()
    assert not hasattr(place, "payee")
    assert verdict(place, engagement) == (True, [])


def test_second_refresh_overwrites_the_same_rows(contoso):
    place, engagement = location(contoso), workshop()
    refresh(NOW - timedelta(days=1))
    Enrolment.objects.update(status="inactive")
    assert refresh(NOW) == 1
    row = Verdict.objects.get()
    assert (row.eligible, row.unmet, row.checked_at) == (False, ["enrolment"], NOW)
    assert (row.location, row.engagement) == (place, engagement)


def test_refresh_can_be_narrowed(contoso):
    here, there = location(contoso), location(contoso, "Toronto")
    one, two = workshop("one"), workshop("two")
    assert refresh(NOW, locations=[here.pk], engagements=[two.pk]) == 1
    assert refresh(NOW, locations=[there.pk]) == 2
    assert refresh(NOW, locations=[]) == 0
    found = set(Verdict.objects.values_list("location_id", "engagement_id"))
    assert found == {(here.pk, two.pk), (there.pk, one.pk), (there.pk, two.pk)}


def test_refresh_takes_a_statement_for_many_locations(contoso, monkeypatch):
    places = [location(contoso, f"L{number}") for number in range(5)]
    workshop("one"), workshop("two")
    with CaptureQueriesContext(connection) as few:
        assert refresh(NOW, locations=[places[0].pk]) == 2
    with CaptureQueriesContext(connection) as many:
        assert refresh(NOW) == 10
    assert len(many) == len(few)
    assert sum("INSERT" in query["sql"] for query in many) == 1
    monkeypatch.setattr(refreshing, "LOCATIONS_AT_ONCE", 2)
    assert refresh(NOW) == 10


def test_command_refreshes_and_leaves_a_heartbeat(contoso, capsys):
    location(contoso), workshop()
    call_command("refresh_eligibility")
    assert capsys.readouterr().out == "1 verdicts written.\n"
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["refresh-eligibility"]
