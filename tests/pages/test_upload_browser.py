"""The upload panel in a real browser: dropping anywhere in the area, progress, and no clock on a slow line (R-156)."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from claims.statuses import Status as S
from tests.cast import person
from tests.factories import claim_in
from tests.files.documents import pdf

pytestmark = pytest.mark.django_db(transaction=True)

# Every point of the area belongs to the input, so whatever is dropped there is chosen without any script.
TAKES_DROPS = """area => {
    const box = area.getBoundingClientRect();
    return [0.05, 0.5, 0.95].every(x => [0.1, 0.5, 0.9].every(y =>
        document.elementFromPoint(box.left + x * box.width, box.top + y * box.height).type === "file"));
}"""
LISTEN = """() => {
    window.seen = { timeout: null, percent: [] };
    document.addEventListener("htmx:beforeSend", event => { seen.timeout = event.detail.xhr.timeout; });
    document.addEventListener("htmx:xhr:progress", event => seen.percent.push(
        event.target.querySelector("progress") ? event.target.querySelector("progress").value : -1));
}"""


@pytest.fixture
def claim_page(page, live_server):
    claim = claim_in(S.CONSENT_RECEIVED)
    client = Client()
    client.force_login(person("ana"))
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/incentives/claims/{claim.number}/")
    return page


def test_two_files_are_dropped_and_their_progress_is_shown(claim_page):
    claim_page.get_by_role("link", name="Upload proof of execution").first.click()
    panel = claim_page.get_by_role("dialog", name="Upload proof of execution")
    assert panel.locator(".drop").evaluate(TAKES_DROPS)
    claim_page.evaluate(LISTEN)
    files = [{"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": pdf(name)} for name in ("one", "two")]
    panel.locator("input[type=file]").set_input_files(files)
    expect(panel.locator("[data-files] li")).to_have_count(2)
    panel.get_by_role("button", name="Upload", exact=True).click()
    expect(claim_page.locator("#messages")).to_contain_text("2 documents were uploaded.", timeout=30_000)
    expect(panel).to_have_count(0)
    expect(claim_page.get_by_role("link", name="one.pdf")).to_be_visible()
    seen = claim_page.evaluate("seen")
    assert seen["timeout"] == 0
    assert seen["percent"][-1] == 100


def test_other_requests_are_given_up_after_a_minute(claim_page):
    claim_page.evaluate(LISTEN)
    claim_page.get_by_role("link", name="Upload proof of execution").first.click()
    claim_page.get_by_role("dialog", name="Upload proof of execution").wait_for()
    assert claim_page.evaluate("seen.timeout") == 60_000
