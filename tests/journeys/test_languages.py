"""The reader changes the language and reads everything in it: words, dates and numbers (R-014, R-180)."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.accounts.models import Location
from tests.factories import claim_in
from tests.journeys import steps
from tests.rows import CustomerFactory

LIST = "/incentives/claims/?columns=status&columns=due&columns=amount&columns=updated"
MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec".split(),
}
WORDS = {
    "en": ("Incentives | Customer claims", "Customer consent received", "Claim ID", "5,000.00 USD", "89 days left"),
    "nl": (
        "Incentives | Klantclaims",
        "Toestemming van de klant ontvangen",
        "Claim-ID",
        "5.000,00 USD",
        "Nog 89 dagen",
    ),
}
NAV = {"en": ("Customer claims", "Earnings", "Insights"), "nl": ("Klantclaims", "Verdiensten", "Inzichten")}


@pytest.fixture
def claim(market) -> Claim:
    """Agreed to a moment ago, so that 90 days begin to run."""
    customer = CustomerFactory(name="Tailspin Toys", domain="northwindtraders.example")
    redmond = Location.objects.get(code="6612001")
    return claim_in(
        S.CONSENT_RECEIVED, location=redmond, engagement=market, customer=customer, contacts=steps.contacts()
    )


def choose_language(page: Page, menu: str, name: str) -> None:
    """In the menu of one's account."""
    page.get_by_role("button", name=menu).click()
    page.locator("#account").get_by_role("button", name=name, exact=True).click()


def reads(page: Page, language: str, last: datetime) -> None:
    """Customer claims is in this language throughout."""
    heading, status, head, money, left = WORDS[language]
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.get_by_role("columnheader", name=head)).to_be_visible()
    for entry in NAV[language]:
        expect(page.locator("#nav").get_by_role("link", name=entry, exact=True)).to_be_visible()
    steps.sees_status(page, status)
    steps.sees(page, left)
    steps.sees(page, money)
    month = MONTHS[language][last.month - 1]
    day = f"{last.day} {month} {last.year}" if language == "nl" else f"{month} {last.day}, {last.year}"
    expect(page.locator("#claims time").last).to_have_text(day)


def test_reader_changes_to_dutch_and_back(enter, claim):
    ana = enter("ana", viewport={"width": 1440, "height": 900})
    ana.goto(LIST)
    reads(ana, "en", claim.updated_at)
    choose_language(ana, "Account of Ana Silva", "Nederlands")
    # Then: she stands where she stood, also in her next browser.
    assert ana.url.endswith(LIST)
    reads(ana, "nl", claim.updated_at)
    again = enter("ana", viewport={"width": 1440, "height": 900})
    again.goto(LIST)
    reads(again, "nl", claim.updated_at)
    choose_language(ana, "Account van Ana Silva", "English")
    reads(ana, "en", claim.updated_at)


def test_customer_reads_and_answers_in_swedish(enter, market):
    """Whatever language he was written to in; the link carries his choice, for he has no account and no cookie."""
    redmond, customer = Location.objects.get(code="6612001"), CustomerFactory(domain="northwindtraders.example")
    claim = claim_in(
        S.AWAITING_CONSENT, location=redmond, engagement=market, customer=customer, contacts=steps.contacts()
    )
    nora = enter()
    nora.goto(steps.link_in(steps.read_mail(steps.CUSTOMER, "/consent/"), "consent"))
    steps.sees_heading(nora, "Contoso Consulting asks for your agreement")
    steps.press(nora, "Svenska")
    expect(nora.locator("html")).to_have_attribute("lang", "sv")
    steps.sees_heading(nora, "Contoso Consulting ber om ditt samtycke")
    nora.get_by_label("Ditt fullständiga namn").fill("Nora Northwind")
    nora.get_by_role("checkbox").first.check()
    steps.press(nora, "Acceptera")
    expect(nora.locator("html")).to_have_attribute("lang", "sv")
    steps.sees_not(nora, "You accepted")
    claim.refresh_from_db()
    assert claim.status == S.CONSENT_RECEIVED
