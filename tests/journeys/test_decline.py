"""The customer says no (T07, R-120)."""

from tests.journeys import steps


def test_customer_declines(enter):
    """Given a request for consent, when the customer declines, then the claim ends and the partner may read why."""
    ana, nora = enter("ana"), enter()
    ana.goto("/incentives/engagements/endpoint-management-workshop/customers/")
    claim = steps.add_customer(ana)
    steps.ask_consent(ana, claim)
    link = steps.link_in(steps.read_mail(steps.CUSTOMER, "/consent/"), "consent")

    nora.goto(link)
    nora.get_by_label("Contoso Consulting may read my reason.").check()
    steps.answer_consent(nora, "Decline", reason="We work with somebody else.")
    steps.sees_heading(nora, "You declined")

    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees_status(ana, "Customer consent declined")
    steps.press(ana, "Claim history")
    steps.sees(ana, "We work with somebody else.")
    assert "We work with somebody else." in steps.read_mail(steps.ADDRESSES["ana"], f"{claim.number}")
    # And: it stays so, whoever opens the link again.
    nora.goto(link)
    steps.sees_heading(nora, "You declined")
    # And: the customer left the Eligible tab for the Complete one.
    ana.goto("/incentives/engagements/endpoint-management-workshop/customers/")
    steps.sees_not(ana, str(claim.number))
    ana.goto("/incentives/engagements/endpoint-management-workshop/customers/?tab=complete")
    steps.sees(ana, str(claim.number))
