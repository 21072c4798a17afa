"""Deadline arithmetic, case by case as reliability 8 lists it (DL01 to DL19; DL20 is in test_reminders)."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from django.utils import timezone

from claims import deadlines, review
from claims.actions import Action
from claims.lifecycle import Refused, perform
from claims.models import Claim
from claims.statuses import Status as S
from engagements.calendars import Calendar
from mci_portal.accounts.actors import actor_for
from tests.factories import EngagementFactory, Walk, claim_in

NOW = datetime(2026, 7, 1, tzinfo=UTC)
HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("trigger", "days", "expected"),
    [
        pytest.param("2026-07-01T00:00", 30, "2026-07-31T00:00", id="DL01"),
        pytest.param("2026-01-31T10:00", 30, "2026-03-02T10:00", id="DL07"),
        pytest.param("2028-01-30T12:00", 30, "2028-02-29T12:00", id="DL08"),
        pytest.param("2028-02-29T08:00", 90, "2028-05-29T08:00", id="DL09"),
        pytest.param("2026-12-02T00:00", 30, "2027-01-01T00:00", id="DL10"),
        pytest.param("2026-11-30T00:00", 90, "2027-02-28T00:00", id="DL11"),
        pytest.param("2026-02-07T07:30", 30, "2026-03-09T07:30", id="DL12"),
        pytest.param("2026-10-03T05:30", 30, "2026-11-02T05:30", id="DL13"),
        pytest.param("2026-09-25T00:30", 30, "2026-10-25T00:30", id="DL14"),
    ],
)
def test_due_is_so_many_times_24_hours_later(trigger, days, expected):
    assert deadlines.due(utc(trigger), days) == utc(expected)


@pytest.mark.parametrize(
    ("due_at", "zone", "shown"),
    [
        pytest.param("2026-03-09T07:30", "America/Los_Angeles", "2026-03-09 00:30 PDT", id="DL12"),
        pytest.param("2026-10-25T00:30", "Europe/Berlin", "2026-10-25 02:30 CEST", id="DL14"),
    ],
)
def test_due_instant_in_the_readers_zone(due_at, zone, shown):
    assert utc(due_at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z") == shown


@pytest.mark.parametrize(
    ("type", "submit_due", "review_due"),
    [
        pytest.param("assessment", "2026-08-30T00:00", "2026-09-29T00:00", id="DL02"),
        pytest.param("workshop", "2026-09-29T00:00", "2026-10-29T00:00", id="DL03"),
        pytest.param("project-small", "2026-10-29T00:00", "2026-11-28T00:00", id="DL04"),
        pytest.param("project-medium", "2027-01-17T00:00", "2027-02-16T00:00", id="DL05"),
        pytest.param("project-large", "2027-03-18T00:00", "2027-04-17T00:00", id="DL06"),
    ],
)
@pytest.mark.django_db
def test_consent_starts_the_clocks_of_the_engagements_type(type, submit_due, review_due):
    """T06, R-118."""
    claim = claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(type=type), now=NOW)
    assert (claim.consented_at, claim.due_at) == (NOW, utc(submit_due))
    assert (claim.submit_due_at, claim.review_due_at) == (utc(submit_due), utc(review_due))


@pytest.mark.django_db
def test_catalogue_changed_after_the_claim_was_made_moves_nothing():
    """P22, R-271: the days are copied when the claim is made."""
    engagement = EngagementFactory(type="assessment")
    claim = claim_in(S.AWAITING_CONSENT, engagement=engagement, now=NOW)
    engagement.type.submit_days = engagement.type.review_days = 5
    engagement.type.save()
    walk = Walk(Claim.objects.get(pk=claim.pk), by=actor_for(claim.owner))
    walk.accept(NOW + HOUR)
    assert walk.claim.submit_due_at == NOW + HOUR + 60 * DAY


@pytest.mark.parametrize(
    ("offset", "allowed"),
    [
        pytest.param(-TICK, True, id="before"),
        pytest.param(0 * TICK, False, id="at"),
        pytest.param(TICK, False, id="after"),
    ],
)
@pytest.mark.django_db
def test_action_is_in_time_until_just_before_the_deadline(offset, allowed):
    """DL15, C-13: the very instant is too late, whether or not a sweep ran."""
    claim = claim_in(S.CUSTOMER_CLAIMED, now=NOW)
    by = actor_for(claim.owner)
    assert deadlines.is_past(claim.due_at, claim.due_at + offset) is not allowed
    if allowed:
        assert perform(claim, Action.SEND_CONSENT, by, claim.due_at + offset).status == S.AWAITING_CONSENT
    else:
        with pytest.raises(Refused, match="Customer consent expired"):
            perform(claim, Action.SEND_CONSENT, by, claim.due_at + offset)


@pytest.mark.django_db
def test_dispute_sets_each_of_its_two_clocks_once():
    """DL17, R-206, R-209."""
    claim = claim_in(S.REJECTED, now=utc("2026-11-20T08:00"))
    assert claim.due_at == claim.dispute_due_at == utc("2026-12-20T08:00")
    walk = Walk(claim, by=actor_for(claim.owner))
    walk.dispute(utc("2026-12-01T08:00"))
    assert walk.claim.due_at == utc("2026-12-20T08:00")
    walk.argue(utc("2026-12-02T08:00"))
    walk.submit(utc("2026-12-19T10:00"))
    assert (walk.claim.due_at, walk.claim.dispute_review_due_at) == (None, utc("2027-01-18T10:00"))
    walk.start_again(utc("2026-12-20T10:00"))
    walk.request_action(utc("2026-12-21T10:00"))
    assert walk.claim.due_at == utc("2027-01-18T10:00")
    walk.answer_issues(utc("2026-12-22T10:00"))
    walk.submit(utc("2026-12-23T10:00"))
    assert walk.claim.dispute_review_due_at == utc("2027-01-18T10:00")
    assert walk.claim.dispute_due_at == utc("2026-12-20T08:00")


@pytest.mark.django_db
def test_consent_mail_sent_again_does_not_move_the_deadline():
    """DL18, P09, C-24."""
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    due_at = claim.created_at + 30 * DAY
    again = perform(claim, Action.RESEND_CONSENT, actor_for(claim.owner), claim.created_at + 29 * DAY)
    assert again.due_at == again.consent_due_at == due_at
    assert {request.expires_at for request in again.consent_requests.all()} == {due_at}


@pytest.fixture
def _odd_zones(db, monkeypatch):
    """Every clock face in the house shows something else: process, database session and user."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    monkeypatch.setitem(connection.settings_dict, "TIME_ZONE", "America/Los_Angeles")
    _look_at_the_zones_again()
    with timezone.override(ZoneInfo("Pacific/Chatham")):
        yield
    monkeypatch.undo()
    _look_at_the_zones_again()


def _look_at_the_zones_again() -> None:
    time.tzset()
    database = connections["default"]
    for remembered in ("timezone", "timezone_name"):
        database.__dict__.pop(remembered, None)
    database.ensure_timezone()


@pytest.mark.usefixtures("_odd_zones")
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_stored_instants_in_any_process_session_user_and_trigger_zone_are_the_same(zone):
    """DL19; the 2nd of November lies behind the end of daylight saving time."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW TIME ZONE")
        assert cursor.fetchone() == ("America/Los_Angeles",)
        now = utc("2026-10-03T05:30").astimezone(ZoneInfo(zone))
        claim = claim_in(S.ACTION_REQUIRED, now=now)
        columns = ("created_at", "consent_due_at", "submit_due_at", "review_due_at", "due_at")
        epochs = ", ".join(f"extract(epoch FROM {column})::bigint" for column in columns)
        cursor.execute(f"SELECT {epochs} FROM claims_claim WHERE id = %s", [claim.pk])
        stored = [datetime.fromtimestamp(seconds, UTC) for seconds in cursor.fetchone()]
    began = utc("2026-10-03T05:30") - 6 * HOUR
    review_due = began + 2 * HOUR + 120 * DAY
    assert stored == [began, began + 30 * DAY, began + 2 * HOUR + 90 * DAY, review_due, review_due]


@pytest.mark.parametrize(
    ("floor", "requested", "expected"),
    [
        pytest.param(10, -30 * DAY, 0 * DAY, id="more than the floor is left"),
        pytest.param(10, -10 * DAY, 0 * DAY, id="just the floor is left"),
        pytest.param(10, -3 * DAY, 7 * DAY, id="less is left"),
        pytest.param(10, 20 * DAY, 30 * DAY, id="the review date is long over"),
        pytest.param(0, -3 * DAY, 0 * DAY, id="no floor: the literal text"),
        pytest.param(0, -TICK, 0 * DAY, id="no floor, just in time"),
    ],
)
@pytest.mark.parametrize("round", [1, 2])
@pytest.mark.django_db
def test_action_request_leaves_the_partner_at_least_the_floor(round, floor, requested, expected, settings):
    """T20, C-09, Q9: counted from the end of the review of this round."""
    settings.PARTNER_ACTION_MIN_DAYS = floor
    claim = claim_in(S.UNDER_REVIEW, round=round, engagement=EngagementFactory(evidence=()), now=NOW)
    end = claim.review_due_at if round == 1 else claim.dispute_review_due_at
    reviewer = actor_for(claim.reviewer)
    asked = review.request_action(claim, reviewer, [{"kind": "dates", "text": "No date."}], end + requested)
    assert asked.due_at == asked.action_due_at == end + expected
    assert asked.review_due_at == claim.review_due_at


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-07-01T15:00", 1, "2026-07-02T15:00"),
        ("2026-07-02T15:00", 1, "2026-07-06T15:00"),  # Friday the 3rd is kept for Independence Day
        ("2026-11-25T09:00", 2, "2026-11-30T09:00"),  # Thanksgiving and a week-end
        ("2026-07-04T09:00", 5, "2026-07-10T09:00"),
        ("2026-07-01T15:00", 0, "2026-07-01T15:00"),
    ],
)
def test_business_days_skip_week_ends_and_holidays(start, days, expected):
    """R-195."""
    after = deadlines.business_days_after(utc(start), days, Calendar())
    assert after == utc(expected)
    assert deadlines.business_days_between(utc(start), after, Calendar()) == days


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("US", "2026-08-04T15:00"),
        ("CA", "2026-08-04T15:00"),  # reviewed in the Americas
        ("NL", "2026-08-05T15:00"),  # in Ireland the first Monday of August is a public holiday
        ("AE", "2026-08-05T15:00"),
        ("JP", "2026-08-04T15:00"),  # in Singapore it is not
    ],
)
@pytest.mark.django_db
def test_business_days_are_those_of_the_region_that_reviews_the_claim(country, expected):
    """Section 19: the reviewing region's calendar."""
    start = utc("2026-07-31T15:00")
    assert deadlines.business_days_after(start, 2, deadlines.calendar_at(country, start)) == utc(expected)


@pytest.mark.django_db
def test_calendars_of_the_regions_are_a_setting(settings):
    settings.REVIEW_CALENDARS = settings.REVIEW_CALENDARS | {"asia": "IE"}
    assert deadlines.calendar_at("JP", utc("2026-07-31T15:00")).region == "IE"


def test_business_days_between_is_zero_for_the_past():
    assert deadlines.business_days_between(NOW, NOW - 9 * DAY, Calendar()) == 0


def test_payment_is_expected_45_days_after_approval():
    """R-174."""
    assert deadlines.estimated_payment_on(utc("2026-07-01T23:59")) == date(2026, 8, 15)
