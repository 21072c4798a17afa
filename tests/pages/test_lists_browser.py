"""What stands outside a list that htmx swapped follows its address, so that a reload shows the same."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from claims.statuses import Status as S
from tests.cast import person
from tests.factories import claim_in

pytestmark = pytest.mark.django_db(transaction=True)

# Every form that is sent by GET and every tab, as (where it leads, what it sends).
OUTSIDE = """() => [
    ...[...document.querySelectorAll('form[method="get"]')].map(form =>
        form.getAttribute("action") + "?" + [...new FormData(form)].map(pair => pair.join("=")).sort().join("&")),
    ...[...document.querySelectorAll("nav.tabs a")].map(link => {
        const query = new URLSearchParams(link.search); query.sort(); return link.pathname + "?" + query;
    }),
]"""


@pytest.fixture
def enter(page, live_server):
    def as_(name: str, path: str):
        client = Client()
        client.force_login(person(name))
        session = client.cookies["sessionid"].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + path)
        return page

    return as_


def same_as_reloaded(page) -> None:
    swapped = page.evaluate(OUTSIDE)
    page.reload()
    assert swapped == page.evaluate(OUTSIDE)


def test_sort_and_search_of_one_list_go_on_together(enter):
    claim = claim_in(S.CONSENT_RECEIVED)
    page = enter("olga", "/operator/catalogue/engagements/")
    page.locator("thead a").first.click()
    page.wait_for_url("**/*sort=-name*")
    expect(page.locator("#live")).to_have_text("Sorted by Engagement, descending", timeout=30_000)
    same_as_reloaded(page)
    page.locator(".search .q").fill(claim.engagement.name)
    page.wait_for_url("**/*q=*")
    assert "sort=-name" in page.url
    expect(page.locator("#rows tbody tr")).to_have_count(1, timeout=30_000)
    same_as_reloaded(page)


def test_tab_keeps_what_was_searched_for(enter):
    page = enter("olga", "/operator/mail/")
    page.locator(".search .q").fill("nobody@customer.example")
    page.wait_for_url("**/*q=nobody*")
    same_as_reloaded(page)
    page.locator("nav.tabs a").nth(1).click()
    page.wait_for_url("**/*status=*")
    assert "q=nobody" in page.url


def test_columns_are_chosen_in_a_panel_that_gives_the_focus_back(enter):
    """ui-spec 5.6, 6.10."""
    claim_in(S.CONSENT_RECEIVED)
    page = enter("ana", "/incentives/claims/")
    page.get_by_role("link", name="Columns", exact=True).click()
    panel = page.get_by_role("dialog", name="Columns to show")
    expect(panel).to_be_visible()
    assert round(panel.bounding_box()["width"]) == 340  # a hair less while it slides in
    expect(panel.get_by_role("checkbox", name="Claim ID")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Columns", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    panel.get_by_role("checkbox", name="Owner", exact=True).check()
    panel.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("columnheader", name="Owner")).to_be_visible()


def test_filters_come_in_a_panel_that_closes_with_what_it_found(enter):
    """ui-spec 5.5."""
    claim_in(S.CONSENT_RECEIVED)
    claim_in(S.AWAITING_CONSENT)
    page = enter("ana", "/incentives/claims/?sort=name")
    filters = page.get_by_role("link", name="Filter", exact=True)
    filters.click()
    panel = page.get_by_role("dialog", name="Filters")
    panel.get_by_role("checkbox", name="Customer consent received", exact=True).check()
    panel.get_by_role("button", name="Apply", exact=True).click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(panel).to_have_count(0)
    expect(filters).to_be_focused()
    assert "sort=name" in page.url
    same_as_reloaded(page)
    filters.click()
    expect(panel.get_by_role("checkbox", name="Customer consent received", exact=True)).to_be_checked()
    panel.get_by_role("link", name="Reset", exact=True).click()
    page.wait_for_url("**/incentives/claims/?sort=name")
    expect(page.locator("#rows tbody tr")).to_have_count(2)
