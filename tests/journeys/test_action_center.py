"""What stands in the Action Center is put away or stays, and what is mailed is the reader's choice (R-241 to R-243)."""

from datetime import timedelta

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from claims.models import Claim
from claims.statuses import Status as S
from eligibility.models import PayeeProfile
from mci_portal.accounts.models import Location
from mci_portal.common.clock import database_now
from mci_portal.outbox import delivery
from tests.factories import claim_in
from tests.journeys import steps
from tests.rows import CustomerFactory

PAYEE = "Complete the payee profile of Redmond"
TRANSACTIONAL = "Incentives: Transactional"


@pytest.fixture
def waiting(market) -> Claim:
    """A claim that Ana has to ask for consent, at a location that cannot be paid."""
    redmond = Location.objects.get(code="6612001")
    PayeeProfile.objects.filter(location=redmond).delete()
    now = database_now() - timedelta(days=20)
    customer = CustomerFactory(name="Tailspin Toys")
    return claim_in(S.CUSTOMER_CLAIMED, location=redmond, engagement=market, customer=customer, now=now)


def archive(page: Page, *titles: str) -> None:
    for title in titles:
        page.get_by_role("checkbox", name=f"Select: {title}", exact=True).check()
    page.locator(".tools").get_by_role("button", name="Archive", exact=True).click()


def told() -> list[str]:
    """The subjects of what has been mailed to Ana since the last call."""
    mail.outbox.clear()
    delivery.drain()
    return [one.subject for one in mail.outbox if steps.ADDRESSES["ana"] in one.to[0]]


def sees_item(page: Page, title: str, *, there: bool = True) -> None:
    expect(page.get_by_role("checkbox", name=f"Select: {title}", exact=True)).to_have_count(1 if there else 0)


def test_recommended_action_and_notification_are_archived_and_a_mandatory_one_stays(enter, waiting):
    """R-241: what must be done goes away when it is done."""
    ana = enter("ana")
    ana.goto("/action-center/")
    ask = "Send customer consent email"
    sees_item(ana, ask)
    expect(ana.get_by_role("button", name=f"Archive: {ask}", exact=True)).to_have_count(0)
    archive(ana, ask, PAYEE)
    steps.sees(ana, "1 item is archived.")
    steps.sees(ana, "A mandatory action cannot be archived. It goes away when it is done.")
    sees_item(ana, PAYEE, there=False)
    sees_item(ana, ask)

    # A notification, by the button in its own row.
    ana.get_by_role("link", name="Notifications (").click()
    ana.wait_for_url("**tab=notifications")
    notice = ana.get_by_role("button", name="Archive: ")
    expect(notice).to_have_count(1)
    title = notice.get_attribute("aria-label").removeprefix("Archive: ")
    notice.click()
    sees_item(ana, title, there=False)

    # Both are found again, and one comes back.
    ana.get_by_role("link", name="Archived items").click()
    for one in (PAYEE, title):
        sees_item(ana, one)
    sees_item(ana, ask, there=False)
    ana.get_by_role("button", name=f"Bring back: {PAYEE}").click()
    steps.sees(ana, "1 item is back.")
    ana.goto("/action-center/")
    sees_item(ana, PAYEE)

    # What was mandatory is gone when it is done.
    steps.ask_consent(ana, waiting)
    ana.goto("/action-center/")
    sees_item(ana, ask, there=False)


def test_transactional_mail_is_switched_off_and_still_shown(enter, market):
    """R-242: what somebody has switched off stands in the Action Center all the same; mandatory mail still comes."""
    mine = {"engagement": market, "location": Location.objects.get(code="6612001"), "contacts": steps.contacts()}
    ana = enter("ana")
    before = claim_in(S.CONSENT_RECEIVED, **mine)
    assert f"{before.customer.name} agreed to {market.name} (claim {before.number})" in told()
    ana.goto("/action-center/")
    steps.press(ana, "My preferences")
    steps.sees_heading(ana, "My preferences")
    expect(ana.get_by_label("Incentives: Mandatory")).to_be_disabled()
    ana.get_by_label(TRANSACTIONAL).uncheck()
    steps.press(ana, "Save")
    steps.sees(ana, "Your preferences are saved.")
    expect(ana.get_by_label(TRANSACTIONAL)).not_to_be_checked()

    after = claim_in(S.ACTION_REQUIRED, **mine)
    subjects = told()
    assert len(subjects) == 1
    assert str(after.number) in subjects[0]
    ana.goto("/action-center/?tab=notifications")
    sees_item(ana, f"{after.customer.name} agreed to {market.name} (claim {after.number})")
