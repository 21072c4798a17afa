"""The reviewer rejects with reasons, and the partner may dispute it within thirty days (T19, T22, R-194, R-195)."""

from django.utils.formats import date_format

from claims.models import Claim
from tests.journeys import steps


def test_claim_is_rejected_and_disputed(enter):
    """Given a rejected claim, when the partner disputes it with new evidence, then a second reviewer decides."""
    ana, nora, rita = enter("ana"), enter(), enter("rita")
    claim = steps.to_consent(ana, nora)
    steps.hand_in_evidence(ana, claim, nora)
    steps.submit(ana, claim)
    rita.goto(f"/review/{claim.number}/")
    steps.press(rita, "Start review")
    rita.get_by_label("Insufficient PoE").check()
    rita.locator("#reject-text").fill("The customer of the invoice is another company.")
    steps.press(rita, "Reject")
    steps.sees_status(rita, "Rejected")

    # Then: Ana reads why, and until when she may dispute it.
    told = steps.read_mail(steps.ADDRESSES["ana"], f"{claim.number}")
    assert "The customer of the invoice is another company." in told
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees(ana, "Microsoft rejected this claim")
    steps.sees(ana, "Insufficient PoE")
    steps.sees(ana, "The customer of the invoice is another company.")
    last_day = Claim.objects.get(pk=claim.pk).dispute_due_at
    steps.sees(ana, date_format(last_day, "F j, Y"))

    # When: she disputes it, and submits again with a comment.
    steps.press(ana, "Dispute")
    steps.sees_status(ana, "Disputed")
    ana.locator("#hand-in textarea").fill("The invoice names the customer's parent company.")
    ana.locator("#hand-in").get_by_role("button", name="Submit", exact=True).click()
    steps.sees_status(ana, "Submitted")

    # Then: not Rita but Ravi decides.
    rita.goto(f"/review/{claim.number}/")
    assert rita.get_by_role("button", name="Start review").get_attribute("aria-disabled") == "true"
    ravi = enter("ravi")
    ravi.goto(f"/review/{claim.number}/")
    steps.press(ravi, "Start review")
    steps.sees_status(ravi, "Under review")
