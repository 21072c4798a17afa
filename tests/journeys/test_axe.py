"""Every page that can be opened, to an accessibility checker in light and dark, and at 360 px without sideways scroll
(R-273).

The pages are those of the URL configuration; ``tests.security.world`` says what stands in their addresses.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.security import world as worlds
from tests.security.browser import Visitor
from tests.security.expectations import ACTORS, LET_IN, expected
from tests.security.routes import ROUTES, Route
from tests.security.world import PLACES, World

pytestmark = pytest.mark.django_db(transaction=True)
EVERYTHING = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}  # all that a scheme changes
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

# The same page once more in another state.
VARIANTS = {
    "engagements:list": ["?tab=attention", "?view=all", "?q=nothing"],
    "customers:list": ["?tab=ineligible", "?tab=complete"],
    "claims:list": ["?q=nothing"],
    "claims:consent": ["?step=review"],
    "review:queue": ["?tab=mine", "?tab=waiting"],
    "engagements:access_requests": ["?tab=decided"],
}
# Addresses that need to be told more than their path says.
NEEDED = {"claims:associate": "?engagement=usage-at-redmond"}
# People are sent on from here, these two are parts of a page, and the last ones need two claims that compete (see
# tests/claims/test_associations.py) or an acceptance that is held (tests/pages/test_on_behalf.py).
NO_PAGES = {"accounts:home", "outbox:bell", "review:newer", "review:end_association", "review:refuse_acceptance"}


@pytest.fixture
def browser_context_args(browser_context_args: dict) -> dict:
    """What stands in a frame may run nothing at all, the checker neither; the journeys keep the policy."""
    return browser_context_args | {"bypass_csp": True}


@pytest.fixture
def world(transactional_db, settings) -> World:
    settings.DEMO = True
    return worlds.build()


def reader_of(route: Route) -> tuple[str, str]:
    """The first person who is let in, and at which place."""
    if route.rule == "demo":
        return "anonymous", PLACES[0]
    if route.name == "account_logout":
        return "ana", PLACES[0]
    return next((name, place) for name in ACTORS for place in PLACES if expected(route, name, place) == LET_IN)


def pages(world: World, wrong: list[str]) -> Iterator[tuple[Visitor, str]]:
    """Who opens which address; ``wrong`` gets those that answer as they should not."""
    visitors = {name: Visitor(world.people.get(name)) for name in ACTORS}
    for route in ROUTES:
        if route.name in NO_PAGES:
            continue
        who, place = reader_of(route)
        url = route.url(world.values(route.name, place)) + NEEDED.get(route.name, "")
        answer = visitors[who].send("GET", url)
        if answer.status_code == 405:
            continue
        if answer.status_code != 200:
            wrong.append(f"{url} ({route}) answers {who} with {answer.status_code}")
        elif answer.body.lstrip().lower().startswith(b"<!doctype html"):
            for variant in ("", *VARIANTS.get(route.name, ())):
                yield visitors[who], url + variant


def faults(page: Page, options: dict) -> list[str]:
    """One line per node that breaks a rule. Frames are pages of their own, so the page does not look into them."""
    return page.evaluate(
        """async options => (await axe.run(document, {...options, iframes: false, resultTypes: ["violations"]}))
        .violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}`))""",
        options,
    )


def enter_as(context: BrowserContext, visitor: Visitor, base: str) -> None:
    context.clear_cookies()
    if visitor.session is not None:
        context.add_cookies([{"name": "sessionid", "value": visitor.session.value, "url": base}])


def test_every_page_is_accessible_and_fits_a_phone(page, context, live_server, world):
    wrong, seen = [], 0
    for visitor, url in pages(world, wrong):
        enter_as(context, visitor, live_server.url)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        answer = page.goto(live_server.url + url)
        assert answer.status == 200, url
        seen += 1
        page.evaluate(Axe().axe_script)
        wrong += [f"{url} light: {fault}" for fault in faults(page, EVERYTHING)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"{url} dark: {fault}" for fault in faults(page, COLOURS)]
        page.set_viewport_size({"width": 360, "height": 800})
        if (over := page.evaluate(OVERFLOW)) > 0:
            wrong.append(f"{url}: {over} px too wide for 360 px")
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    assert seen > 60
