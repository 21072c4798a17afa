"""Board, history, stand-in and calendar in a real browser: to an accessibility checker, wide and narrow."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from claims import stand_ins
from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.accounts import calendar_feed
from mci_portal.accounts.models import User
from mci_portal.common.clock import database_now
from tests.board.test_board import due_in
from tests.cast import make_cast
from tests.factories import claim_in
from tests.rows import EngagementFactory

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def world(page) -> list[str]:
    """The addresses, with something in every group of the board."""
    cast, engagement = make_cast(), EngagementFactory(name="Endpoint Management Workshop", evidence=("invoice",))
    statuses = (S.AWAITING_CONSENT, S.ACTION_REQUIRED, S.CUSTOMER_CLAIMED, S.CONSENT_RECEIVED, S.REJECTED, S.DISPUTED)
    for status, days in zip(statuses, (-0.01, 0.01, 2, 9, 20, 70), strict=True):
        claim = due_in(claim_in(status, engagement=engagement, by=cast.ana), days)
    claim.refresh_from_db()
    stand_ins.choose(claim, cast.ben, cast.actor("ana"))
    claim_in(S.CONSENT_EXPIRED, by=cast.ana)
    submitted = claim_in(S.SUBMITTED, by=cast.ana)
    calendar_feed.renew(cast.ana, database_now())
    claims = "/incentives/claims/"
    return [
        "/incentives/deadlines/", "/incentives/deadlines/?sort=risk", f"{claims}{claim.number}/history/",
        f"{claims}{claim.number}/stand-in/", f"{claims}{submitted.number}/", "/account/",
    ]  # fmt: skip


def sign_in(context, live_server, email: str) -> None:
    client = Client()
    client.force_login(User.objects.get(email=email))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_pages_are_accessible_and_fit(browser, live_server, world, width, scheme):
    """WCAG 2.2 AA; nothing runs out of the window. History and stand-in also as panels over the claim."""
    faults, shots = [], os.environ.get("SHOTS")

    def look(page, name: str) -> None:
        found = Axe().run(page, options=RULES).response["violations"]
        faults.extend(f"{name} {fault['id']}: {fault['nodes'][0]['html']}" for fault in found)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"{name} is wider than {width} px")
        if shots:
            page.screenshot(path=Path(shots) / f"{width}{scheme}{name.replace('/', '_')}.png", full_page=True)

    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    ) as context:
        sign_in(context, live_server, "ana@contoso.example")
        page = context.new_page()
        for address in world:
            page.goto(live_server.url + address)
            look(page, address)
        page.goto(live_server.url + world[2].removesuffix("history/"))
        page.get_by_role("link", name="Claim history").click()
        page.locator("dialog#history").get_by_label("Person").select_option("Ana Silva")
        page.locator("dialog#history").get_by_role("button", name="Show").click()
        page.locator("dialog#history li .sub", has_text="Rita").first.wait_for(state="detached")
        look(page, "panel-history")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Change stand-in").click()
        page.locator("dialog#stand-in").get_by_label("Stand-in").select_option(label="Nobody")
        look(page, "panel-stand-in")
        page.locator("dialog#stand-in").get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Choose stand-in").wait_for()
    assert faults == []
    assert not Claim.objects.filter(stand_in__isnull=False).exists()
