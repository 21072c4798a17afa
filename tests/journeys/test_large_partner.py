"""A partner with two thousand claims works on Customer claims in a browser (R-140 to R-149).

The export is opened again by other programs' readers and compared with what the pages showed.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from claims import scale
from claims.models import Claim
from mci_portal.accounts.demo import PASSWORD
from mci_portal.accounts.models import Membership, User
from mci_portal.common.clock import database_now
from tests.export.files import read_csv, read_xlsx
from tests.journeys import steps

CLAIMS = 2_000
LIST = "/incentives/claims/"
WAITS = "Awaiting customer consent response"
# What a row of the list says, by the column's head, in the words of the export.
SAME = {
    "Claim ID": "claimId",
    "Claim name": "claimName",
    "Customer": "customerName",
    "Engagement": "engagementName",
    "Location": "location",
    "Status": "status",
    "Next action": "nextAction",
}
ROWS = """rows => rows.map(row => Object.fromEntries([
  ["Claim ID", row.querySelector("a").textContent],
  ...[...row.querySelectorAll("td[data-l]")].map(cell => [cell.dataset.l, cell.textContent.trim()]),
]))"""


@pytest.fixture
def admin(transactional_db, settings) -> User:
    """Runs incentives for all ``CLAIMS`` claims of his company; a smaller company has some beside them."""
    settings.DEMO = True  # its password counts
    # Of two companies the first has this share of a bulk world.
    scale.fill(database_now(), round(CLAIMS * (1 + 2**-scale.world.EXPONENT)), partners=2)
    user = Membership.objects.order_by("partner_id").first().user
    user.set_password(PASSWORD)
    user.save()
    assert Claim.objects.filter(partner__memberships__user=user).count() == CLAIMS < Claim.objects.count()
    return user


@pytest.fixture
def listed(visit, admin) -> Page:
    """Customer claims in the admin's browser."""
    page = visit(admin.email, viewport={"width": 1440, "height": 900})
    page.goto(LIST)
    return page


def shown(page: Page) -> list[dict[str, str]]:
    return page.locator("#claims tbody tr").evaluate_all(ROWS)


def column(page: Page, name: str) -> list[str]:
    return [row[name] for row in shown(page)]


def heads(page: Page) -> list[str]:
    return page.locator("#claims th a").all_inner_texts()


def swapped(page: Page, act) -> None:
    """``act`` brings new rows without a new page."""
    page.evaluate("window.stays = true")
    with page.expect_response(lambda answer: LIST in answer.url and "hx-request" in answer.request.headers):
        act()
    expect(page.locator("#rows[aria-busy], .htmx-swapping, .htmx-settling, .htmx-request")).to_have_count(0)
    assert page.evaluate("window.stays") is True


def filter_by(page: Page, label: str) -> None:
    steps.press(page, "Filter")
    page.get_by_role("dialog").get_by_label(label, exact=True).check()
    swapped(page, lambda: steps.press(page, "Apply"))


def every_page(page: Page) -> list[dict[str, str]]:
    """The rows of this page and of all that follow."""
    rows = shown(page)
    while page.get_by_role("link", name="Next", exact=True).count():
        swapped(page, lambda: steps.press(page, "Next"))
        rows += shown(page)
    return rows


def exported(page: Page) -> list[list[dict[str, str]]]:
    """The rows of both files that the export page offers."""
    files = []
    for button, read in (("Export to CSV", read_csv), ("Export to Excel", read_xlsx)):
        with page.expect_download() as waiting:
            steps.press(page, button)
        files.append(read(Path(waiting.value.path()).read_bytes()))
    return files


def test_claim_is_found_sorted_filtered_and_kept_as_a_view(listed, admin):
    """R-143, R-144, R-146, R-147: each step is a swap or a link, and the address says what is shown."""
    wanted = Claim.objects.filter(partner__memberships__user=admin).order_by("number")[CLAIMS // 2]
    foreign = Claim.objects.exclude(partner__memberships__user=admin).first()

    # One claim by its number, typed into the search box.
    swapped(listed, lambda: listed.get_by_label("Search claims").fill(str(wanted.number)))
    assert column(listed, "Claim ID") == [str(wanted.number)]
    # Nothing of the other company is found.
    swapped(listed, lambda: listed.get_by_label("Search claims").fill(str(foreign.number)))
    steps.sees(listed, "No claim matches.")
    swapped(listed, lambda: listed.get_by_label("Search claims").fill(""))
    assert len(shown(listed)) == 25

    # In the order of a head, once up and once down.
    for direction in ("ascending", "descending"):
        swapped(listed, lambda: listed.get_by_role("link", name="Claim ID", exact=True).click())
        expect(listed.get_by_role("columnheader", name="Claim ID")).to_have_attribute("aria-sort", direction)
        numbers = column(listed, "Claim ID")
        assert numbers == sorted(numbers, reverse=direction == "descending")

    filter_by(listed, WAITS)
    assert set(column(listed, "Status")) == {WAITS}
    before = column(listed, "Claim ID")

    # Other columns, then all of it under a name.
    listed.get_by_role("link", name="Columns", exact=True).click()
    listed.get_by_role("checkbox", name="Owner", exact=True).check()
    listed.get_by_role("checkbox", name="Location", exact=True).uncheck()
    listed.get_by_role("button", name="Show", exact=True).click()
    listed.wait_for_url("**columns=owner**")
    own = heads(listed)
    assert ("Owner" in own, "Location" in own) == (True, False)
    assert set(column(listed, "Owner")) == {admin.name}
    steps.press(listed, "Save this view")
    listed.get_by_label("Name of the view").fill("Waiting for customers")
    steps.press(listed, "Save")
    steps.sees(listed, "The view “Waiting for customers” is saved.")

    # It opens again on a plain list.
    listed.goto(LIST)
    assert heads(listed) != own
    listed.get_by_role("navigation", name="Saved views").get_by_role("link", name="Waiting for customers").click()
    listed.wait_for_url("**view=**")
    assert (heads(listed), column(listed, "Claim ID")) == (own, before)


def test_export_holds_what_all_pages_show(listed):
    """R-145, R-149: under the same filter claim by claim and in the same order, or the ticked claims and no other."""
    filter_by(listed, WAITS)
    address = listed.url
    rows = every_page(listed)
    assert len(rows) > 150
    listed.goto(address)
    steps.press(listed, "Export")
    steps.sees(listed, f"{len(rows)} claims, as the list shows them now.")
    expected = [{SAME[head]: row[head] for head in SAME} for row in rows]
    for content in exported(listed):
        assert [{name: row[name] for name in SAME.values()} for row in content] == expected

    listed.goto(LIST)
    command = listed.get_by_role("button", name="Export ticked")
    expect(command).to_have_attribute("aria-disabled", "true")
    ticked = column(listed, "Claim ID")[1:3]
    for number in ticked:
        listed.get_by_label(f"Select claim {number}").check()
    command.click()
    steps.sees(listed, "2 claims, as the list shows them now.")
    for content in exported(listed):
        assert [row["claimId"] for row in content] == ticked


def test_cards_of_a_phone_are_sorted_and_filtered(visit, admin):
    """R-144, ui-spec 8: at 360 px the heads that sort stay in sight, above cards; nothing runs out of the window."""
    page = visit(admin.email, viewport={"width": 360, "height": 800})
    page.goto(LIST)
    head = page.get_by_role("columnheader", name="Claim ID").get_by_role("link")
    expect(head).to_be_in_viewport()
    swapped(page, head.click)
    numbers = column(page, "Claim ID")
    assert numbers == sorted(numbers)
    # A filter with many options is found by typing, which changes nothing by itself.
    steps.press(page, "Filter")
    panel = page.get_by_role("dialog", name="Filters")
    panel.get_by_label("Search in Status").fill("AWAITING")
    expect(panel.get_by_role("checkbox")).to_have_count(1)
    panel.get_by_role("checkbox", name=WAITS).check()
    panel.get_by_label("Search in Status").fill("approved")
    expect(panel.get_by_role("checkbox")).to_have_count(2)  # what is ticked stays in sight
    swapped(page, lambda: steps.press(page, "Apply"))
    assert set(column(page, "Status")) == {WAITS}
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
