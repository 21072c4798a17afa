"""The reviewer rejects with reasons, the partner disputes it within thirty days, and the second decision is final
(T19, T24, T25, T29, R-194, R-196, R-205 to R-207, R-211)."""

from django.utils.formats import date_format
from playwright.sync_api import expect

from claims.models import Claim
from tests.journeys import steps


def test_claim_is_rejected_disputed_and_rejected_for_good(enter):
    """Given a rejected claim, when the partner disputes it, then a second reviewer decides, and that is the end."""
    ana, nora, rita = enter("ana"), enter(java_script_enabled=False), enter("rita")
    claim = steps.to_consent(ana, nora)
    steps.hand_in_evidence(ana, claim, nora)
    steps.submit(ana, claim)
    steps.start_review(rita, claim)
    steps.reject(rita, "Insufficient PoE", "The customer of the invoice is another company.")
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

    # When: she disputes it, and submits again with a comment, all of it from the keyboard.
    steps.press_key(ana, "Dispute")
    steps.sees_status(ana, "Disputed")
    ana.locator("#hand-in textarea").focus()
    ana.keyboard.type("The invoice names the customer's parent company.")
    steps.press_key(ana, "Submit")
    steps.sees_status(ana, "Submitted")
    assert "was submitted" in steps.read_mail(steps.ADDRESSES["ana"], f"{claim.number}")

    # Then: not Rita, who is told why, but Ravi decides, and he finds it wanting too.
    rita.goto(f"/review/{claim.number}/")
    assert rita.get_by_role("button", name="Start review").get_attribute("aria-disabled") == "true"
    steps.sees(rita, "You rejected this claim, so another reviewer must decide the dispute.")
    ravi = enter("ravi", java_script_enabled=False)
    steps.start_review(ravi, claim)
    steps.sees(ravi, "The invoice names the customer's parent company.")
    steps.sees(ravi, "This decision is final; the partner cannot dispute it.")
    steps.reject(ravi, "Insufficient PoE", "Nothing shows that the two companies belong together.")
    steps.sees_status(ravi, "Rejected final")

    # And: Ana is told, and finds nothing any more that she could do.
    final = steps.read_mail(steps.ADDRESSES["ana"], "Final decision")
    assert "Nothing shows that the two companies belong together." in final
    assert "cannot be disputed again" in final
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees_status(ana, "Rejected final")
    steps.sees(ana, "Nothing shows that the two companies belong together.")
    for name in ("Dispute", "Submit", "Submit claim", "Cancel claim", "Add comment", "Remove"):
        expect(ana.get_by_role("button", name=name, exact=True)).to_have_count(0)
    expect(ana.get_by_role("link", name="Upload proof of execution")).to_have_count(0)
    assert steps.clock_sweeps() == 0
