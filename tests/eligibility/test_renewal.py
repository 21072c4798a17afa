"""What becomes of enrolments at the turn of the fiscal year (R-058), and what whom is told of theirs (R-055)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from eligibility import queries, tasks
from eligibility.models import Enrolment, EnrolmentStatus, Verdict
from eligibility.refresh import refresh
from eligibility.renewal import renew
from tests.eligibility.cast import MODERN_WORK, asks_for, holds, location, markets, member, partner, workshop

pytestmark = pytest.mark.django_db

LAST_DAY = datetime(2027, 6, 30, 23, 59, tzinfo=UTC)
NEW_YEAR = datetime(2027, 7, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def contoso():
    markets()
    return partner()


def enrolment(place) -> tuple[str, date, date | None]:
    row = Enrolment.objects.get(location=place)
    return row.status, row.since_on, row.renewed_on


def settle(place, on: date) -> None:
    Enrolment.objects.filter(location=place).update(renewed_on=on)


def test_enrolment_goes_on_where_the_location_may_earn_and_lapses_where_it_may_not(contoso):
    asks_for(workshop(), MODERN_WORK, scope="location")
    redmond, toronto = location(contoso), location(contoso, "Toronto", "CA")
    holds(contoso, MODERN_WORK, redmond)
    since = enrolment(redmond)[1]
    refresh(NEW_YEAR)
    assert renew(NEW_YEAR) == [toronto.pk]
    assert enrolment(redmond) == (EnrolmentStatus.ENROLLED, since, date(2027, 7, 1))
    assert enrolment(toronto) == (EnrolmentStatus.INACTIVE, date(2027, 7, 1), None)
    assert renew(NEW_YEAR + timedelta(days=1)) == []


def test_nothing_lapses_before_the_year_is_over(contoso):
    asks_for(workshop(), MODERN_WORK)
    place = location(contoso)
    settle(place, date(2026, 7, 1))
    refresh(LAST_DAY)
    assert renew(LAST_DAY) == []
    assert renew(NEW_YEAR) == [place.pk]


def test_who_enrolled_within_the_year_or_is_not_enrolled_is_not_judged(contoso):
    asks_for(workshop(), MODERN_WORK)
    fresh, waiting = location(contoso), location(contoso, "Toronto", "CA", enrolled="validating")
    Enrolment.objects.filter(location=fresh).update(since_on=date(2027, 7, 1))
    refresh(NEW_YEAR)
    assert renew(NEW_YEAR) == []
    assert enrolment(fresh)[0] == EnrolmentStatus.ENROLLED
    assert enrolment(waiting)[0] == EnrolmentStatus.VALIDATING


def test_daily_job_shows_the_lapsed_location_as_not_enrolled(contoso, monkeypatch):
    asks_for(workshop(), MODERN_WORK)
    place = location(contoso)
    monkeypatch.setattr(tasks, "database_now", lambda: NEW_YEAR + timedelta(days=3))  # late, and all the same
    tasks.refresh_eligibility()
    assert Verdict.objects.get(location=place).unmet == ["enrolment", "Designation"]
    tasks.refresh_eligibility()
    assert enrolment(place)[0] == EnrolmentStatus.INACTIVE


@pytest.mark.parametrize(
    ("status", "to_admin", "to_user"),
    [
        ("action_required", "Action required", "Enrolling"),
        ("validating", "Validating enrollment", "Enrolling"),
        ("inactive", "Inactive / Ineligible", "Inactive / Ineligible"),
    ],
)
def test_formalities_of_an_enrolment_are_told_to_the_admin_alone(contoso, status, to_admin, to_user):
    """R-055: everybody else reads "Enrolling" while they go on."""
    offer, _place = workshop(), location(contoso, enrolled=status)
    admin, user = member(contoso), member(contoso, role="incentives_user", name="Ben")
    assert [row.enrolment for row in queries.locations(offer, admin)] == [to_admin]
    assert [row.enrolment for row in queries.locations(offer, user)] == [to_user]
