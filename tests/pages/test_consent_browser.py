"""The mailed pages in a real browser: with and without script, by keyboard, and to an accessibility checker."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from claims.models import ConsentRequest, Survey, SurveyKind
from claims.statuses import Status as S
from tests.cast import make_cast
from tests.factories import claim_in
from tests.pages.mailed import CUSTOMER_ANSWERS, YES, consent_link, send_survey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(page):
    make_cast()
    return claim_in(S.AWAITING_CONSENT)


def faults(page) -> list[str]:
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found.response["violations"]]


def answer(page, button: str) -> None:
    page.get_by_label("Your full name").fill("Carla Customer")
    page.get_by_label("I am authorised to answer for my company").check()
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize(("button", "shown"), [("Accept", "You accepted"), ("Decline", "You declined")])
def test_customer_answers_in_a_browser(browser, live_server, asked, script, button, shown):
    """TK12: a browser posts from a page without referrer as ``Origin: null``, and that must be let through."""
    with browser.new_context(java_script_enabled=script) as context:
        page = context.new_page()
        page.goto(live_server.url + consent_link(asked))
        answer(page, button)
        page.wait_for_selector(f"h1:has-text('{shown}')")


def test_enter_in_the_name_field_decides_nothing(page, live_server, asked):
    page.goto(live_server.url + consent_link(asked))
    page.get_by_label("I am authorised to answer for my company").check()
    page.get_by_label("Your full name").fill("Carla Customer")
    page.get_by_label("Your full name").press("Enter")
    page.wait_for_selector(".error-summary")
    assert "Choose Accept or Decline." in page.inner_text(".error-summary")
    assert page.get_by_label("Your full name").input_value() == "Carla Customer"
    assert not ConsentRequest.objects.exclude(decision="").exists()


def test_page_sends_nothing_elsewhere(page, live_server, asked):
    asked_for = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto(live_server.url + consent_link(asked))
    assert {url.split("/")[2] for url in asked_for if url.startswith("http")} == {live_server.url.split("/")[2]}


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_consent_pages_are_accessible(page, live_server, asked, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    address = live_server.url + consent_link(asked)
    page.goto(address)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Decline").click()
    page.wait_for_selector(".error-summary")
    assert faults(page) == []
    page.goto(f"{address}forward/")
    assert faults(page) == []
    page.goto(address)
    answer(page, "Accept")
    page.wait_for_selector("h1:has-text('You accepted')")
    assert faults(page) == []


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("kind", [SurveyKind.CUSTOMER, SurveyKind.PARTNER])
def test_survey_is_accessible_and_its_targets_are_large(page, live_server, width, kind):
    make_cast()
    claim = claim_in(S.CONSENT_RECEIVED)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + send_survey(claim, kind))
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [target.bounding_box() for target in page.query_selector_all(".scale label")]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 40
    page.get_by_role("button", name="Send answers").click()
    page.wait_for_selector(".error-summary")
    assert faults(page) == []


def test_customer_fills_in_the_survey_in_a_browser(page, live_server):
    make_cast()
    page.goto(live_server.url + send_survey(claim_in(S.CONSENT_RECEIVED)))
    for name in ("took_place", "satisfaction", "useful", "may_contact"):
        page.locator(f'input[name="{name}"][value="{CUSTOMER_ANSWERS[name]}"]').check()
    for name in ("held_on", "attendees"):
        page.locator(f'[name="{name}"]').fill(CUSTOMER_ANSWERS[name])
    page.get_by_label("Your full name").fill(YES["typed_name"])
    page.get_by_role("button", name="Send answers").click()
    page.wait_for_selector("h1:has-text('Thank you')")
    assert Survey.objects.get().answers["satisfaction"] == 5
