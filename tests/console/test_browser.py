"""The console in a real browser, and to an accessibility checker."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from claims.statuses import Status as S
from engagements.console import markets, reasons, terms, uploads
from engagements.models import CalendarDay, Cap, Engagement
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.cast import make_cast
from tests.engagements.small_catalogue import TEXT, load_text
from tests.factories import claim_in

pytestmark = pytest.mark.django_db(transaction=True)
HOME = "/operator/catalogue/"
CHANGED = (
    TEXT.replace("First Workshop", "Best Workshop")
    .replace("A: 5000", "A: 5500")
    .replace("review_days: 120", "review_days: 150")
)


@pytest.fixture
def world(page, live_server, client, tmp_path):
    """Olga is signed in; a file waits; the audit has an entry."""
    olga = make_cast().olga
    load_text(tmp_path)
    first, now = Engagement.objects.get(slug="first-workshop"), database_now()
    claim_in(S.AWAITING_CONSENT, engagement=first)
    Cap.objects.create(code="pot", name="Pot", scope="region", countries=["US"], amount=100, valid_from=now.date())
    by, day = actor_for(olga), now.date() + timedelta(days=3)
    markets.assign(by, "SG", "A", day, now)
    days = {"consent_days": 9, "submit_days": 9, "review_days": 9, "dispute_days": 9, "dispute_review_days": 9}
    terms.plan(by, first.type, day, days, now)
    CalendarDay.objects.create(region="US", on=day, kind="closed", note="A note " * 20, since=now)
    reasons.add(by, "rejection", now, shipped=["other"], valid_from=day, text="Test data")
    client.force_login(olga)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return uploads.stage(actor_for(olga), "next.yaml", CHANGED.encode(), now)


def faults(page) -> list[str]:
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [f"{page.url} {fault['id']}: {fault['nodes'][0]['html']}" for fault in found.response["violations"]]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(page, live_server, world, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    one = f"{HOME}engagements/first-workshop/"
    wide = []
    for address in (
        "/operator/",
        HOME,
        f"{HOME}{world.pk}/",
        f"{HOME}engagements/",
        one,
        f"{one}rates/",
        f"{one}templates/",
        f"{one}invitations/",
        f"{HOME}markets/",
        f"{HOME}caps/",
        f"{HOME}caps/pot/",
        f"{HOME}fixed/",
        f"{HOME}calendar/",
        f"{HOME}types/workshop/",
        f"{HOME}reasons/new/",
        f"{HOME}reasons/rejection/no_response/",
        f"{HOME}reasons/refusal/CUSEQPTR/",
        "/operator/audit/",
    ):
        page.goto(live_server.url + address)
        assert faults(page) == []
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
    assert wide == []


@pytest.mark.parametrize("width", [1440, 390])
def test_refused_file_is_accessible(page, live_server, world, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + HOME)
    page.get_by_label("Or paste its text").fill(TEXT.replace("A: 5000", "A: much"))
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_selector("text=1 problem. Nothing was changed.")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_operator_uploads_previews_and_applies(page, live_server, world):
    page.goto(live_server.url + HOME)
    page.get_by_label("Or paste its text").fill(CHANGED)
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_selector("h1:has-text('Catalogue preview')")
    assert page.locator("tr", has_text="Amount").locator("ins").inner_text() == "5500.00"
    page.get_by_role("button", name="Apply these changes").click()
    page.wait_for_selector("text=The catalogue is changed.")
    page.goto(f"{live_server.url}/operator/audit/?q=Best")
    assert page.locator("tbody tr", has_text="Best Workshop").count() >= 1
