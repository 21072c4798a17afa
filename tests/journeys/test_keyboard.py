"""From the sign-in page into the wizard without a mouse (WCAG 2.1.1, 2.4.3, 2.4.7)."""

import re

from playwright.sync_api import Page, expect

from tests.journeys import steps

FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  return {
    name: (one.getAttribute("aria-label") || one.innerText || one.name || "").trim(),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none"
      || style.borderColor !== "" && one.matches("input, select, textarea"),
    lost: one === document.body,
  };
}"""


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until the control of this name has the focus, which must be seen wherever it goes."""
    for _step in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here["lost"]:
            continue
        assert here["marked"], f"the focus on {here['name']!r} does not show at {page.url}"
        if re.fullmatch(name, here["name"], re.DOTALL):
            return
    raise AssertionError(f"{name!r} is not reached by Tab at {page.url}")


def test_keyboard_reaches_the_wizard(enter):
    """Given no mouse, when only Tab, Enter and typing are used, then Ana signs in and begins to add a customer."""
    ana = enter()
    ana.goto("/sign-in/")
    tab_to(ana, "login")
    ana.keyboard.type(steps.ADDRESSES["ana"])
    tab_to(ana, "password")
    ana.keyboard.type("Demo-portal-2021")
    ana.keyboard.press("Enter")
    ana.wait_for_url("**/incentives/engagements/**")

    # Then: the first Tab offers to skip the frame, and Enter does so.
    tab_to(ana, "Skip to main content", most=1)
    ana.keyboard.press("Enter")
    tab_to(ana, "Endpoint Management Workshop.*")
    ana.keyboard.press("Enter")
    ana.wait_for_url("**/endpoint-management-workshop/**")
    tab_to(ana, "Customers")
    ana.keyboard.press("Enter")
    ana.wait_for_url("**/customers/**")
    tab_to(ana, "Add customer")
    ana.keyboard.press("Enter")
    ana.wait_for_url("**/customers/add/")
    tab_to(ana, "name")
    ana.keyboard.type("Spring workshop")
    tab_to(ana, "location|Choose a location.*")
    ana.keyboard.type("Redmond")
    ana.keyboard.press("Tab")
    tab_to(ana, "Next")
    ana.keyboard.press("Enter")
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Customer")
