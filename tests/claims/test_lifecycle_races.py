"""Two at once: real threads, real commits, and for each race a control that shows it can be lost (G10, FA11, P18)."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from claims import association_guards, associations, handover, intake, lifecycle, sweeps
from claims.actions import Action as A
from claims.associations import Products
from claims.invariants import violations
from claims.lifecycle import Refused, Taken, perform
from claims.models import Claim, ClaimEvent, Earning
from claims.statuses import Status as S
from claims.transitions import ROWS
from mci_portal.accounts.actors import CLOCK, Actor, actor_for, customer
from mci_portal.accounts.models import Location, Membership, Role
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.outbox.models import Message
from tests.cast import admin_of
from tests.claims.moves import data_for
from tests.factories import (
    AssociationEngagementFactory,
    CustomerFactory,
    EngagementFactory,
    MembershipFactory,
    UserFactory,
    allow,
    claim_in,
    contacts_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server, pytest.mark.usefixtures("nothing_broken")]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def at_once(*jobs) -> list:
    """Run the jobs in a thread each, started together; what each returned or raised."""
    start, outcomes = threading.Barrier(len(jobs), timeout=20), [None] * len(jobs)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            outcomes[number] = jobs[number]()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def kinds(outcomes: list) -> Counter:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def test_eight_submits_of_one_claim_make_one_submission():
    claim = claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=()), now=NOW)
    by = actor_for(claim.owner)
    outcomes = at_once(*[lambda: perform(claim, A.SUBMIT, by, NOW + TICK)] * 8)
    assert kinds(outcomes) == {"Claim": 1, "Refused": 7}
    assert {outcome.sentence for outcome in outcomes if isinstance(outcome, Refused)} == {
        "“Submit claim” is not possible while the claim is “Submitted”."
    }
    assert ClaimEvent.objects.filter(claim=claim, action="submit").count() == 1
    assert Message.objects.filter(topic=claim.topic, kind="E11").count() == 1


def test_without_the_lock_all_eight_would_have_gone_ahead(monkeypatch):
    """The negative control: the race is real, and the lock is what decides it."""
    claim = claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=()), now=NOW)
    by, inside = actor_for(claim.owner), threading.Barrier(8, timeout=20)
    carry_out, went_ahead = lifecycle._carry_out, []

    def together(row, move) -> None:
        went_ahead.append(move.claim.status)
        inside.wait()
        carry_out(row, move)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(lifecycle, "_carry_out", together)
    at_once(*[lambda: perform(claim, A.SUBMIT, by, NOW + TICK)] * 8)
    assert went_ahead == [S.CONSENT_RECEIVED] * 8


def test_submits_and_expiries_at_the_deadline_make_one_transition():
    """FA11: whoever comes second is told what the claim is now."""
    for _ in range(6):
        claim = claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=()), now=NOW)
        by, due_at = actor_for(claim.owner), claim.due_at
        submits = [lambda claim=claim, by=by: perform(claim, A.SUBMIT, by, claim.due_at - TICK)] * 4
        expiries = [lambda claim=claim: perform(claim, A.EXPIRE, CLOCK, claim.due_at)] * 2
        sweepers = [lambda due_at=due_at: sweeps.sweep(due_at)] * 2
        outcomes = at_once(*submits, *expiries, *sweepers)
        claim.refresh_from_db()
        assert claim.status in (S.SUBMITTED, S.NOT_SUBMITTED_EXPIRED)
        assert kinds(outcomes[:6])["Claim"] + sum(outcomes[6:]) == 1
        assert kinds(outcomes[:6])["Claim"] + kinds(outcomes[:6])["Refused"] == 6
        assert claim.events.filter(to_status__in=(S.SUBMITTED, S.NOT_SUBMITTED_EXPIRED)).count() == 1
    assert {code for code, *_rest in violations(due_at)} <= {"I5"}


def test_four_sweeps_at_once_expire_each_claim_once():
    """G5, FA10: any number of sweeps may run."""
    engagement = EngagementFactory()
    due_at = {claim_in(S.AWAITING_CONSENT, engagement=engagement, now=NOW).due_at for _ in range(30)}
    moment = max(due_at)
    outcomes = at_once(*[lambda: sweeps.sweep(moment, chunk=4)] * 4)
    assert sum(outcomes) == 30
    assert Claim.objects.filter(status=S.CONSENT_EXPIRED).count() == 30
    assert ClaimEvent.objects.filter(action="expire").count() == 30
    assert Message.objects.filter(kind="E07").count() == Message.objects.filter(kind="E22").count() == 30


def test_sweep_leaves_a_claim_that_somebody_holds_and_takes_it_later():
    held, free = (claim_in(S.CUSTOMER_CLAIMED, now=NOW) for _ in range(2))
    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=held.pk)
        assert at_once(lambda: sweeps.sweep(held.due_at)) == [1]
    assert Claim.objects.get(pk=free.pk).status == S.CONSENT_EXPIRED
    assert sweeps.sweep(held.due_at) == 1


def test_claim_that_somebody_holds_too_long_answers_try_again():
    claim = claim_in(S.CUSTOMER_CLAIMED, now=NOW)
    by = actor_for(claim.owner)

    def impatient() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        perform(claim, A.SEND_CONSENT, by, NOW + TICK)

    with transaction.atomic():
        Claim.objects.select_for_update().get(pk=claim.pk)
        (outcome,) = at_once(impatient)
    assert isinstance(outcome, Conflict)
    assert not isinstance(outcome, Refused)
    assert "try again" in outcome.sentence


def test_two_partners_customers_accepting_at_once_leave_one_consent(cast):
    """P18, C-14: the database decides between two acceptances that both looked fine."""
    engagement = EngagementFactory()
    first = claim_in(S.AWAITING_CONSENT, location=cast.redmond, engagement=engagement, now=NOW)
    rival = claim_in(
        S.AWAITING_CONSENT, location=cast.amsterdam, engagement=engagement, customer=first.customer, now=NOW
    )
    by = {claim.pk: _customer(claim) for claim in (first, rival)}
    outcomes = at_once(
        *[
            lambda claim=claim: perform(claim, A.ACCEPT, by[claim.pk], NOW + TICK, **data_for(A.ACCEPT, claim))
            for claim in (first, rival)
        ]
    )
    assert kinds(outcomes) == {"Claim": 1, "Taken": 1}
    assert sorted(Claim.objects.values_list("status", flat=True)) == [S.AWAITING_CONSENT, S.CONSENT_RECEIVED]
    (loser,) = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    assert loser.sentence == "This customer has already agreed to this engagement with a partner."


def test_engagement_for_several_partners_lets_both_customers_accept(cast):
    """The control of the race above: without exclusivity nothing stands between them."""
    engagement = EngagementFactory(exclusive=False)
    first = claim_in(S.AWAITING_CONSENT, location=cast.redmond, engagement=engagement, now=NOW)
    rival = claim_in(
        S.AWAITING_CONSENT, location=cast.amsterdam, engagement=engagement, customer=first.customer, now=NOW
    )
    outcomes = at_once(
        *[
            lambda claim=claim: perform(claim, A.ACCEPT, _customer(claim), NOW + TICK, **data_for(A.ACCEPT, claim))
            for claim in (first, rival)
        ]
    )
    assert kinds(outcomes) == {"Claim": 2}


def _rival_associations(cast) -> list[Claim]:
    """Contoso's and Fabrikam's, both under review: they want the same product of one customer."""
    facts = {"kind": "cpor", "engagement": AssociationEngagementFactory(), "customer": CustomerFactory(), "now": NOW}
    facts |= {"products": Products(("teams",))}
    return [claim_in(S.UNDER_REVIEW, location=place, **facts) for place in (cast.redmond, cast.amsterdam)]


def _approvals(claims: list[Claim], cast) -> list:
    by = actor_for(cast.rita)
    return [lambda claim=claim: associations.approve(claim, by, NOW + TICK) for claim in claims]


def test_two_associations_of_one_workload_approved_at_once_leave_one_partner(cast):
    """R-226: one decision about a customer at a time; the second one is for a lead reviewer (R-198)."""
    for _ in range(4):
        claims = _rival_associations(cast)
        outcomes = at_once(*_approvals(claims, cast))
        assert kinds(outcomes) == {"Claim": 1, "Refused": 1}
        (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        assert "arbitrate" in refused.sentence
        states = [Claim.objects.get(pk=claim.pk).status for claim in claims]
        assert sorted(states) == [S.APPROVED, S.UNDER_REVIEW]


def test_without_the_lock_on_the_customer_both_associations_would_be_approved(cast, monkeypatch):
    """The negative control: each decision looks at the other before either is written."""
    claims, inside = _rival_associations(cast), threading.Barrier(2, timeout=20)
    guard = association_guards.workload_is_free

    def together(move) -> str | None:
        sentence = guard(move)
        inside.wait()
        return sentence

    rows = tuple(replace(row, guards=(together,)) if guard in row.guards else row for row in ROWS[A.APPROVE])
    monkeypatch.setitem(ROWS, A.APPROVE, rows)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    assert kinds(at_once(*_approvals(claims, cast))) == {"Claim": 2}


def _beginning(location: Location) -> dict:
    """What the wizard hands over for a customer of its own."""
    engagement, customer = EngagementFactory(), CustomerFactory(country=location.country)
    allow(location, engagement)
    return {
        "location": location,
        "customer": customer,
        "engagements": [engagement],
        "contacts": contacts_of(location.partner, customer),
        "name": "A workshop",
        "id_type": "domain",
        "id_value": customer.domain,
    }


def test_role_taken_away_while_its_holder_adds_a_customer_leaves_no_claim_without_owner(cast):
    """Who adds a customer holds his role until the claim is there; then it is a claim to hand over first."""
    MembershipFactory(user=(grace := UserFactory()), partner=cast.contoso, role=Role.GLOBAL_ADMIN)
    by, admin = actor_for(cast.ben), actor_for(grace)
    for _ in range(4):
        grant = Membership.objects.filter(user=cast.ben).first() or MembershipFactory(
            user=cast.ben, partner=cast.contoso, location=cast.redmond, role=Role.INCENTIVES_USER
        )
        begin = _beginning(cast.redmond)
        outcomes = at_once(
            lambda begin=begin: intake.start(action=A.ADD_CUSTOMER, by=by, now=NOW, **begin),
            lambda grant=grant: handover.revoke(admin, [grant], None, NOW),
        )
        assert kinds(outcomes) in ({"list": 1, "Successor": 1}, {"Refused": 1, "int": 1})
        assert [line for line in violations(NOW) if line[0] == "I16"] == []
        Claim.objects.update(owner=admin_of(cast.contoso))


def test_accept_and_decline_through_one_link_at_once_leave_one_answer():
    """P15, TK05."""
    claim = claim_in(S.AWAITING_CONSENT, now=NOW)
    by = _customer(claim)
    outcomes = at_once(
        *[
            lambda action=action: perform(claim, action, by, NOW + TICK, **data_for(action, claim))
            for action in (A.ACCEPT, A.DECLINE) * 3
        ]
    )
    assert kinds(outcomes) == {"Claim": 1, "Refused": 5}
    assert claim.consent_requests.exclude(decision="").count() == 1


def test_approve_and_reject_at_once_leave_one_decision(cast):
    """P13, G3."""
    claim = claim_in(S.UNDER_REVIEW, engagement=EngagementFactory(evidence=()), now=NOW)
    by = actor_for(cast.rita)
    outcomes = at_once(
        *[
            lambda action=action: perform(claim, action, by, NOW + TICK, **data_for(action, claim))
            for action in (A.APPROVE, A.REJECT) * 3
        ]
    )
    assert kinds(outcomes) == {"Claim": 1, "Refused": 5}
    claim.refresh_from_db()
    assert Earning.objects.count() == (claim.status == S.APPROVED)


def test_time_is_read_after_the_wait_for_the_lock():
    """Reliability 11.2: an action that waited for another past the deadline is late."""
    claim = claim_in(S.CUSTOMER_CLAIMED, now=database_now() - timedelta(days=30) + timedelta(milliseconds=400))
    by, locked = actor_for(claim.owner), threading.Event()

    def late() -> Claim:
        locked.wait(10)
        return perform(claim, A.SEND_CONSENT, by)

    def hold() -> None:
        with transaction.atomic():
            Claim.objects.select_for_update().get(pk=claim.pk)
            locked.set()
            while database_now() < claim.due_at:
                pass

    outcome, _none = at_once(late, hold)
    assert isinstance(outcome, Refused)
    assert "Customer consent expired" in outcome.sentence


def _customer(claim: Claim) -> Actor:
    return customer(claim.customer_name, claim.customer_email)
