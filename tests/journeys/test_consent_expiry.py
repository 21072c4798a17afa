"""Thirty days without an answer (T08, R-117, R-271): the same to everybody, whether the sweep has run or not."""

from claims.models import Claim
from tests.journeys import steps


def test_request_runs_out(enter):
    """Given an unanswered request, when thirty days pass, then it is over before and after the job has run."""
    ana, nora = enter("ana"), enter()
    ana.goto("/incentives/engagements/endpoint-management-workshop/customers/")
    claim = steps.add_customer(ana)
    steps.ask_consent(ana, claim)
    link = steps.link_in(steps.read_mail(steps.CUSTOMER, "/consent/"), "consent")
    nora.goto(link)

    steps.let_days_pass(claim, 30)

    # Then: before the job has run, nobody can act on it any more.
    for swept in (False, True):
        if swept:
            assert steps.clock_sweeps() == 1
        assert Claim.objects.get(pk=claim.pk).status == ("consent_expired" if swept else "awaiting_consent")
        ana.goto(f"/incentives/claims/{claim.number}/")
        steps.sees_status(ana, "Customer consent expired")
        steps.sees_not(ana, "Re-send email for customer consent")
        assert nora.goto(link).status == 410
        steps.sees_heading(nora, "This request is closed")
        ana.goto("/incentives/engagements/endpoint-management-workshop/customers/")
        steps.sees_not(ana, str(claim.number))
    assert steps.clock_sweeps() == 0
    steps.read_mail(steps.ADDRESSES["ana"], "expired")


def test_acceptance_comes_too_late(enter):
    """Given the page open since yesterday, when the customer presses Accept after the end, then nothing is accepted."""
    ana, nora = enter("ana"), enter()
    ana.goto("/incentives/engagements/endpoint-management-workshop/customers/")
    claim = steps.add_customer(ana)
    steps.ask_consent(ana, claim)
    nora.goto(steps.link_in(steps.read_mail(steps.CUSTOMER, "/consent/"), "consent"))
    steps.let_days_pass(claim, 30)
    steps.answer_consent(nora, "Accept")
    steps.sees_heading(nora, "This request is closed")
    assert Claim.objects.get(pk=claim.pk).consented_at is None
