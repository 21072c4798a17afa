"""The deadline board: which clocks, in which order, for whom, and what it costs (R-035, R-245, T41)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims import stand_ins
from claims.actions import Action
from claims.lifecycle import perform
from claims.models import Claim, Draft
from claims.queries import deadlines_board as board
from claims.queries.attention import Todo
from claims.queries.deadlines_board import Clock, Group, group_of
from claims.queries.risk import WORK_DAYS, Risk, risk, start_by
from claims.statuses import Status as S
from claims.transitions import CLOCK_ROWS
from mci_portal.accounts.actors import CLOCK
from mci_portal.common.clock import database_now
from tests.factories import EngagementFactory, claim_in
from tests.pages.htmx import content, headers, swapped

pytestmark = pytest.mark.django_db
BOARD = "/incentives/deadlines/"
DAY = timedelta(days=1)


def numbers(answer) -> list[str]:
    return re.findall(r'id="c(\d+)"', answer.content.decode())


def due_in(claim: Claim, days: float) -> Claim:
    """The same claim, its clock turned so that ``days`` are left."""
    Claim.objects.filter(pk=claim.pk).update(due_at=database_now() + timedelta(days=days))
    return claim


@pytest.fixture
def as_ana(client, ana):
    client.force_login(ana)
    return client


def test_every_clock_of_the_partner_stands_there_by_date(as_ana, cast):
    engagement = EngagementFactory(evidence=("invoice",))
    statuses = (S.REJECTED, S.CUSTOMER_CLAIMED, S.ACTION_REQUIRED, S.AWAITING_CONSENT, S.CONSENT_RECEIVED, S.DISPUTED)
    claims = [claim_in(status, engagement=engagement, by=cast.ana) for status in statuses]
    claim_in(S.UNDER_REVIEW)
    claim_in(S.DRAFT, kind="cpor")
    claim_in(S.CUSTOMER_CLAIMED, location=cast.amsterdam)
    for days, claim in enumerate(claims, start=1):
        due_in(claim, days)
    answer = as_ana.get(BOARD)
    assert numbers(answer) == [str(claim.number) for claim in claims]
    text = answer.content.decode()
    for words in ("Customer consent", "Answer the reviewer", "Send customer consent email", "Ana Silva", "Next action"):
        assert words in text


@pytest.mark.parametrize("status", [S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT, S.CONSENT_RECEIVED, S.REJECTED, S.DISPUTED])
def test_what_happens_if_missed_is_what_the_clock_then_does(as_ana, ana, status):
    """Read from the table's rows and not written twice: missed, the claim is what the board had said."""
    claim = claim_in(status, by=ana)
    said = re.search(r"The claim becomes “([^”]+)”", as_ana.get(BOARD).content.decode())[1]
    after = perform(claim, Action.EXPIRE, CLOCK, claim.due_at)
    assert S(after.status).label == said
    assert after.status in {row.target for row in CLOCK_ROWS}


def test_association_that_can_still_be_disputed_is_not_called_closed(as_ana, ana):
    claim_in(S.ACTION_REQUIRED, kind="cpor", by=ana)
    text = as_ana.get(BOARD).content.decode()
    assert "The claim becomes “Rejected”." in text
    assert "cannot be opened again" not in text


def test_board_by_risk_begins_with_what_should_have_been_begun_first(as_ana, ana):
    ready = due_in(claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=()), by=ana), 5)
    missing = due_in(claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=("invoice",)), by=ana), 6)
    not_sent = due_in(claim_in(S.CUSTOMER_CLAIMED, by=ana), 8)
    bounced = due_in(claim_in(S.AWAITING_CONSENT, by=ana), 9)
    Claim.objects.filter(pk=bounced.pk).update(bounced_at=database_now())
    assert numbers(as_ana.get(BOARD)) == [str(one.number) for one in (ready, missing, not_sent, bounced)]
    by_risk = as_ana.get(f"{BOARD}?sort=risk")
    assert numbers(by_risk) == [str(one.number) for one in (bounced, not_sent, missing, ready)]
    text = by_risk.content.decode()
    assert text.index("<h2>Critical risk</h2>") < text.index("<h2>Medium risk</h2>")


def test_database_and_pure_function_agree_on_the_order_of_risk(ana, cast):
    """``start_by`` is worked out twice, in SQL to sort and in Python to explain."""
    engagement = EngagementFactory(evidence=("invoice",))
    for status in (
        S.CUSTOMER_CLAIMED,
        S.AWAITING_CONSENT,
        S.CONSENT_RECEIVED,
        S.ACTION_REQUIRED,
        S.REJECTED,
        S.DISPUTED,
    ):
        claim_in(status, engagement=engagement, by=ana)
    now, by = database_now(), cast.actor("ana")
    rows = board.attention.with_todo(board.running(by), now, near_only=False).annotate(start=board._start_by(now))
    found = list(rows)
    assert len(found) == 6
    assert [one.start for one in found] == [start_by(one.due_at, one.todo) for one in found]


@pytest.mark.parametrize(("left", "expected"), [
    (6.9, Risk.CRITICAL), (7, Risk.HIGH), (9.9, Risk.HIGH), (10, Risk.MEDIUM), (16.9, Risk.MEDIUM), (17, Risk.LOW),
])  # fmt: skip
def test_risk_is_the_spare_time_beside_the_work(left, expected):
    now = datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert risk(now + left * DAY, Todo.EVIDENCE_MISSING, now) is expected


def test_every_thing_to_do_on_a_claim_takes_its_days():
    of_locations = {Todo.PAYEE_INCOMPLETE, Todo.LOST_ELIGIBILITY}
    assert set(WORK_DAYS) == set(Todo) - of_locations


WEDNESDAY = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(("due_at", "group"), [
    (WEDNESDAY, Group.OVERDUE),
    (WEDNESDAY + timedelta(seconds=1), Group.TODAY),
    (datetime(2026, 7, 1, 21, 59, tzinfo=UTC), Group.TODAY),
    (datetime(2026, 7, 1, 22, 0, tzinfo=UTC), Group.THIS_WEEK),  # midnight in Amsterdam
    (datetime(2026, 7, 5, 21, 59, tzinfo=UTC), Group.THIS_WEEK),
    (datetime(2026, 7, 5, 22, 0, tzinfo=UTC), Group.NEXT_WEEK),
    (datetime(2026, 7, 12, 22, 0, tzinfo=UTC), Group.THIS_MONTH),
    (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), Group.LATER),
    (datetime(2027, 7, 20, 9, 0, tzinfo=UTC), Group.LATER),
])  # fmt: skip
def test_groups_follow_the_readers_calendar(due_at, group):
    with timezone.override("Europe/Amsterdam"):
        assert group_of(due_at, WEDNESDAY) is group


def test_claim_whose_time_is_over_says_so_before_the_sweep_has_come(as_ana, ana):
    """R-271."""
    due_in(claim_in(S.AWAITING_CONSENT, by=ana), -0.001)
    text = as_ana.get(BOARD).content.decode()
    assert "<h2>Overdue</h2>" in text
    assert "Customer consent expired" in text
    assert "View claim" in text


def test_member_of_one_location_sees_its_clocks_only(client, cast):
    """R-007."""
    mine = claim_in(S.CUSTOMER_CLAIMED, location=cast.redmond)
    claim_in(S.CUSTOMER_CLAIMED, location=cast.toronto)
    client.force_login(cast.ben)
    assert numbers(client.get(BOARD)) == [str(mine.number)]
    client.force_login(cast.omar)
    assert numbers(client.get(BOARD)) == []


def test_filters_narrow_the_board(as_ana, cast):
    engagement = EngagementFactory(slug="teams-workshop")
    mine = claim_in(S.CUSTOMER_CLAIMED, by=cast.ana, engagement=engagement)
    covered = claim_in(S.CONSENT_RECEIVED, by=cast.ben)
    stand_ins.choose(covered, cast.ana, cast.actor("ben"))
    other = claim_in(S.REJECTED, by=cast.tom, location=cast.toronto)
    for query, expected in {
        "owner=mine": {mine, covered},
        "owner=alone": {mine, other},
        "owner=mine&owner=alone": {mine},
        "clock=consent": {mine},
        "clock=submit&clock=dispute": {covered, other},
        f"location={cast.toronto.pk}": {other},
        "engagement=teams-workshop": {mine},
        f"q={covered.number}": {covered},
    }.items():
        assert set(numbers(as_ana.get(f"{BOARD}?{query}"))) == {str(one.number) for one in expected}, query
    assert as_ana.get(f"{BOARD}?clock=nonsense").status_code == 400


def test_pages_follow_each_other_in_both_orders_without_loss(as_ana, ana):
    engagement = EngagementFactory(evidence=())
    claims = [due_in(claim_in(S.CUSTOMER_CLAIMED, by=ana, engagement=engagement), 1 + n // 3) for n in range(12)]
    for sort in ("due", "risk"):
        first = as_ana.get(f"{BOARD}?sort={sort}&per_page=10")
        second = as_ana.get(first.context["pager"]["next_url"])
        assert len(numbers(first)) == 10
        assert sorted(numbers(first) + numbers(second)) == sorted(str(one.number) for one in claims)


@pytest.mark.parametrize("query", ["?q=teams", "?per_page=10&at={next}"])
def test_swap_equals_a_fresh_load(as_ana, ana, query):
    """House rule; the box itself holds what was just typed."""
    engagement = EngagementFactory(name="Teams Workshop", evidence=())
    for _number in range(11):
        claim_in(S.CUSTOMER_CLAIMED, by=ana, engagement=engagement)
    page = as_ana.get(f"{BOARD}?per_page=10") if "at=" in query else as_ana.get(BOARD)
    url = page.context["pager"]["next_url"] if "at=" in query else f"{BOARD}{query}"
    part = as_ana.get(url, headers=headers("rows", BOARD))
    assert "<html" not in part.content.decode()
    after = swapped(page.content.decode(), part, "rows")
    assert without_box(after) == without_box(parse_html(as_ana.get(url).content.decode()))


def without_box(document) -> list[str]:
    return [line for line in content(document) if 'class="q"' not in line]


def test_statements_do_not_grow_with_the_rows(as_ana, ana):
    counts = []
    for more in (1, 9):
        for _n in range(more):
            claim_in(S.CONSENT_RECEIVED, by=ana, engagement=EngagementFactory(evidence=("invoice",)))
        claim_in(S.CONSENT_EXPIRED, by=ana)
        with CaptureQueriesContext(connection) as captured:
            assert len(numbers(as_ana.get(f"{BOARD}?per_page=50&sort=risk"))) in (1, 10)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_expired_claim_is_nominated_again_with_its_contacts(as_ana, ana, cast):
    """T41: contacts are copied, evidence is not; what was begun again no longer waits here."""
    lost = claim_in(S.CONSENT_EXPIRED, by=ana)
    long_ago = claim_in(S.CONSENT_EXPIRED, by=ana, now=database_now() - 40 * DAY)
    page = as_ana.get(BOARD).content.decode()
    assert f"/incentives/claims/{lost.number}/again/" in page
    assert str(long_ago.number) not in page
    answer = as_ana.post(f"/incentives/claims/{lost.number}/again/")
    assert answer.status_code == 302
    draft = Draft.objects.get()
    assert draft.data["contacts"]["customer_email"] == lost.customer_email
    claim_in(S.CUSTOMER_CLAIMED, by=ana)
    Claim.objects.filter(status=S.CUSTOMER_CLAIMED).update(previous=lost)
    assert f"/{lost.number}/again/" not in as_ana.get(BOARD).content.decode()


def test_board_is_named_where_people_look_for_it(as_ana):
    for address in ("/incentives/engagements/", "/incentives/claims/", "/incentives/earnings/"):
        assert as_ana.get(address).content.decode().count(f'href="{BOARD}"') == 2, address  # left and in the menu


def test_empty_board_says_so(as_ana):
    assert "No deadline runs." in as_ana.get(BOARD).content.decode()
    assert "No deadline matches." in as_ana.get(f"{BOARD}?owner=mine").content.decode()


def test_every_status_with_a_clock_has_its_kind():
    assert sorted(status for clock in Clock for status in clock.statuses) == sorted(board.deadlines.LIVE_COLUMN)
