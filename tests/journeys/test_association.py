"""Use or consume: the customer is told at the submission and may end it by the mailed link (R-220 to R-227, T32, T34,
T35, C-22)."""

from playwright.sync_api import Page, expect

from claims.associations import ACKNOWLEDGEMENTS
from claims.models import Claim
from tests.journeys import steps

OPT_OUT = "/opt-out/"


def draft(page: Page, name: str, *workloads: str) -> Claim:
    """From Customer claims over the choice of the role to the draft; the boxes with the keyboard."""
    page.goto("/incentives/claims/")
    steps.press(page, "Add customer")
    steps.press(page, "Use or consume")
    steps.sees_heading(page, "Use or consume")
    steps.press_key(page, "Modern Work and Security Usage")
    steps.sees_heading(page, "Add customer")
    steps.fill(page, name=name)
    steps.choose_location(page)
    steps.choose(page, id_type="domain")
    steps.fill(page, id_value="northwindtraders.example")
    steps.tick_by_key(page, *workloads)
    steps.name_contacts(page)
    steps.press_key(page, "Add customer")
    steps.sees(page, "The draft was created.")
    steps.sees_status(page, "Draft")
    return Claim.objects.latest("number")


def hand_in(page: Page, claim: Claim) -> str:
    """Proof, acknowledgements and the submission; returns the link in the customer's notice."""
    steps.upload(page, claim, "poe", "Signed by the customer")
    steps.tick_by_key(page, *map(str, ACKNOWLEDGEMENTS.values()))
    steps.press_key(page, "Submit")
    steps.sees(page, "The claim was submitted.")
    steps.sees_status(page, "Submitted")
    return steps.link_in(steps.read_mail(steps.CUSTOMER, OPT_OUT), "opt-out")


def test_customer_opts_out_of_one_association_and_lets_another_be(enter):
    """Given two associations, when the customer opts out of the first, then it ends, and the second is approved."""
    ana, nora, rita = enter("ana"), enter(java_script_enabled=False), enter("rita")

    # Given: a draft tells nobody, and nothing is handed in without proof and acknowledgements.
    claim = draft(ana, "Teams for Northwind", "Microsoft Teams", "Exchange Online")
    expect(ana.locator("#hand-in").get_by_role("button", name="Submit", exact=True)).to_have_attribute(
        "aria-disabled", "true"
    )
    link = hand_in(ana, claim)

    # When: Nora reads which products it is about, and opts out.
    nora.goto(link)
    steps.sees_heading(nora, "Contoso Consulting says that it works with you")
    steps.sees(nora, "Microsoft Teams")
    steps.fill(nora, typed_name="Nora Northwind", reason="We look after Teams ourselves.")
    steps.tick_by_key(nora, "I am authorised to answer for my company", "Contoso Consulting may read my reason.")
    steps.press_key(nora, "Opt out")
    steps.sees_heading(nora, "You have opted out")

    # Then: she has a receipt, Ana knows it and why, and no reviewer can take the claim any more.
    steps.read_mail(steps.CUSTOMER, "Your answer to Contoso Consulting")
    assert "We look after Teams ourselves." in steps.read_mail(steps.ADDRESSES["ana"], f"{claim.number}")
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees_status(ana, "Consent rejected")
    expect(ana.get_by_role("button", name="Submit", exact=True)).to_have_count(0)
    rita.goto(f"/review/{claim.number}/")
    steps.sees_status(rita, "Consent rejected")
    expect(rita.get_by_role("button", name="Start review")).to_have_count(0)

    # When: another product is claimed, nobody opts out, and the five days for it pass after the approval.
    second = draft(ana, "Intune for Northwind", "Microsoft Intune")
    link = hand_in(ana, second)
    steps.start_review(rita, second)
    steps.approve(rita)
    nora.goto(link)
    steps.sees(nora, "Opting out is possible until")
    steps.let_days_pass(second, 15)  # five business days whatever holidays lie between
    assert steps.clock_sweeps() == 0

    # Then: the link is closed, and the association stays. Approved and paid are two facts.
    assert nora.goto(link).status == 410
    steps.sees_heading(nora, "This is closed")
    ana.goto(f"/incentives/claims/{second.number}/")
    steps.sees_status(ana, "Approved")
    steps.sees(ana, "Approved does not mean eligible for payment")
    steps.read_mail(steps.ADDRESSES["ana"], "approved")
