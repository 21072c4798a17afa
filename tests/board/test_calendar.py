"""The calendar feed: what it holds, for whom, and when it stops (RFC 5545; R-245, R-275, R-276)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from claims.actions import Action
from claims.lifecycle import perform
from claims.models import Claim
from claims.queries import calendar as rows
from claims.statuses import Status as S
from mci_portal.accounts import calendar_feed
from mci_portal.accounts.models import CalendarFeed, Membership, Role, User
from mci_portal.common import ics, tokens
from mci_portal.common.clock import database_now
from mci_portal.common.logs import without_secrets
from tests.board.calendars import lines, parse, unescaped
from tests.factories import EngagementFactory, claim_in
from tests.rows import CustomerFactory, MembershipFactory

NOW = datetime(2026, 7, 1, 9, 30, 15, 999_000, tzinfo=UTC)


def address(user: User) -> str:
    return f"/calendar/{calendar_feed.secret(CalendarFeed.objects.get(user=user))}/deadlines.ics"


def fetched(user: User, **headers):
    return Client().get(address(user), headers=headers)


def events(user: User) -> dict[str, dict[str, str]]:
    """By their UID's first part, the properties of each event."""
    return {event.properties["UID"].partition("@")[0]: event.properties for event in parse(fetched(user).content).parts}


@pytest.fixture
def ana_subscribed(ana) -> User:
    calendar_feed.renew(ana, database_now())
    return ana


@pytest.mark.django_db
def test_event_says_all_that_a_calendar_needs(ana_subscribed, settings):
    customer = CustomerFactory(name="Grün, Söhne; \\Co")
    engagement = EngagementFactory(name="Teams Workshop with a long name that has to be folded")
    claim = claim_in(S.CONSENT_RECEIVED, by=ana_subscribed, customer=customer, engagement=engagement)
    answer = fetched(ana_subscribed)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = parse(answer.content)
    assert (calendar.name, calendar.properties["VERSION"]) == ("VCALENDAR", "2.0")
    assert "PRODID" in calendar.properties
    (event,) = calendar.parts
    told = event.properties
    assert event.name == "VEVENT"
    assert told["UID"].startswith(f"claim-{claim.number}-submit@")
    assert told["DTSTART"] == claim.submit_due_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    assert told["DTSTAMP"] == claim.updated_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    assert told["SEQUENCE"] == str(claim.version)
    assert told["URL"] == f"{settings.BASE_URL}/incentives/claims/{claim.number}/"
    assert unescaped(told["SUMMARY"]) == f"Submit: claim {claim.number}, Grün, Söhne; \\Co"
    assert "Not submitted expired" in unescaped(told["DESCRIPTION"])
    (alarm,) = event.parts
    assert alarm.name == "VALARM"
    assert (alarm.properties["ACTION"], alarm.properties["TRIGGER"]) == ("DISPLAY", "-PT1440M")


@pytest.mark.django_db
def test_nothing_personal_of_the_customer_leaves(ana_subscribed):
    """R-276."""
    claim = claim_in(S.AWAITING_CONSENT, by=ana_subscribed)
    text = "".join(lines(fetched(ana_subscribed).content))
    for secret in (claim.customer_name, claim.customer_email, claim.partner_email, claim.customer.domain):
        assert secret not in text


@pytest.mark.django_db
def test_feed_holds_exactly_what_its_user_may_see_now(cast):
    """R-007: also after a role was given, taken away, or a claim has moved on."""
    redmond, toronto = (claim_in(S.CUSTOMER_CLAIMED, location=place) for place in (cast.redmond, cast.toronto))
    foreign = claim_in(S.CUSTOMER_CLAIMED, location=cast.amsterdam)
    claim_in(S.SUBMITTED)
    now = database_now()
    for user in (cast.ana, cast.ben, cast.omar):
        calendar_feed.renew(user, now)
    ids = {claim: f"claim-{claim.number}-consent" for claim in (redmond, toronto, foreign)}
    assert set(events(cast.ana)) == {ids[redmond], ids[toronto]}
    assert set(events(cast.ben)) == {ids[redmond]}
    assert set(events(cast.omar)) == {ids[foreign]}
    MembershipFactory(user=cast.ben, partner=cast.fabrikam, location=cast.amsterdam, role=Role.INCENTIVES_USER)
    assert set(events(cast.ben)) == {ids[redmond], ids[foreign]}
    perform(redmond, Action.CANCEL, cast.actor("ana"))
    assert set(events(cast.ben)) == {ids[foreign]}
    Claim.objects.filter(pk=foreign.pk).update(due_at=now)
    assert events(cast.omar) == {}


@pytest.mark.django_db
def test_dispute_stays_one_entry_when_it_is_opened(cast, ana_subscribed):
    claim = claim_in(S.REJECTED, by=ana_subscribed)
    (before,) = events(ana_subscribed).items()
    perform(claim, Action.DISPUTE, cast.actor("ana"))
    (after,) = events(ana_subscribed).items()
    assert before[0] == after[0]
    assert int(after[1]["SEQUENCE"]) > int(before[1]["SEQUENCE"])
    assert after[1]["DTSTART"] == before[1]["DTSTART"]


@pytest.mark.django_db
@pytest.mark.parametrize("ends", ["deactivated", "role lost", "renewed", "withdrawn"])
def test_address_stops_working(ana_subscribed, ends):
    old = address(ana_subscribed)
    assert Client().get(old).status_code == 200
    if ends == "deactivated":
        User.objects.filter(pk=ana_subscribed.pk).update(is_active=False)
    if ends == "role lost":
        Membership.objects.filter(user=ana_subscribed).update(role=Role.GLOBAL_ADMIN)
    if ends == "renewed":
        calendar_feed.renew(ana_subscribed, database_now())
        assert fetched(ana_subscribed).status_code == 200
    if ends == "withdrawn":
        calendar_feed.withdraw(ana_subscribed)
    assert Client().get(old).status_code == 404


@pytest.mark.django_db
def test_program_that_has_it_already_is_told_so(ana_subscribed):
    claim = claim_in(S.CUSTOMER_CLAIMED, by=ana_subscribed)
    first = fetched(ana_subscribed)
    again = fetched(ana_subscribed, **{"If-None-Match": f'W/{first["ETag"]}, "other"'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    Claim.objects.filter(pk=claim.pk).update(due_at=claim.due_at - timedelta(days=1))
    assert fetched(ana_subscribed, **{"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.django_db
def test_fetching_is_noted_after_the_answer_and_once_a_minute(ana_subscribed):
    feed = CalendarFeed.objects.get()
    assert feed.fetched_at is None
    Client().head(address(ana_subscribed))
    assert CalendarFeed.objects.get().fetched_at is None
    fetched(ana_subscribed)
    noted = CalendarFeed.objects.get().fetched_at
    assert noted is not None
    fetched(ana_subscribed)
    assert CalendarFeed.objects.get().fetched_at == noted
    calendar_feed.note_fetched(CalendarFeed.objects.get(), noted + timedelta(seconds=61))
    assert CalendarFeed.objects.get().fetched_at == noted + timedelta(seconds=61)


@pytest.mark.django_db
def test_program_that_asks_all_the_time_has_to_wait(ana_subscribed, monkeypatch):
    monkeypatch.setattr(rows, "MOST", 3)
    codes = [fetched(ana_subscribed).status_code for _n in range(4)]
    assert codes == [200, 200, 200, 429]
    assert fetched(ana_subscribed)["Retry-After"] == "300"


@pytest.mark.django_db
def test_only_the_hash_of_the_secret_rests_in_the_table_and_no_log_has_it(ana_subscribed):
    """R-275, TK13."""
    feed = CalendarFeed.objects.get()
    secret = calendar_feed.secret(feed)
    assert len(secret) == 43
    assert feed.digest == tokens.digest(secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_calendarfeed AS row WHERE row::text LIKE %s", [f"%{secret}%"])
        assert cursor.fetchone() == (0,)
    assert secret not in without_secrets(f"GET {address(ana_subscribed)} failed")


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_deadlines(ana_subscribed):
    counts = []
    for _more in range(2):
        for _n in range(4):
            claim_in(S.CUSTOMER_CLAIMED, by=ana_subscribed)
        url = address(ana_subscribed)
        with CaptureQueriesContext(connection) as captured:
            Client().head(url)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_account_page_makes_renews_and_withdraws(client, ana):
    client.force_login(ana)
    assert "Make an address" in client.get("/account/").content.decode()
    assert client.post("/account/calendar/").status_code == 302
    old = address(ana)
    page = client.get("/account/").content.decode()
    assert f"{old}" in page
    assert "not yet" in page
    Client().get(old)
    assert "not yet" not in client.get("/account/").content.decode()
    client.post("/account/calendar/")
    assert address(ana) != old
    assert client.post("/account/calendar/withdraw/").status_code == 302
    assert not CalendarFeed.objects.exists()
    assert client.get("/account/calendar/").status_code == 405


@pytest.mark.django_db
def test_who_has_no_deadlines_is_offered_no_calendar(client, rita):
    client.force_login(rita)
    assert "calendar" not in client.get("/account/").content.decode().lower()
    assert client.post("/account/calendar/").status_code == 403


WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


@given(summary=WORDS, description=WORDS)
def test_any_words_come_back_as_they_were(summary, description):
    event = ics.Event("u1@host", 3, NOW, NOW, summary, description)
    (read,) = parse(ics.calendar("Deadlines", [event])).parts
    assert unescaped(read.properties["SUMMARY"]) == _kept(summary)
    assert unescaped(read.properties.get("DESCRIPTION", "")) == _kept(description)
    assert read.properties["DTSTART"] == "20260701T093015Z"


def _kept(words: str) -> str:
    """Line ends become one; no other control character is allowed in a calendar."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one == "\n" or (one >= " " and one != "\x7f"))


@pytest.mark.parametrize("length", [74, 75, 76, 149, 150, 300])
@pytest.mark.parametrize("character", ["x", "é", "界", "🙂"])
def test_long_lines_are_folded_between_characters(length, character):
    line = "SUMMARY:" + character * length
    wire = ics.folded(line)
    assert lines(wire) == [line]
