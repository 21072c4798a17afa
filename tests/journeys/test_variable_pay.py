"""Pay by the hour: from the seller's opportunity to the earning (R-085, R-093, R-095, R-250)."""

from playwright.sync_api import expect

from claims.models import Claim, Earning
from tests.journeys import steps

ASSESSMENT = "/incentives/engagements/azure-foundations-assessment/customers/"
OPPORTUNITY = "7-DEMO000000"  # Northwind's
# 80 hours at 150.00 USD, the rate of market A, in which Redmond lies.
AMOUNT = "12,000.00 USD"


def test_partner_earns_by_the_hour(enter):
    """Given an open opportunity, when Ana adds its customer with 80 hours, then that is proposed, fixed, and earned."""
    ana = enter("ana")
    ana.goto(ASSESSMENT)
    steps.begin_customer(ana, "Cloud foundations")

    # Given: no other ID is taken than that of an opportunity.
    steps.sees(ana, "MSX opportunity ID")
    for other in ("Domain name", "Tenant ID", "TPID"):
        expect(ana.get_by_label(other, exact=True)).to_have_count(0)
    steps.fill(ana, id_value="northwindtraders.example")
    steps.press(ana, "Next")
    expect(ana.locator('[name="id_value"]')).to_have_attribute("aria-invalid", "true")
    steps.fill(ana, id_value=OPPORTUNITY)
    steps.go_on(ana, "Engagements")

    # When: she asks for one engagement and hours of its list, with the keyboard.
    only = ana.get_by_label("Azure Foundations Assessment", exact=True)
    expect(only).to_have_attribute("type", "radio")
    only.focus()
    ana.keyboard.press("Space")
    ana.get_by_label("Hours").focus()
    ana.keyboard.type("80")
    steps.press_key(ana, "Next")
    steps.sees_heading(ana, "Contacts")
    steps.name_contacts(ana)
    steps.go_on(ana, "Review")

    # Then: the review works the payout out, and what was added is asked for no second time.
    steps.sees(ana, "Sales stage 2")
    steps.sees(ana, AMOUNT)
    steps.sees(ana, "80 hours × 150.00 USD per hour (market A)")
    review = ana.url
    claim = steps.confirm_customer(ana)
    assert (claim.hours, claim.id_value) == (80, OPPORTUNITY)
    ana.goto(review.replace("/review/", "/engagements/"))
    assert ana.url.endswith("/done/")
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees(ana, OPPORTUNITY)
    expect(ana.locator("dt", has_text="Hours").locator("+ dd")).to_have_text("80")
    expect(ana.locator('[name="hours"]')).to_have_count(0)
    ana.goto(f"/incentives/claims/{claim.number}/contacts/")
    expect(ana.locator('[name="hours"]')).to_have_count(0)

    # And: after consent, proof and review it is earned, to the cent.
    nora, rita = enter(java_script_enabled=False), enter("rita")
    steps.ask_consent(ana, claim)
    nora.goto(steps.link_in(steps.read_mail(steps.CUSTOMER, "/consent/"), "consent"))
    steps.answer_consent(nora, "Accept")
    steps.sees_heading(nora, "You accepted")
    steps.upload(ana, claim, "poe", "Results of the assessment")
    steps.answer_partner_survey(ana, claim)
    steps.submit(ana, claim)
    steps.start_review(rita, claim)
    steps.sees(rita, f"The partner earns {AMOUNT}.")
    steps.approve(rita)
    assert AMOUNT in steps.read_mail(steps.ADDRESSES["ana"], "approved")
    ana.goto("/incentives/earnings/")
    row = ana.get_by_role("row").filter(has_text=str(claim.number))
    expect(row).to_contain_text(AMOUNT)
    steps.press_key(ana, "Details")
    steps.sees_heading(ana, str(claim.number))
    steps.sees(ana, AMOUNT)
    assert Earning.objects.get().amount == Claim.objects.get().amount == 12_000
