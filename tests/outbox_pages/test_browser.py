"""The four pages of the Action Center in a real browser: to an accessibility checker, narrow, and by its commands."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

from claims.reminders import remind
from claims.statuses import Status as S
from eligibility.models import PayeeProfile
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import ActionMark
from tests.cast import Cast, make_cast
from tests.factories import Walk, claim_in

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = {
    "actions": "/action-center/",
    "notifications": "/action-center/?tab=notifications",
    "preferences": "/action-center/preferences/",
    "completed": "/action-center/completed/",
    "archived": "/action-center/archived/",
}


@pytest.fixture
def world(page) -> Cast:
    """Something of each kind: a claim to ask for, one about to expire, one done, and a payee profile put away."""
    cast, now = make_cast(), database_now()
    by, ana = cast.actor("ben"), cast.ana
    claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=now - timedelta(days=28))
    claim_in(S.CONSENT_RECEIVED, by=cast.ben, location=cast.redmond, now=now - timedelta(days=80))
    answered = claim_in(S.ACTION_REQUIRED, by=cast.ben, location=cast.redmond, now=now - timedelta(days=1))
    walk = Walk(answered, by=by)
    walk.answer_issues(now)
    walk.submit(now)
    remind(now)
    PayeeProfile.objects.filter(location__in=(cast.redmond, cast.toronto)).delete()
    claim_in(S.AWAITING_CONSENT, location=cast.toronto, now=now)
    key = f"location:{cast.toronto.pk}:payee_incomplete"
    ActionMark.objects.create(user=ana, key=key, seen_at=now, archived_at=now)
    return cast


def sign_in(context, live_server, user) -> None:
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_pages_are_accessible_and_fit(browser, live_server, world, width, scheme):
    """WCAG 2.2 AA; at 360 px nothing runs out of the window."""
    faults, shots = [], os.environ.get("SHOTS")
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
        sign_in(context, live_server, world.ana)
        page = context.new_page()
        for name, address in PAGES.items():
            page.goto(live_server.url + address)
            found = Axe().run(page, options=RULES).response["violations"]
            faults += [f"{name} {fault['id']}: {fault['nodes'][0]['html']}" for fault in found]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"{name} is wider than {width} px")
            if shots:
                page.screenshot(path=Path(shots) / f"{width}-{name}.png", full_page=True)
    assert faults == []


def test_ticked_actions_are_archived_without_script_too(browser, live_server, world):
    for script in (True, False):
        ActionMark.objects.all().delete()
        with browser.new_context(java_script_enabled=script) as context:
            sign_in(context, live_server, world.ana)
            page = context.new_page()
            page.goto(live_server.url + "/action-center/?type=recommended")
            page.get_by_label("Select: Complete the payee profile of Redmond").check()
            page.get_by_role("button", name="Archive", exact=True).first.click()
            assert "1 item is archived." in page.inner_text("#messages")
            assert page.get_by_role("link", name="Complete the payee profile of Redmond").count() == 0
            page.get_by_role("link", name="Archived items").click()
            page.get_by_role("button", name="Bring back: Complete the payee profile of Redmond").click()
            assert "1 item is back." in page.inner_text("#messages")


def test_bell_opens_a_panel_that_the_keyboard_opens_dismisses_in_and_leaves(browser, live_server, world):
    """ui-spec 6.15: beside any page, accessible, and the focus comes back to the bell."""
    still = {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark", "reduced_motion": "reduce"}
    with browser.new_context(**still) as context:
        sign_in(context, live_server, world.ana)
        tab = context.new_page()
        tab.goto(f"{live_server.url}/incentives/claims/")
        tab.get_by_role("link", name="Action Center").focus()
        tab.keyboard.press("Enter")
        panel = tab.get_by_role("dialog", name="Action Center")
        panel.wait_for()
        assert Axe().run(tab, options=RULES).response["violations"] == []
        item = panel.get_by_role("listitem").filter(has=tab.get_by_role("button", name="Dismiss")).first
        name = item.get_by_role("heading").inner_text()
        item.get_by_role("button", name="Dismiss").press("Enter")
        expect(panel.get_by_role("heading", name=name, exact=True)).to_have_count(0)
        tab.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        expect(tab.locator(":focus")).to_have_attribute("href", "/action-center/")
        assert tab.url.endswith("/incentives/claims/")
