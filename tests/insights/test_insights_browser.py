"""Insights in a real browser: to an accessibility checker with every table open, narrow, and filtered by a choice."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from mci_portal.common.clock import database_now
from tests.cast import make_cast
from tests.insights.world import build
from tests.people.test_browser import RULES, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
# The reviewers' page is drawn by the same parts; tests/journeys/test_axe.py opens it.
VISITS = [
    (1440, "light", "ana@contoso.example", "/incentives/insights/"),
    (390, "dark", "olga@microsoft.example", "/operator/insights/?part=money"),
]


def test_figures_are_accessible_fit_a_phone_and_follow_the_filter(browser, live_server, page):
    """WCAG 2.2 AA in light and in dark, with every table open; at 390 px nothing runs out of the window."""
    build(make_cast(), database_now())
    faults, shots = [], os.environ.get("SHOTS")
    for width, scheme, email, address in VISITS:
        with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
            sign_in(context, live_server, email)
            view = context.new_page()
            view.goto(live_server.url + address)
            for table in view.locator(".figure-table > summary").all():
                table.click()
            if shots:
                view.screenshot(path=Path(shots) / f"open-{width}-{scheme}.png", full_page=True)
            found = Axe().run(view, options=RULES).response["violations"]
            faults += [f"{address} {fault['id']}: {fault['nodes'][0]['html']}" for fault in found]
            if view.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                faults.append(f"{address} is wider than {width} px")
    assert faults == []
    with browser.new_context() as context:
        sign_in(context, live_server, "ana@contoso.example")
        view = context.new_page()
        view.goto(live_server.url + "/incentives/insights/")
        before = view.locator("#f-funnel").locator("xpath=../..").inner_text()
        view.get_by_label("Location").select_option(label="Toronto (6612002)")
        view.wait_for_url("**location=*")
        assert view.locator("#f-funnel").locator("xpath=../..").inner_text() != before
