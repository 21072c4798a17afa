"""Anybody does anything in any order, and the promises hold after every step (reliability 7, P01 to P27).

``HYPOTHESIS_PROFILE=nightly`` looks much further than the run of every day.
"""

import contextlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.http import Http404
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from claims import completeness, contacts, sweeps
from claims.actions import Action as A
from claims.deadlines import LIVE_COLUMN
from claims.invariants import INVARIANTS, violations
from claims.lifecycle import NotPermitted, Refused, available, effective_status, perform
from claims.models import Claim, Earning, SurveyKind
from claims.queries import scope
from claims.statuses import EDITABLE, HOLDS_CUSTOMER, OPEN, TERMINAL
from claims.statuses import Status as S
from claims.transitions import ROWS
from customers.models import Customer
from engagements.models import Engagement
from mci_portal.outbox.models import Message
from tests.cast import Cast, make_cast
from tests.claims.moves import CPOR_PLACES, PLACES, actors, data_for, may, snapshot
from tests.factories import AssociationEngagementFactory, CustomerFactory, EngagementFactory, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.server]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
# Mail is not delivered here and nobody sweeps by himself; the rest must hold at every moment.
WATCHED = {one.code for one in INVARIANTS} - {"I3", "I5"}
FIXED_AT_CONSENT = ("amount", "currency", "market", "submit_due_at", "review_due_at", "consented_at")
DAYS = ("consent_days", "submit_days", "review_days", "dispute_days", "dispute_review_days")
FIXED_FOR_EVER = (
    *("number", "kind", "partner_id", "location_id", "engagement_id", "customer_id", "created_at", "consent_due_at"),
    *("hours", *DAYS),
)
ONCE = (A.APPROVE, A.REJECT, A.CANCEL, A.ACCEPT, A.DECLINE, A.DISPUTE, A.START_REVIEW, A.SUBMIT, A.DISASSOCIATE)
MAY_MOVE_DUE = {A.ACCEPT, A.SUBMIT, A.REQUEST_ACTION, A.REJECT, A.EXPIRE}  # T23 starts the clock of the dispute
CPOR_BEGINNINGS = [place for place in CPOR_PLACES if place[0] in OPEN | {S.APPROVED}]
NAMES = ("ana", "ben", "tom", "omar", "rita", "ravi", "lena", "olga", "customer", "colleague", "clock")
ENDS = (A.OPT_OUT, A.WITHDRAW)
JUMPS = st.sampled_from([timedelta(hours=hours) for hours in (1, 1, 1, 24, 24, 9 * 24, 31 * 24, 100 * 24)])


class Stopped(Exception):
    """The machine lost its power."""


class World:
    cast: Cast
    engagement: Engagement
    usage: Engagement
    customer: Customer


class Lifecycle(RuleBasedStateMachine):
    """Two claims on one customer and engagement: Contoso's, and Fabrikam's that wants the same."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = NOW
        self.seen: dict[int, Claim] = {}
        self.unasked: set[int] = set()  # their contact changed; until the mail is sent again no link is live

    def teardown(self) -> None:
        try:
            sweeps.sweep(self.now)
            assert [line for line in violations(self.now) if line[0] in WATCHED | {"I3"}] == []
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    @initialize(rival=st.booleans(), place=st.sampled_from([place for place in PLACES if place[0] in OPEN]))
    def begin(self, rival: bool, place: tuple[S, int]) -> None:
        facts = {"engagement": World.engagement, "customer": World.customer}
        self.people = actors(World.cast)
        if rival:
            self._see(claim_in(S.AWAITING_CONSENT, location=World.cast.amsterdam, now=NOW, **facts))
        # While the rival's customer has not answered, Contoso's claim may already be anywhere.
        self.claim = claim_in(place[0], round=place[1], location=World.cast.redmond, now=NOW, **facts)
        self._see(self.claim)

    def _see(self, claim: Claim) -> None:
        self.seen[claim.pk] = claim

    @rule(jump=JUMPS)
    def time_passes(self, jump: timedelta) -> None:
        self.now += jump

    @rule(which=st.integers(0, 1), action=st.sampled_from(A), name=st.sampled_from(NAMES))
    def somebody_does_something(self, which: int, action: A, name: str) -> None:
        claim = list(self.seen.values())[which % len(self.seen)]
        self._attempt(claim, action, name)

    @rule(data=st.data(), which=st.integers(0, 1))
    def somebody_presses_a_button(self, data, which: int) -> None:
        claim = Claim.objects.get(pk=list(self.seen)[which % len(self.seen)])
        open_to = [
            (offer.action, name)
            for name in ("ana", "omar", "rita", "ravi", "lena")
            for offer in available(claim, self.people[name], self.now).values()
            if not offer.refusal
        ]
        moves = [(action, name) for action, name in open_to if any(row.target for row in ROWS[action])]
        if open_to:
            self._attempt(claim, *data.draw(st.sampled_from(moves * 3 + open_to)))

    @rule(
        which=st.integers(0, 1),
        action=st.sampled_from([A.ACCEPT, A.ACCEPT, A.DECLINE, A.COMPLETE_CUSTOMER_SURVEY, *ENDS]),
    )
    def the_customer_answers(self, which: int, action: A) -> None:
        self._attempt(list(self.seen.values())[which % len(self.seen)], action, "customer")

    @rule()
    def everything_is_handed_in(self) -> None:
        claim = Claim.objects.get(pk=self.claim.pk)
        for action in (A.UPLOAD, A.COMMENT, A.ANSWER_ISSUE, A.SUBMIT):
            self._attempt(claim, action, "ben")
            claim = Claim.objects.get(pk=claim.pk)

    @rule()
    def a_sweep_runs(self) -> None:
        """P10, P11, P12."""
        before = {claim.pk: effective_status(claim, self.now) for claim in Claim.objects.all()}
        sweeps.sweep(self.now)
        once = snapshot()
        assert sweeps.sweep(self.now) == 0
        assert snapshot() == once
        for claim in Claim.objects.all():
            assert claim.status == before[claim.pk]
            self._compare(claim, A.EXPIRE)

    def _attempt(self, stale: Claim, action: A, name: str) -> None:
        before = Claim.objects.get(pk=stale.pk)
        data, tables = data_for(action, before, self.people[name]), snapshot()
        try:
            after = perform(stale, action, self.people[name], self.now, **data)
        except (Refused, NotPermitted):
            assert snapshot() == tables, f"{action} by {name} was refused and left a trace (P05)"
            return
        # P24, P10, P02, P03: by the right one, in time, not out of an end, and one step.
        if before.partner == World.cast.contoso:
            assert may(action, name, before, World.cast)
        assert action in (A.EXPIRE, A.NOTE_BOUNCE) or before.due_at is None or self.now < before.due_at
        assert before.status not in TERMINAL or (before.kind, before.status) == ("cpor", S.APPROVED)
        assert after.version == before.version + 1
        if action in (*ONCE, *ENDS):
            replayed = snapshot()
            with pytest.raises((Refused, NotPermitted)):  # P06
                perform(stale, action, self.people[name], self.now, **data)
            assert snapshot() == replayed
        if action is A.SUBMIT:
            assert completeness.missing(after) == []  # P23
        assert action is not A.REMOVE_DOCUMENT or before.status in EDITABLE  # P23: what was handed in stays
        self._compare(Claim.objects.get(pk=stale.pk), action)

    @rule(which=st.integers(0, 1), action=st.sampled_from(A), name=st.sampled_from(NAMES))
    def the_machine_stops_before_the_commit(self, which: int, action: A, name: str) -> None:
        """P05: either all of a move is there, or nothing."""
        claim = Claim.objects.get(pk=list(self.seen)[which % len(self.seen)])
        data, tables = data_for(action, claim, self.people[name]), snapshot()
        with contextlib.suppress(Refused, NotPermitted, Stopped), transaction.atomic():
            perform(claim, action, self.people[name], self.now, **data)
            raise Stopped
        assert snapshot() == tables

    @rule(who=st.sampled_from(["Dora", "Emil"]))
    def the_customer_contact_is_changed(self, who: str) -> None:
        """P16, P17: older links are void then; after the customer survey it is too late."""
        claim = Claim.objects.get(pk=self.claim.pk)
        locked, before = claim.surveys.filter(kind="customer_survey", completed_at__isnull=False).exists(), snapshot()
        values = {name: getattr(claim, name) for name in contacts.FIELDS} | {"customer_name": who}
        try:
            changed = contacts.change(claim, self.people["ana"], values, self.now)
        except (Refused, NotPermitted):
            assert snapshot() == before
            return
        assert not locked or claim.customer_name == who
        if claim.customer_name != who:
            assert not changed.consent_requests.filter(voided_at=None, used_at=None).exists()
            self.unasked.add(claim.pk)
        self._compare(Claim.objects.get(pk=claim.pk), A.EDIT_CONTACTS)

    def _compare(self, claim: Claim, action: A) -> None:
        """What this action may have changed, and what never changes (P08, P09, P21, P22)."""
        old = self.seen[claim.pk]
        for name in FIXED_FOR_EVER:
            assert getattr(claim, name) == getattr(old, name), name
        if old.consented_at:
            for name in FIXED_AT_CONSENT:
                assert getattr(claim, name) == getattr(old, name), name
        if claim.due_at != old.due_at and claim.due_at and old.due_at:
            assert action in MAY_MOVE_DUE
        if old.dispute_due_at:
            assert claim.dispute_due_at == old.dispute_due_at
        if old.dispute_review_due_at:
            assert claim.dispute_review_due_at == old.dispute_review_due_at
        self._see(claim)

    @invariant()
    def nothing_is_lost_or_mixed_up(self) -> None:
        found = [line for line in violations(self.now) if line[0] in WATCHED]
        assert found == []

    @invariant()
    def every_claim_is_in_order(self) -> None:
        for claim in Claim.objects.all():
            assert claim.status in S.values  # P01
            column = LIVE_COLUMN.get(claim.status)
            assert claim.due_at == (getattr(claim, column) if column else None)  # P07
            assert (claim.due_at is None) == (column is None)
            assert claim.status != S.REJECTED_FINAL or claim.round == 2 or claim.kind == "cpor"  # P14
            assert claim.events.filter(action="dispute").count() == claim.round - 1
            # P13 and P15
            paid = claim.status == S.APPROVED and claim.kind == "build_intent"
            assert Earning.objects.filter(claim=claim, amount=claim.amount).count() == paid
            answers = claim.consent_requests.exclude(decision="")
            assert answers.filter(decision="accepted").count() == (claim.consented_at is not None)
            assert answers.count() == (claim.consented_at is not None or claim.status == S.CONSENT_DECLINED)
            # P16
            live = claim.consent_requests.filter(voided_at=None, used_at=None).count()
            assert live == (claim.status == S.AWAITING_CONSENT) or (live == 0 and claim.pk in self.unasked)
            for survey in claim.surveys.all():
                assert survey.links.filter(voided_at=None, used_at=None).count() <= 1
            # P17
            assert claim.surveys.count() == claim.surveys.values("kind").distinct().count()
            # P27: for another company it does not exist, whatever became of it
            stranger = "omar" if claim.partner_id == World.cast.contoso.pk else "ana"
            with pytest.raises(Http404):
                scope.get(self.people[stranger], claim.number)
            # P25
            moments = (
                claim.created_at,
                claim.consented_at,
                claim.first_submitted_at,
                claim.rejected_at,
                claim.disputed_at,
            )
            known = [moment for moment in moments if moment]
            assert known == sorted(known)
            # P26
            assert claim.status != S.UNDER_REVIEW or claim.reviewer_id
            if claim.reviewer_id:
                assert not claim.reviewer.memberships.filter(partner=claim.partner_id).exists()

    @invariant()
    def one_customer_is_not_promised_twice(self) -> None:
        """P18, P19."""
        claims = Claim.objects.filter(kind="build_intent")
        assert claims.filter(status__in=HOLDS_CUSTOMER).count() <= 1
        assert Claim.objects.filter(kind="cpor", status=S.APPROVED).count() <= 1  # both want the same products
        for partner in (World.cast.contoso, World.cast.fabrikam):
            assert Claim.objects.filter(partner=partner, status__in=OPEN).count() <= 1

    @invariant()
    def whoever_is_told_is_told_once(self) -> None:
        """P20."""
        for claim in self.seen.values():
            for line in claim.events.all():
                rows = [
                    row
                    for row in ROWS[A(line.action)]
                    if row.is_for(claim)
                    and line.from_status in (row.sources or ("",))
                    and line.to_status == (row.target or line.from_status)
                ]
                row = rows[0]  # two rounds of one row tell the same
                told = Message.objects.filter(topic=claim.topic, dedup_key__endswith=f":v{line.seq}")
                assert set(row.mails) <= set(told.values_list("kind", flat=True))
                assert told.count() == told.values("kind").distinct().count()


class AssociationLifecycle(Lifecycle):
    """The same for use or consume: two partners want the same products of one customer."""

    @initialize(rival=st.booleans(), place=st.sampled_from(CPOR_BEGINNINGS))
    def begin(self, rival: bool, place: tuple[S, int]) -> None:
        facts = {"kind": "cpor", "engagement": World.usage, "customer": World.customer, "now": NOW}
        self.people = actors(World.cast)
        if rival:
            self._see(claim_in(S.SUBMITTED, location=World.cast.amsterdam, **facts))
        self.claim = claim_in(place[0], round=place[1], location=World.cast.redmond, **facts)
        self._see(self.claim)


PROFILES = {"daily": (12, 20), "nightly": (500, 80)}


@pytest.mark.parametrize("machine", [Lifecycle, AssociationLifecycle])
def test_promises_hold_whatever_anybody_does(machine, cast):
    profile = os.environ.get("HYPOTHESIS_PROFILE", "daily")
    examples, steps = PROFILES[profile]
    World.cast = make_cast()
    World.engagement = EngagementFactory(evidence=("invoice",), evidence__optional=SurveyKind.values, withdrawal=True)
    World.usage = AssociationEngagementFactory()
    World.customer = CustomerFactory()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=profile == "daily",
            # Making a failure shorter takes many minutes; that is for the night.
            phases=[Phase.generate] if profile == "daily" else [Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
