"""Two reviewers at once: real threads and real commits through the pages (R-190, R-191, G10)."""

import threading

import pytest
from django.db import connection, transaction
from django.test import Client

from claims import review
from claims.models import Claim, Earning
from claims.queries.review import ORDER, Wanted, takeable
from claims.statuses import Status as S
from engagements.models import EvidenceRequirement
from mci_portal.common.errors import Conflict
from tests.factories import claim_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]


def at_once(*jobs) -> list:
    """Run the jobs in a thread each, started together; what each returned."""
    start, answers = threading.Barrier(len(jobs), timeout=20), [None] * len(jobs)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait()
            answers[number] = jobs[number]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_two_reviewers_take_one_claim_and_one_gets_it(cast):
    """R-190: one wins, the other is told with 409, and the history holds one start."""
    claim = claim_in(S.SUBMITTED)
    url = f"/incentives/claims/{claim.number}/do/start_review/"
    clients = [client_of(user) for user in (cast.rita, cast.ravi)]
    answers = at_once(*[lambda client=client: client.post(url) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    winner = (cast.rita, cast.ravi)[[answer.status_code for answer in answers].index(302)]
    claim = Claim.objects.get(pk=claim.pk)
    assert (claim.status, claim.reviewer) == (S.UNDER_REVIEW, winner)
    assert claim.events.filter(action="start_review").count() == 1


def test_approve_and_reject_at_once_make_one_decision(cast):
    """R-191: the same reviewer in two windows; the loser sees 409 and nothing of his is written."""
    claim = claim_in(S.UNDER_REVIEW, reviewer=cast.rita)
    required = EvidenceRequirement.objects.filter(engagement_id=claim.engagement_id)
    approval = {f"check-{one.pk}": "meets" for one in required} | {"version": claim.version}
    rejection = {"reasons": ["insufficient_poe"], "text": "No.", "version": claim.version}
    clients = [client_of(cast.rita) for _window in range(2)]
    answers = at_once(
        lambda: clients[0].post(f"/review/{claim.number}/approve/", approval),
        lambda: clients[1].post(f"/review/{claim.number}/reject/", rejection),
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    claim = Claim.objects.get(pk=claim.pk)
    approved = answers[0].status_code == 302
    assert (claim.status, Earning.objects.count()) == ((S.APPROVED, 1) if approved else (S.REJECTED, 0))


def test_two_who_press_next_at_once_get_two_claims(cast):
    """R-190: what one has locked the other passes over; nobody is refused."""
    waiting = {claim_in(S.SUBMITTED).number for _claim in range(3)}
    clients = [client_of(user) for user in (cast.rita, cast.ravi)]
    answers = at_once(*[lambda client=client: client.post("/review/next/") for client in clients])
    assert [answer.status_code for answer in answers] == [302, 302]
    got = [int(answer.url.strip("/").split("/")[1]) for answer in answers]
    assert len(set(got)) == 2
    assert set(got) < waiting
    for number, user in zip(got, (cast.rita, cast.ravi), strict=True):
        assert Claim.objects.get(number=number).reviewer == user


def test_next_passes_over_a_claim_that_somebody_is_just_taking(cast):
    """One connection holds the first claim's lock: Next neither waits for it nor gives it twice."""
    first, second = (claim_in(S.SUBMITTED) for _claim in range(2))
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Claim.objects.select_for_update().get(pk=first.pk)
            held.set()
            done.wait(20)

    def press() -> str:
        held.wait(20)
        try:
            return client_of(cast.rita).post("/review/next/").url
        finally:
            done.set()

    assert at_once(hold, press)[1] == f"/review/{second.number}/"


def test_without_passing_over_both_would_get_the_same_claim(cast):
    """The negative control: found first and locked later, the second reviewer runs into the first one's claim."""
    claim_in(S.SUBMITTED)
    claim_in(S.SUBMITTED)
    meet = threading.Barrier(2, timeout=20)

    def press(by) -> bool:
        claim = takeable(by, Wanted()).order_by(*ORDER).first()
        meet.wait()
        try:
            review.start(claim, by)
        except Conflict:
            return False
        return True

    rita, ravi = cast.actor("rita"), cast.actor("ravi")
    answers = at_once(lambda: press(rita), lambda: press(ravi))
    assert sorted(answers) == [False, True]
