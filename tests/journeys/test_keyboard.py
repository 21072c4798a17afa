"""From the sign-in page to a submitted claim without a mouse (WCAG 2.1.1, 2.4.3, 2.4.7)."""

import re

from playwright.sync_api import Locator, Page, expect

from claims.models import Claim
from mci_portal.accounts.demo import PASSWORD
from tests.files.documents import pdf
from tests.journeys import steps

FOCUS = """wanted => {
  const one = document.activeElement, style = getComputedStyle(one);
  return {
    here: one === wanted,
    name: (one.getAttribute("aria-label") || one.innerText || one.name || "").trim(),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none"
      || style.borderColor !== "" && one.matches("input, select, textarea"),
    lost: one === document.body,
  };
}"""
ARROWS = 12  # more than any group of ours has


def tab_to(page: Page, wanted: Locator, most: int = 70) -> None:
    """Press Tab until this control has the focus, which must be seen wherever it goes."""
    element = wanted.locator("visible=true").first.element_handle()
    for _step in range(most):
        page.keyboard.press("Tab")
        focus = element.evaluate(FOCUS)
        assert focus["lost"] or focus["marked"], f"the focus on {focus['name']!r} does not show at {page.url}"
        if focus["here"]:
            return
    raise AssertionError(f"{wanted} is not reached by Tab at {page.url}")


def control(page: Page, name: str) -> Locator:
    """The button or link of this name."""
    return page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True))


def enter_on(page: Page, wanted: Locator | str) -> None:
    tab_to(page, control(page, wanted) if isinstance(wanted, str) else wanted)
    page.keyboard.press("Enter")


def type_in(page: Page, **values: str) -> None:
    """Each field by its name, in the order in which Tab reaches them; what stands there already is replaced."""
    for name, value in values.items():
        tab_to(page, page.locator(f'[name="{name}"]'))
        if page.evaluate("document.activeElement.type") not in ("date", "select-one"):
            page.keyboard.press("Control+A")
        page.keyboard.type(value)


def tick(page: Page, label: str) -> None:
    box = page.get_by_label(label).first
    tab_to(page, box)
    if not box.is_checked():
        page.keyboard.press("Space")
    expect(box).to_be_checked()


def pick(page: Page, name: str, value: str) -> None:
    """A radio button: Tab reaches the group, the arrows walk in it."""
    group, wanted = page.locator(f'input[name="{name}"]'), page.locator(f'input[name="{name}"][value="{value}"]')
    first = group.and_(page.locator(":checked"))
    tab_to(page, first if first.count() else group)
    for _step in range(ARROWS):
        if wanted.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(wanted).to_be_checked()
    expect(wanted).to_be_focused()


def test_claim_is_submitted_by_keyboard_alone(enter):
    """Given no mouse, when Ana and the customer only press keys, then a claim goes from nothing to submitted."""
    ana, nora = enter(), enter()
    ana.goto("/sign-in/")
    type_in(ana, login=steps.ADDRESSES["ana"], password=PASSWORD)
    ana.keyboard.press("Enter")
    ana.wait_for_url("**/incentives/engagements/**")
    claim = add_customer(ana)
    ask_consent(ana)

    nora.goto(steps.link_in(steps.read_mail(steps.CUSTOMER, "/consent/"), "consent"))
    type_in(nora, typed_name="Nora Northwind")
    tick(nora, "I am authorised to answer for my company")
    enter_on(nora, "Accept")
    steps.sees_heading(nora, "You accepted")

    ana.reload()
    steps.sees_status(ana, "Customer consent received")
    for kind in ("invoice", "report"):
        upload(ana, claim, kind)
    enter_on(ana, "Send Customer Survey")
    steps.sees(ana, "The customer survey was sent.")
    nora.goto(steps.link_in(steps.read_mail(steps.CUSTOMER, "/survey/"), "survey"))
    answer_customer_survey(nora)
    answer_partner_survey(ana)

    enter_on(ana, ana.locator("#hand-in").get_by_role("button", name="Submit", exact=True))
    steps.sees(ana, "The claim was submitted.")
    steps.sees_status(ana, "Submitted")


def add_customer(ana: Page) -> Claim:
    """From the engagements list through the wizard to its confirmation."""
    # The first Tab offers to skip the frame, and Enter does so.
    tab_to(ana, control(ana, "Skip to main content"), most=1)
    ana.keyboard.press("Enter")
    enter_on(ana, "Endpoint Management Workshop")
    ana.wait_for_url("**/endpoint-management-workshop/**")
    enter_on(ana, ana.get_by_role("navigation", name="Engagement").get_by_role("link", name="Customers"))
    ana.wait_for_url("**/customers/**")
    enter_on(ana, "Add customer")
    steps.sees_heading(ana, "Claim details")
    type_in(ana, name="Spring workshop", location="Redmond")
    enter_on(ana, "Next")
    steps.sees_heading(ana, "Customer")
    pick(ana, "id_type", "domain")
    type_in(ana, id_value="northwindtraders.example")
    enter_on(ana, "Next")
    steps.sees_heading(ana, "Engagements")
    tick(ana, "Endpoint Management Workshop")
    enter_on(ana, "Next")
    steps.sees_heading(ana, "Contacts")
    type_in(ana, customer_title="IT manager", customer_name="Nora Northwind", customer_email=steps.CUSTOMER)
    type_in(ana, partner_name="Ana Silva", partner_email=steps.ADDRESSES["ana"])
    enter_on(ana, "Next")
    steps.sees_heading(ana, "Review")
    enter_on(ana, ana.locator(".footbar").get_by_role("button", name="Add customer"))
    ana.wait_for_url("**/done/")
    return Claim.objects.latest("number")


def ask_consent(ana: Page) -> None:
    enter_on(ana, ana.get_by_role("link", name=re.compile("^Send customer consent email")))
    steps.sees_heading(ana, "Contacts")
    enter_on(ana, "Next")
    steps.sees_heading(ana, "Review")
    enter_on(ana, "Send for consent")
    steps.sees_status(ana, "Awaiting customer consent response")


def upload(ana: Page, claim: Claim, kind: str) -> None:
    """Through the panel over the claim page; what the browser's own file dialog does is done for it."""
    requirement = claim.engagement.evidence.get(kind=kind)
    opener = ana.locator(f'a[href$="/documents/{requirement.pk}/upload/"]')
    enter_on(ana, opener)
    panel = ana.get_by_role("dialog")
    panel.wait_for()
    chooser = panel.get_by_label("Choose a file")
    tab_to(ana, chooser)
    chooser.set_input_files({"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": pdf(f"The {kind}")})
    enter_on(ana, panel.get_by_role("button", name="Upload", exact=True))
    ana.get_by_role("link", name=re.compile(rf"{kind}\.pdf")).first.wait_for()
    expect(panel).to_have_count(0)


def answer_customer_survey(nora: Page) -> None:
    pick(nora, "took_place", "yes")
    type_in(nora, held_on="06302026", attendees="8")
    pick(nora, "satisfaction", "5")
    pick(nora, "useful", "4")
    pick(nora, "may_contact", "no")
    type_in(nora, typed_name="Nora Northwind")
    enter_on(nora, "Send answers")
    steps.sees_heading(nora, "Thank you")


def answer_partner_survey(ana: Page) -> None:
    enter_on(ana, "Go to survey")
    steps.sees_heading(ana, "Partner Survey")
    type_in(ana, held_on="06302026", attendees="8")
    pick(ana, "goals_reached", "4")
    pick(ana, "readiness", "3")
    type_in(ana, next_steps="A pilot with two hundred devices.")
    enter_on(ana, "Send answers")
    steps.sees(ana, "The partner survey is complete.")
