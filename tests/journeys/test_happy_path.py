"""The whole main journey, from finding the engagement to the amount (R-020 to R-199)."""

import pytest

from tests.journeys import steps


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_partner_earns_on_a_workshop(enter, script):
    """Given an eligible partner, when customer, partner and reviewer do their parts, then the claim is approved.

    The partner's part also works without JavaScript.
    """
    # Given: Ana finds the engagement in the list, and its customers.
    ana = enter("ana", java_script_enabled=script)
    ana.goto("/incentives/engagements/?q=Endpoint")
    steps.press(ana, "Endpoint Management Workshop")
    steps.sees_heading(ana, "Endpoint Management Workshop")
    ana.get_by_role("navigation", name="Engagement").get_by_role("link", name="Customers").click()

    # When: she adds Northwind by its domain and asks for consent.
    claim = steps.add_customer(ana)
    steps.ask_consent(ana, claim)
    asked = steps.read_mail(steps.CUSTOMER, "/consent/")
    assert "Contoso Consulting" in asked

    # And: the customer accepts through the mailed link, without an account.
    nora = enter()
    nora.goto(steps.link_in(asked, "consent"))
    steps.sees_heading(nora, "Contoso Consulting asks for your agreement")
    steps.answer_consent(nora, "Accept")
    steps.sees_heading(nora, "You accepted")
    steps.read_mail(steps.CUSTOMER, "Your answer to Contoso Consulting")
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees_status(ana, "Customer consent received")

    # And: Ben of Redmond uploads, the customer and Ana answer the surveys, Ana submits.
    ben = enter("ben", java_script_enabled=script)
    steps.upload(ben, claim, "invoice", "Invoice 4711")
    steps.upload(ben, claim, "report", "Proof of execution")
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.press(ana, "Send Customer Survey")
    steps.sees(ana, "The customer survey was sent.")
    steps.answer_customer_survey(nora, steps.link_in(steps.read_mail(steps.CUSTOMER, "/survey/"), "survey"))
    steps.answer_partner_survey(ana, claim)
    steps.submit(ana, claim)
    steps.read_mail(steps.ADDRESSES["ana"], str(claim.number))

    # And: Rita takes it, looks at the documents and approves.
    rita = enter("rita")
    rita.goto("/review/")
    rita.get_by_role("button", name="Start review").click()
    steps.sees_status(rita, "Under review")
    steps.sees_document(rita)
    steps.approve(rita)

    # Then: Ana sees what she earned, and was told.
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees_status(ana, "Approved")
    steps.sees(ana, "Microsoft approved this claim")
    steps.sees(ana, "5,000.00 USD")
    assert "5,000.00 USD" in steps.read_mail(steps.ADDRESSES["ana"], "approved")
