"""Claim history: filters, files, with whom the time went, and when a decision is expected (R-154)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import review
from claims.statuses import TERMINAL
from claims.statuses import Status as S
from claims.time_with import Side, holder, time_with
from mci_portal.accounts.models import User
from tests.export.files import read_csv, read_xlsx
from tests.factories import EngagementFactory, Walk, claim_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def claim(cast):
    """Submitted and back in Ana's hands; Rita's note is internal."""
    found = claim_in(S.UNDER_REVIEW, by=cast.ana, engagement=EngagementFactory(evidence=("invoice",)), now=NOW)
    review.comment(found, cast.actor("rita"), "Between us", NOW + HOUR, internal=True)
    found.refresh_from_db()
    walk = Walk(found, by=cast.actor("ana"))
    walk.request_action(NOW + DAY)
    return walk.claim


def shown(client, claim, query: str = "") -> list[str]:
    answer = client.get(f"/incentives/claims/{claim.number}/history/{query}")
    assert answer.status_code == 200
    return [line["action"] for line in answer.context["lines"]]


def test_filters_narrow_the_lines(client, claim, cast):
    client.force_login(cast.ana)
    everything = ["Request action", "Start review", "Submit claim", "Upload proof of execution", "Accept",
                  "Send customer consent email", "Add customer"]  # fmt: skip
    assert shown(client, claim) == everything
    assert shown(client, claim, "?by=microsoft") == everything[:2]
    assert shown(client, claim, "?by=customer") == ["Accept"]
    assert shown(client, claim, "?by=system") == []
    assert shown(client, claim, "?action=submit") == ["Submit claim"]
    assert shown(client, claim, "?person=Rita+Rossi") == everything[:2]
    assert shown(client, claim, "?by=partner&person=Ana+Silva&action=upload") == ["Upload proof of execution"]
    assert shown(client, claim, "?person=Somebody+Else") == []


def test_days_are_the_readers_own_and_both_count(client, claim, cast):
    User.objects.filter(pk=cast.ana.pk).update(time_zone="Pacific/Kiritimati")  # 14 hours ahead
    client.force_login(cast.ana)
    # The request of July 2, 09:00 UTC is one of July 2, 23:00 there.
    assert shown(client, claim, "?from=2026-07-02&to=2026-07-02") == ["Request action"]
    assert shown(client, claim, "?from=2026-07-03") == []
    assert "Request action" not in shown(client, claim, "?to=2026-07-01")
    User.objects.filter(pk=cast.ana.pk).update(time_zone="Pacific/Auckland")
    assert shown(client, claim, "?from=2026-07-02&to=2026-07-02") == ["Request action"]


@pytest.mark.parametrize(
    "query", ["?by=nobody", "?action=nonsense", "?from=yesterday", "?to=2026-13-01", "?from=0001-01-01"]
)
def test_value_that_is_not_offered_is_refused(client, claim, cast, query):
    client.force_login(cast.ana)
    assert client.get(f"/incentives/claims/{claim.number}/history/{query}").status_code == 400


def test_internal_lines_stay_with_microsoft_on_the_page_and_in_the_file(client, claim, cast):
    """R-178."""
    client.force_login(cast.rita)
    assert "Internal note" in shown(client, claim)
    assert "Internal note" in client.get(f"/incentives/claims/{claim.number}/history.csv").content.decode()
    client.force_login(cast.ana)
    assert "Internal note" not in client.get(f"/incentives/claims/{claim.number}/history.csv").content.decode()


@pytest.mark.server
@pytest.mark.parametrize("query", ["", "?by=microsoft", "?person=Ana+Silva"])
def test_files_hold_the_lines_of_the_page(client, claim, cast, query):
    client.force_login(cast.ana)
    url = f"/incentives/claims/{claim.number}/history"
    lines = read_csv(client.get(f"{url}.csv{query}").content)
    assert [line["action"] for line in lines] == shown(client, claim, query)
    assert {line["claimId"] for line in lines} == {str(claim.number)}
    book = client.get(f"{url}.xlsx{query}")
    assert book["Content-Disposition"] == f'attachment; filename="claim-{claim.number}-history.xlsx"'
    names = ("line", "action", "person", "side", "note")
    told = [[row[name] for name in names] for row in read_xlsx(book.content)]
    assert told == [[line[name] for name in names] for line in lines]


@pytest.mark.server
def test_note_that_looks_like_a_formula_is_text_in_the_file(client, cast):
    claim = claim_in(S.UNDER_REVIEW, by=cast.ana, now=NOW)
    review.reject(claim, cast.actor("rita"), ["insufficient_poe"], "=1+1", NOW + HOUR)
    client.force_login(cast.ana)
    lines = read_csv(client.get(f"/incentives/claims/{claim.number}/history.csv").content)
    assert lines[0]["note"] == "'=1+1"


def test_statements_do_not_grow_with_the_lines(client, cast):
    client.force_login(cast.ana)
    counts = []
    for status in (S.CUSTOMER_CLAIMED, S.DISPUTED):
        claim = claim_in(status, by=cast.ana)
        with CaptureQueriesContext(connection) as captured:
            shown(client, claim)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_time_is_shared_out_between_the_three_sides():
    lines = [
        (NOW, S.CUSTOMER_CLAIMED), (NOW + DAY, S.AWAITING_CONSENT), (NOW + 3 * DAY, S.CONSENT_RECEIVED),
        (NOW + 3 * DAY + HOUR, S.CONSENT_RECEIVED), (NOW + 6 * DAY, S.SUBMITTED), (NOW + 7 * DAY, S.UNDER_REVIEW),
        (NOW + 10 * DAY, S.ACTION_REQUIRED), (NOW + 11 * DAY, S.SUBMITTED), (NOW + 12 * DAY, S.APPROVED),
    ]  # fmt: skip
    spent = {Side.PARTNER: 5 * DAY, Side.CUSTOMER: 2 * DAY, Side.MICROSOFT: 5 * DAY}
    assert time_with(lines, NOW + 90 * DAY) == spent
    assert time_with(lines[:-1], NOW + 14 * DAY) == spent | {Side.MICROSOFT: 7 * DAY}
    assert time_with([], NOW) == dict.fromkeys(Side, timedelta())


def test_ended_claim_waits_for_nobody_and_every_open_one_for_somebody():
    assert {status for status in S if holder(status) is None} == set(TERMINAL)


def test_history_says_with_whom_the_time_went(client, claim, cast):
    client.force_login(cast.ana)
    times = dict(client.get(f"/incentives/claims/{claim.number}/history/").context["times"])
    assert times["Time with Microsoft"] == "1 day"
    assert times["Time with customer"] == "1 hour"


def test_time_of_a_claim_that_ran_out_ends_at_its_deadline(client, cast):
    """R-271: also before the sweep has come."""
    claim = claim_in(S.CUSTOMER_CLAIMED, by=cast.ana, now=NOW - 60 * DAY)
    client.force_login(cast.ana)
    times = dict(client.get(f"/incentives/claims/{claim.number}/history/").context["times"])
    assert times == {"Time with partner": "30 days", "Time with customer": "-", "Time with Microsoft": "-"}


@pytest.mark.parametrize(("status", "round", "column"), [
    (S.SUBMITTED, 1, "review_due_at"), (S.UNDER_REVIEW, 1, "review_due_at"),
    (S.SUBMITTED, 2, "dispute_review_due_at"), (S.UNDER_REVIEW, 2, "dispute_review_due_at"),
    (S.CONSENT_RECEIVED, 1, ""), (S.ACTION_REQUIRED, 1, ""), (S.APPROVED, 1, ""),
])  # fmt: skip
def test_partner_sees_when_a_decision_is_expected(client, cast, status, round, column):
    claim = claim_in(status, round=round, by=cast.ana, engagement=EngagementFactory(evidence=("invoice",)))
    client.force_login(cast.ana)
    text = client.get(f"/incentives/claims/{claim.number}/").content.decode()
    assert ("Decision expected by" in text) is bool(column)
    if column:
        moment = getattr(claim, column).astimezone(UTC).isoformat(timespec="seconds")
        assert f'<dt>Decision expected by</dt><dd><time datetime="{moment}"' in text
