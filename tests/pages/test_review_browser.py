"""The reviewer's queue and claim page in a real browser: keys, drafts, an accessibility checker, wide and narrow."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from playwright.sync_api import expect

from claims import review, saved_replies
from claims.models import Claim, Document, ReviewDraft
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.cast import make_cast
from tests.factories import Walk, claim_in
from tests.files.documents import pdf

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def world(page):
    """A claim that Rita has, with something new for her, and one that waits."""
    cast = make_cast()
    walk = Walk(claim_in(S.UNDER_REVIEW, reviewer=cast.rita), by=actor_for(cast.ana), reviewer=actor_for(cast.rita))
    for document in Document.objects.filter(claim=walk.claim):
        default_storage.delete(document.key)
        default_storage.save(document.key, ContentFile(pdf(document.name)))
    walk.claim = review.comment(walk.claim, walk.by, "The signed report is attached.")
    claim_in(S.SUBMITTED, now=database_now())
    saved_replies.save(actor_for(cast.rita), "No stamp", "Claim {claim} of {customer} lacks the stamp.", False)
    client = Client()
    client.force_login(cast.rita)
    return walk.claim, client.cookies["sessionid"].value


def enter(context, live_server, session: str):
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return context.new_page()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_are_accessible_and_fit(browser, live_server, world, width, scheme):
    """WCAG 2.2 AA; stacked and not wider than a phone."""
    claim, session = world
    faults, shots = [], os.environ.get("SHOTS")
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}
    with browser.new_context(**options) as context:
        page = enter(context, live_server, session)
        for name, url in {
            "queue": "/review/",
            "claim": f"/review/{claim.number}/",
            "replies": "/review/replies/",
        }.items():
            page.goto(live_server.url + url)
            if name == "queue":
                page.get_by_role("button", name="Keyboard shortcuts").click()
                expect(page.get_by_role("dialog")).to_be_visible()
                faults += _faults(page, "keys")
                if shots:
                    page.screenshot(path=Path(shots) / f"{width}-keys.png")
                page.keyboard.press("Escape")
            faults += _faults(page, name)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"{name} is wider than {width} px")
            if shots:
                page.wait_for_timeout(1500)
                page.screenshot(path=Path(shots) / f"{width}-{name}.png", full_page=name != "claim" or width < 500)
    assert faults == []


def _faults(page, name: str) -> list[str]:
    found = Axe().run(page, options=RULES | {"iframes": False}).response["violations"]
    return [f"{name} {fault['id']}: {fault['nodes'][0]['html']}" for fault in found]


def test_keys_move_on_and_stay_out_of_fields(browser, live_server, world):
    """WCAG 2.1.4, and the draft keeps itself while the reviewer moves between documents."""
    claim, session = world
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = enter(context, live_server, session)
        page.goto(f"{live_server.url}/review/{claim.number}/")
        box = page.locator("#reject-text")
        with page.expect_response(lambda answer: answer.url.endswith("/draft/")):
            box.press_sequentially("no n j ?")
        expect(page.locator("#saved-reject")).to_contain_text("Draft saved")
        assert page.get_by_role("dialog").count() == 0
        page.locator("#reject-text").blur()
        page.keyboard.press("j")
        expect(page.locator("#viewer")).to_contain_text("Document 2 of")
        page.keyboard.press("k")
        expect(page.locator("#viewer")).to_contain_text("Document 1 of")
        page.locator("#reply-reject").select_option(label="No stamp")
        page.locator("form", has=box).get_by_role("button", name="Insert").click()
        expect(page.locator("#reject-text")).to_have_value(
            f"no n j ?\nClaim {claim.number} of {claim.customer.name} lacks the stamp."
        )
        page.locator("body").press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("n")
        assert page.url.split("?")[0].endswith(f"/review/{claim.number}/")
        page.get_by_role("button", name="Switch the keys off").click()
        page.wait_for_load_state()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="Keyboard shortcuts").click()
        page.get_by_role("button", name="Switch the keys on").click()
        page.wait_for_load_state()
        page.keyboard.press("n")
        expect(page.locator("#messages")).to_contain_text("You have taken claim")
    assert Claim.objects.filter(status=S.UNDER_REVIEW).count() == 2
    assert ReviewDraft.objects.get(part="reject").fields["text"][0].startswith("no n j ?")
