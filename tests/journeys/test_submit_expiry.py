"""Ninety days without a submission (T14, R-170, R-271)."""

from playwright.sync_api import expect

from tests.journeys import steps


def test_claim_is_not_handed_in_in_time(enter):
    """Given a consented claim, when its ninety days pass, then it cannot be submitted, and the page says what can."""
    ana, nora = enter("ana"), enter()
    claim = steps.to_consent(ana, nora)
    steps.hand_in_evidence(ana, claim, nora)
    ana.goto(f"/incentives/claims/{claim.number}/")
    button = ana.locator("#hand-in").get_by_role("button", name="Submit", exact=True)
    expect(button).to_be_enabled()

    steps.let_days_pass(claim, 90)

    # Then: the page that is still open is refused with the reason.
    button.click()
    steps.sees_status(ana, "Not submitted expired")
    # And: afterwards the button is gone, before and after the job has run.
    for swept in (False, True):
        if swept:
            assert steps.clock_sweeps() == 1
        ana.goto(f"/incentives/claims/{claim.number}/")
        steps.sees_status(ana, "Not submitted expired")
        expect(button).to_have_count(0)
        steps.sees(ana, "This claim has ended and cannot be opened again.")
        expect(ana.get_by_role("button", name="Start new claim")).to_be_visible()
    steps.press(ana, "Start new claim")
    steps.sees_heading(ana, "Claim customer")
    steps.sees(ana, "Northwind Traders")
