"""What every journey starts from: the shipped catalogue, the demo's people and customers, and one browser each."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from claims.demo.directory import make_directory
from claims.demo.people import make_people
from eligibility.refresh import refresh
from engagements.catalogue import SHIPPED, load
from engagements.models import Engagement
from mci_portal.common.clock import database_now
from tests.journeys import steps

SLUG = "endpoint-management-workshop"
# What single journeys are about besides; only what has a verdict can be chosen.
FURTHER = ("azure-foundations-assessment", "modern-work-and-security-usage")


@pytest.fixture
def market(transactional_db, settings) -> Engagement:
    """Everybody and everything but claims, as after ``make demo``; the engagement that the journeys are about."""
    settings.DEMO = True  # its password counts
    now = database_now()
    load(SHIPPED, now.date())
    make_people(now)
    make_directory()
    workshop = Engagement.objects.get(slug=SLUG)
    further = Engagement.objects.filter(slug__in=FURTHER).values_list("pk", flat=True)
    refresh(now, engagements=[workshop.pk, *further])
    return workshop


@pytest.fixture
def visit(page, browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """``visit("ana")``: her own browser, signed in. ``visit()``: somebody's, who has only what was mailed to him.

    Fails the test in the end when any of the pages complained in its console or broke the content policy.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_browser(who: str = "", **options) -> Page:
        context = browser.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        opened = context.new_page()
        steps.listen(opened, complaints)
        if who:
            steps.sign_in(opened, who)
        return opened

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def enter(market, visit) -> Callable[..., Page]:
    """``visit`` in the demo's world."""
    return visit
