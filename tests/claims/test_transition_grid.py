"""Each action in each status by each actor: what the table allows happens, everything else leaves no trace.

Acceptance check 1, role matrix (requirements 22), P02, P03, P05, P06, P10, P24.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from claims.actions import Action as A
from claims.lifecycle import NotPermitted, Refused, perform
from claims.models import Claim, Kind, SurveyKind
from claims.statuses import TERMINAL
from claims.statuses import Status as S
from claims.transitions import ROWS, TABLE
from mci_portal.accounts.actors import customer
from tests.cast import place
from tests.claims.moves import CPOR_PLACES, PLACES, actors, data_for, may, snapshot
from tests.factories import EngagementFactory, Walk, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken")]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


EVERYWHERE = [("build_intent", *place) for place in PLACES] + [("cpor", *place) for place in CPOR_PLACES]


def _claim(kind: str, status: str, round: int) -> Claim:
    if kind == "cpor":
        claim = claim_in(status, kind=kind, round=round, now=NOW)
        # Somebody else claims the same, so that there is something to arbitrate; he is not approved.
        claim_in(S.SUBMITTED, kind=kind, location=place("amsterdam"), engagement=claim.engagement,
                 customer=claim.customer, now=NOW)  # fmt: skip
        return claim
    engagement = EngagementFactory(evidence=("invoice",), evidence__optional=SurveyKind.values, withdrawal=True)
    return claim_in(status, round=round, engagement=engagement, now=NOW)


def _make_ready(action: A, claim: Claim, by) -> Claim:
    """Meet the guards, so that the table alone decides. Part of the attempt: undone with it."""
    walk, now = Walk(claim, by=by), NOW + timedelta(minutes=30)
    if action is A.REMOVE_DOCUMENT and claim.status == S.CONSENT_RECEIVED:
        walk.hand_in(now)
    if action is A.REMOVE_DOCUMENT and claim.status == S.DRAFT:
        walk.hand_in(now)
    if action is A.SUBMIT and claim.status in (S.DRAFT, S.CONSENT_RECEIVED):
        walk.hand_in(now)
    if action is A.SUBMIT and claim.status == S.ACTION_REQUIRED:
        walk.answer_issues(now)
    if action is A.SUBMIT and claim.status == S.DISPUTED:
        walk.argue(now)
    if action is A.REFUSE_ACCEPTANCE:
        bearer = customer("Carla Customer", "carla@x.example")
        return perform(walk.claim, A.HOLD_ACCEPTANCE, bearer, now, **data_for(A.HOLD_ACCEPTANCE, walk.claim))
    if action is A.CONFIRM_REJECTION:
        walk.ask_to_reject(now)
    if action is A.APPROVE and claim.kind == Kind.BUILD_INTENT:
        walk.countersign(now)
    return walk.claim


def _row(action: A, claim: Claim):
    rows = [row for row in ROWS[action] if claim.status in row.sources and row.kind in (None, claim.kind)]
    return next((row for row in rows if row.round in (None, claim.round)), None)


def _refused_all_the_same(action: A, name: str, claim: Claim) -> bool:
    """Where a guard speaks against a person: nobody decides the dispute of his own rejection (R-197), or confirms an
    amount that he decides himself (T18)."""
    if action is A.COUNTERSIGN:
        return name == "rita" or (name == "ravi" and claim.round == 2)
    return action in (A.START_REVIEW, A.CONFIRM_REJECTION) and claim.round == 2 and name == "rita"


@pytest.mark.parametrize(("kind", "status", "round"), EVERYWHERE, ids=["-".join(map(str, at)) for at in EVERYWHERE])
def test_in_time_exactly_what_the_table_and_the_matrix_allow_happens(kind, status, round, cast, settings):
    claim = _claim(kind, status, round)
    settings.FOUR_EYES_ABOVE = (
        100  # from here on the amount needs a second reviewer, so that his row can be carried out
    )
    people = actors(cast)
    before = snapshot()
    happened = set()
    for action in A:
        row, data = _row(action, claim), data_for(action, claim)
        for name, by in people.items():
            permitted = may(action, name, claim, cast)
            in_order = row is not None and action is not A.EXPIRE and not _refused_all_the_same(action, name, claim)
            if permitted and in_order:
                _succeeds(row, claim, by, people["ana"])
                happened.add((action, name))
            else:
                _is_refused(action, claim, by, data, permitted)
        assert snapshot() == before, f"{action} left a trace"
    assert bool(happened) == (status not in TERMINAL or (kind, status) == ("cpor", S.APPROVED))


def _succeeds(row, claim: Claim, by, partner) -> None:
    with transaction.atomic():
        ready = _make_ready(row.action, claim, partner)
        after = perform(ready, row.action, by, NOW + timedelta(hours=1), **data_for(row.action, ready, by))
        assert after.status == (row.target or ready.status)
        assert after.version == ready.version + 1
        line = after.events.last()
        assert (line.seq, line.action, line.from_status, line.to_status) == (
            after.version,
            row.action,
            ready.status,
            after.status,
        )
        assert (line.actor_kind, line.actor_id, line.actor_name) == (by.kind.value, by.user_id, by.name)
        transaction.set_rollback(True)


def _is_refused(action: A, claim: Claim, by, data: dict, permitted: bool) -> None:
    with pytest.raises(Refused if permitted else NotPermitted) as refusal:
        perform(claim, action, by, NOW + timedelta(hours=1), **data)
    if permitted:
        assert refusal.value.sentence.endswith((".", "?"))


WITH_CLOCK = [at for at in EVERYWHERE if any(at[1] in row.sources for row in ROWS[A.EXPIRE])]


@pytest.mark.parametrize(("kind", "status", "round"), WITH_CLOCK, ids=["-".join(map(str, at)) for at in WITH_CLOCK])
def test_once_due_nobody_does_anything_but_the_clock(kind, status, round, cast):
    """P10: whether or not a sweep ran, an overdue claim is closed to everybody."""
    claim = _claim(kind, status, round)
    people = actors(cast)
    before = snapshot()
    for action in A:
        data = data_for(action, claim)
        for name, by in people.items():
            if name == "clock" and action in (A.EXPIRE, A.NOTE_BOUNCE):
                continue
            with pytest.raises((Refused, NotPermitted)):
                perform(claim, action, by, claim.due_at, **data)
    assert snapshot() == before
    after = perform(claim, A.EXPIRE, people["clock"], claim.due_at)
    assert after.status == _row(A.EXPIRE, claim).target


@pytest.mark.parametrize("kind", Kind.values)
def test_every_action_has_one_kind_of_actor(kind):
    """``permitted`` looks at the first row of an action only, so all its rows for one kind of claim must agree."""
    for action, rows in ROWS.items():
        assert len({row.who for row in rows if row.kind in (None, kind)}) <= 1, action


def test_rows_of_one_action_never_apply_to_the_same_place():
    places = [
        (row.action, source, round, kind)
        for row in TABLE
        for source in row.sources
        for round in (1, 2)
        for kind in Kind.values
        if row.round in (None, round) and row.kind in (None, kind)
    ]
    assert len(places) == len(set(places))


def test_nothing_leads_out_of_a_terminal_status_but_out_of_an_approved_association():
    """P02; requirements 17: the one exception."""
    out = {(row.number, row.kind, row.sources) for row in TABLE if TERMINAL & set(row.sources)}
    assert out == {(number, "cpor", (S.APPROVED,)) for number in ("T36", "T38", "T39")}


def test_every_status_is_reached_by_a_row():
    """Requirements 18, reachability: the 17 and Draft."""
    assert {row.target for row in TABLE if row.target} == set(S)


def test_every_transition_of_the_requirements_is_a_row():
    """Requirements 18: T01 to T40; T41 is T01 or T02 with the previous claim, see the tests of beginning again."""
    assert {row.number for row in TABLE} == {f"T{number:02}" for number in range(1, 41)}


def test_approved_and_rejected_are_reached_from_under_review_only():
    """Requirements 18: the history always shows a reviewer. For use or consume a reviewer confirms the partner's own
    wish, silence counts as rejection, and an approved association can end."""
    decided = {S.APPROVED, S.REJECTED, S.REJECTED_FINAL}
    rows = [row for row in TABLE if row.target in decided and row.number not in ("T23", "T31", "T37", "T38", "T39")]
    assert {source for row in rows for source in row.sources} == {S.UNDER_REVIEW}
