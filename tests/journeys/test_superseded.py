"""A form to fill in gets a new version: the day of the submission counts (R-048, C-11, R-035, E21)."""

from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import expect

from claims.statuses import Status
from engagements import templates_in_force
from engagements.models import EvidenceTemplate
from mci_portal.accounts.models import Location, User
from mci_portal.common.clock import database_now
from tests.factories import claim_in
from tests.files.documents import pdf
from tests.journeys import steps

REPLACED = "A template was replaced: hand the document in on the current one"


@pytest.fixture
def claim(market, tmp_path, monkeypatch):
    """A consented claim of Ana; what the operator uploads stays in a folder of the test."""
    monkeypatch.setattr(templates_in_force, "TEMPLATE_DIR", tmp_path)
    ana = User.objects.get(email=steps.ADDRESSES["ana"])
    return claim_in(Status.CONSENT_RECEIVED, location=Location.objects.get(code="6612001"), engagement=market, by=ana)


def let_versions_age(days: int) -> None:
    """The forms are so much older, as ``steps.let_days_pass`` makes a claim."""
    EvidenceTemplate.objects.update(
        valid_from=F("valid_from") - timedelta(days=days), refused_from=F("refused_from") - timedelta(days=days)
    )


def test_document_on_an_old_form_is_handed_in_anew(enter, claim):
    """Given a document on a form that is replaced, when the cut-off has come, then only the new form is taken."""
    ana, olga = enter("ana"), enter("olga", java_script_enabled=False)
    steps.upload(ana, claim, "report", "Proof of execution, first form")

    # When: Olga puts the new version in place, and tells whom it concerns.
    olga.goto("/operator/catalogue/engagements/endpoint-management-workshop/")
    steps.press_key(olga, "New template version")
    steps.sees(olga, f"{claim.number}")
    olga.get_by_role("combobox", name="For").select_option(label=str(claim.engagement.evidence.get(kind="report")))
    today = database_now().date()
    steps.fill(
        olga,
        version="2027-01",
        changes="Asks for the day of delivery.",
        valid_from=today.isoformat(),
        refused_from=(today + timedelta(days=1)).isoformat(),
    )
    form = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": pdf("The new form")}
    olga.locator('input[type="file"]').set_input_files(form)
    steps.press_key(olga, "Add this version")
    steps.sees(olga, "The new version is in place.")
    olga.goto("/operator/templates/")
    steps.sees(olga, f"{claim.number}")
    steps.press_key(olga, "Tell the partners")
    steps.sees(olga, "The partners of these claims are told by mail")
    assert "2022-10" in steps.read_mail(claim.partner_email, "template")

    # Then: Ana finds the claim among what needs her attention, and the way to it.
    ana.goto("/incentives/engagements/?tab=attention")
    steps.sees(ana, REPLACED)
    line = ana.get_by_role("link", name=REPLACED)
    line.focus()
    ana.keyboard.press("Enter")
    ana.wait_for_url(f"**/incentives/claims/{claim.number}/")

    # And: from the cut-off on the old form is refused, and the current one offered.
    let_versions_age(1)
    ana.goto(f"/incentives/claims/{claim.number}/")
    steps.sees(ana, "Template version 2022-10 is not accepted since")
    steps.open_upload(ana, claim, "report")
    versions = ana.get_by_label("Template version you filled in")
    expect(versions.locator("option:checked")).to_have_text("2027-01 (current)")
    versions.select_option(label="2022-10 (not accepted any more)")
    steps.pick_file(ana, "report", "Again on the first form")
    ana.get_by_role("button", name="Upload", exact=True).press("Enter")
    steps.sees(ana, "Template version 2022-10 is not accepted since")
    assert claim.documents.filter(removed_at=None).count() == 1
    with ana.expect_download() as fetched:
        ana.goto(f"/incentives/claims/{claim.number}/")
        ana.locator(".evidence", has_text="template 2022-10").get_by_role("link", name="Download Template").click()
    assert "2027-01" in fetched.value.suggested_filename

    # And: on the new form it is taken, and when the old one is removed nothing is left to do.
    steps.upload(ana, claim, "report", "Proof of execution, new form")
    steps.sees(ana, "template 2027-01")
    old = ana.get_by_role("row").filter(has_text="template 2022-10").get_by_role("checkbox")
    old.focus()
    ana.keyboard.press("Space")
    ana.locator(".evidence", has_text="template 2022-10").get_by_role("button", name="Remove").press("Enter")
    steps.sees(ana, "1 document was removed.")
    ana.goto("/incentives/engagements/?tab=attention")
    steps.sees_not(ana, REPLACED)
