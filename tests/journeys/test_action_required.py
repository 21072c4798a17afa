"""The reviewer asks, the partner answers point by point and submits again (T20, T21, R-171,
R-172, R-193)."""

from playwright.sync_api import expect

from tests.journeys import steps


def test_partner_resolves_issues(enter):
    """Given two issues, when both are answered, then Submit works again and the claim can be approved."""
    ana, nora, rita = enter("ana"), enter(), enter("rita")
    claim = steps.to_consent(ana, nora)
    steps.hand_in_evidence(ana, claim, nora)
    steps.submit(ana, claim)

    # When: Rita asks for two things.
    steps.start_review(rita, claim)
    rita.get_by_text("Issue 2", exact=True).first.click()
    for number, text in enumerate(("The invoice bears no date.", "Name the people who took part.")):
        rita.locator(f'[name="issues-{number}-kind"]').select_option(index=1)
        rita.locator(f'[name="issues-{number}-text"]').fill(text)
    steps.press(rita, "Request action")
    steps.sees_status(rita, "Partner action required")
    assert "The invoice bears no date." in steps.read_mail(steps.ADDRESSES["ana"], f"{claim.number}")

    # Then: Ana cannot submit before she has answered both.
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees_status(ana, "Partner action required")
    again = ana.locator("#hand-in").get_by_role("button", name="Submit", exact=True)
    for answer in ("A new invoice is attached.", "They are named on page 2 now."):
        expect(again).to_have_attribute("aria-disabled", "true")
        ana.locator('.items [name="answer"]').first.fill(answer)
        ana.locator(".items").get_by_role("button", name="Answer", exact=True).first.click()
        steps.sees(ana, "Your answer was saved.")
        steps.sees(ana, answer)
    steps.upload(ana, claim, "invoice", "Invoice 4711 of 30 June")
    steps.submit(ana, claim)

    # And: Rita reads the answers and approves.
    rita.goto(f"/review/{claim.number}/")
    steps.sees(rita, "They are named on page 2 now.")
    steps.press(rita, "Start review")
    steps.approve(rita)
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees_status(ana, "Approved")
