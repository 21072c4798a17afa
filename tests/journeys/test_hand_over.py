"""A member leaves the company, and what he owns goes on with a colleague (R-008, R-010, T40)."""

import pytest
from playwright.sync_api import expect

from claims.models import Claim
from claims.statuses import Status
from mci_portal.accounts.models import Location, User
from tests.factories import claim_in
from tests.journeys import steps


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_claims_of_a_member_who_leaves_go_on_with_a_colleague(enter, market, script):
    """Given a claim of Ben, when Grace removes him, then Ana owns it and goes on with it, and Ben is out at once."""
    place = Location.objects.get(code="6612001")
    owner = User.objects.get(email=steps.ADDRESSES["ben"])
    claim = claim_in(Status.CONSENT_RECEIVED, location=place, engagement=market, by=owner)
    ben = enter("ben", java_script_enabled=script)
    steps.upload(ben, claim, "invoice", "Invoice 4711")

    # When: Grace removes him, and is asked who takes over.
    grace = enter("grace", java_script_enabled=script)
    grace.goto("/incentives/members/")
    steps.press_key(grace, "Ben Smith")
    steps.sees_heading(grace, "Ben Smith")
    steps.press_key(grace, "Remove from the company")
    steps.sees(grace, "1 open claim needs a new owner")
    steps.press_key(grace, "Hand over and take away")
    steps.sees(grace, "1 open claim needs a new owner")  # nobody was chosen
    grace.get_by_label("New owner of the open claims").select_option(label="Ana Silva, ana@contoso.example")
    steps.press_key(grace, "Hand over and take away")
    steps.sees(grace, "1 claim has a new owner.")
    expect(grace.get_by_role("row").filter(has_text="Ben Smith")).to_contain_text("none")

    # Then: Ben's open page leads nowhere any more, and says who can help.
    assert ben.goto(f"/incentives/claims/{claim.number}/").status in (403, 404)
    steps.sees_not(ben, f"{claim.number}")

    # And: Ana is told, sees who had it before, and goes on where Ben stopped.
    assert f"{claim.number}" in steps.read_mail(steps.ADDRESSES["ana"], "Ben Smith")
    assert Claim.objects.get(pk=claim.pk).owner.email == steps.ADDRESSES["ana"]
    ana = enter("ana", java_script_enabled=script)
    ana.goto("/incentives/claims/")
    steps.press_key(ana, f"{claim.number}")
    steps.sees(ana, "invoice.pdf")
    steps.upload(ana, claim, "report", "Proof of execution")
    ana.goto(f"/incentives/claims/{claim.number}/history/")
    steps.sees(ana, "Ben Smith → Ana Silva")
