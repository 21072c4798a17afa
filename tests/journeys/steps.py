"""The words the journeys are written in: what a person does in a browser, and what the mail brings him."""

import re
from datetime import timedelta

from django.core import mail
from django.db.models import DateTimeField, F
from playwright.sync_api import Locator, Page, expect

from claims.intake import Contacts
from claims.models import Claim, ConsentRequest, Survey, SurveyLink
from claims.sweeps import sweep
from mci_portal.accounts.demo import PASSWORD
from mci_portal.outbox import delivery
from tests.files.documents import pdf

ADDRESSES = {
    "ana": "ana@contoso.example",
    "ben": "ben@contoso.example",
    "rita": "rita@microsoft.example",
    "grace": "grace@contoso.example",
    "olga": "olga@microsoft.example",
    "ravi": "ravi@microsoft.example",
}
CUSTOMER = "nora@northwindtraders.example"
# The browser's own note that a page was answered 403 or 422; what the page says is the journey's business.
OWN_NOTE = re.compile(r"Failed to load resource: the server responded with a status of 4(03|04|09|10|22)")


def listen(page: Page, complaints: list[str]) -> None:
    """Collect whatever the page says in its console as an error: scripts, and what the content policy refused."""
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: (
            complaints.append(f"{page.url}: {said.text}")
            if said.type == "error" and not OWN_NOTE.match(said.text)
            else None
        ),
    )


def sign_in(page: Page, who: str) -> None:
    """By the sign-in page; ``who`` is one of ``ADDRESSES`` or an address."""
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(ADDRESSES.get(who, who))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)


def press(page: Page, name: str) -> None:
    """The one button or link of this name; the visible one where a menu holds a second."""
    _control(page, name).click()


def press_key(page: Page, name: str, *, key: str = "Enter") -> None:
    """The same without a mouse: it takes the focus and answers to the key."""
    control = _control(page, name)
    control.focus()
    expect(control).to_be_focused()
    page.keyboard.press(key)


def _control(page: Page, name: str) -> Locator:
    either = page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True))
    return either.locator("visible=true").first


def tick_by_key(page: Page, *labels: str) -> None:
    """Boxes by their labels, with the space bar."""
    for label in labels:
        box = page.get_by_role("checkbox", name=label, exact=True)
        box.focus()
        page.keyboard.press("Space")
        expect(box).to_be_checked()


def go_on(page: Page, heading: str) -> None:
    """``Next`` of a wizard; done when the page of ``heading`` is there."""
    press(page, "Next")
    sees_heading(page, heading)


def fill(page: Page, **values: str) -> None:
    """Each field by its name, as the forms send it."""
    for name, value in values.items():
        page.locator(f'[name="{name}"]:visible').fill(value)


def choose(page: Page, **values: str) -> None:
    """Radio buttons by name and value."""
    for name, value in values.items():
        page.locator(f'input[name="{name}"][value="{value}"]').check()


def sees(page: Page, text: str) -> None:
    expect(page.get_by_text(text).locator("visible=true").first).to_be_visible()


def sees_not(page: Page, text: str) -> None:
    expect(page.get_by_text(text).locator("visible=true")).to_have_count(0)


def sees_heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def sees_status(page: Page, words: str) -> None:
    expect(page.locator(".badge").filter(has_text=re.compile(rf"^\s*{re.escape(words)}\s*$")).first).to_be_visible()


def sees_document(page: Page) -> None:
    """The first page of the first document stands in the reviewer's page as a picture that really loaded."""
    picture = page.frame_locator("iframe").first.locator("img").first
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def add_customer(page: Page, name: str = "Spring workshop", *, location: str = "Redmond") -> Claim:
    """From the Customers page through the whole wizard; ends on the confirmation."""
    begin_customer(page, name, location)
    page.get_by_label("Domain name", exact=False).first.check()
    fill(page, id_value="northwindtraders.example")
    go_on(page, "Engagements")
    page.get_by_label("Endpoint Management Workshop", exact=True).check()
    go_on(page, "Contacts")
    name_contacts(page)
    go_on(page, "Review")
    return confirm_customer(page)


def begin_customer(page: Page, name: str, location: str = "Redmond") -> None:
    """The wizard's first step; ends on the one that asks for the customer."""
    press(page, "Add customer")
    sees_heading(page, "Claim details")
    fill(page, name=name)
    choose_location(page, location)
    go_on(page, "Customer")


def choose_location(page: Page, location: str = "Redmond") -> None:
    places = page.get_by_label("Location ID")
    places.select_option(places.locator("option").filter(has_text=location).first.get_attribute("value"))


def name_contacts(page: Page) -> None:
    fill(
        page,
        customer_title="IT manager",
        customer_name="Nora Northwind",
        customer_email=CUSTOMER,
        partner_name="Ana Silva",
        partner_email=ADDRESSES["ana"],
    )


def confirm_customer(page: Page) -> Claim:
    page.locator(".footbar").get_by_role("button", name="Add customer").click()
    page.wait_for_url("**/done/")
    return Claim.objects.latest("number")


def ask_consent(page: Page, claim: Claim) -> None:
    """Both steps of "Ask for customer consent"."""
    page.goto(f"/incentives/claims/{claim.number}/consent/")
    go_on(page, "Review")
    press(page, "Send for consent")
    sees_status(page, "Awaiting customer consent response")


def read_mail(to: str, about: str) -> str:
    """Deliver what waits, and return the text of the newest mail to ``to`` whose subject or text has ``about``."""
    delivery.drain()
    found = [one for one in mail.outbox if to in one.to[0] and about in f"{one.subject}\n{one.body}"]
    assert found, f"no mail to {to} about {about!r} among {[(one.to, one.subject) for one in mail.outbox]}"
    return f"{found[-1].subject}\n{found[-1].body}"


def link_in(text: str, kind: str) -> str:
    """The path of the mailed ``consent``, ``survey`` or ``opt-out`` link: the live server has another host."""
    found = re.search(rf"https?://[^/\s]+(/{kind}/[\w-]+/)", text)
    assert found, f"no {kind} link in:\n{text}"
    return found[1]


def answer_consent(page: Page, button: str, *, reason: str = "") -> None:
    page.get_by_label("Your full name").fill("Nora Northwind")
    page.get_by_label("I am authorised to answer for my company").check()
    if reason:
        page.get_by_label("If you decline: your reason (optional)").fill(reason)
    press(page, button)


def upload(page: Page, claim: Claim, kind: str, text: str) -> None:
    """A real PDF for the document of this ``kind``, through the panel over the claim page or the page of its own."""
    open_upload(page, claim, kind)
    pick_file(page, kind, text)
    page.get_by_role("button", name="Upload", exact=True).click()
    # The message, not the link: an earlier file of this name may stand there already.
    sees(page, "1 document was uploaded.")
    page.get_by_role("link", name=re.compile(rf"{kind}\.pdf")).first.wait_for()


def open_upload(page: Page, claim: Claim, kind: str) -> None:
    requirement = claim.engagement.evidence.get(kind=kind)
    page.goto(f"/incentives/claims/{claim.number}/")
    path = f"/incentives/claims/{claim.number}/documents/{requirement.pk}/upload/"
    page.locator(f'a[href="{path}"]').click()


def pick_file(page: Page, name: str, text: str) -> None:
    file = {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": pdf(text)}
    page.locator('input[type="file"]').set_input_files(file)


def answer_customer_survey(page: Page, link: str) -> None:
    page.goto(link)
    choose(page, took_place="yes", satisfaction="5", useful="4", may_contact="no")
    fill(page, held_on="2026-06-30", attendees="8", typed_name="Nora Northwind")
    press(page, "Send answers")
    sees_heading(page, "Thank you")


def answer_partner_survey(page: Page, claim: Claim) -> None:
    page.goto(f"/incentives/claims/{claim.number}/")
    press(page, "Go to survey")
    choose(page, goals_reached="4", readiness="3")
    fill(page, held_on="2026-06-30", attendees="8", next_steps="A pilot with two hundred devices.")
    press(page, "Send answers")
    sees(page, "The partner survey is complete.")


def hand_in_evidence(page: Page, claim: Claim, customer: Page) -> None:
    """Invoice, report and both surveys, the customer's through the mailed link."""
    upload(page, claim, "invoice", "Invoice 4711")
    upload(page, claim, "report", "Proof of execution")
    press(page, "Send Customer Survey")
    sees(page, "The customer survey was sent.")
    answer_customer_survey(customer, link_in(read_mail(CUSTOMER, "/survey/"), "survey"))
    answer_partner_survey(page, claim)


def submit(page: Page, claim: Claim) -> None:
    page.goto(f"/incentives/claims/{claim.number}/")
    page.locator("#hand-in").get_by_role("button", name="Submit", exact=True).click()
    sees(page, "The claim was submitted.")
    sees_status(page, "Submitted")


def start_review(page: Page, claim: Claim) -> None:
    page.goto(f"/review/{claim.number}/")
    press(page, "Start review")
    sees_status(page, "Under review")


def approve(page: Page) -> None:
    """What is under review: every piece of evidence meets the requirement."""
    for check in page.locator('.decision input[value="meets"]').all():
        check.check()
    press(page, "Approve")
    sees_status(page, "Approved")


def reject(page: Page, reason: str, text: str) -> None:
    """What is under review, for this reason of the list and in these words; the page then says how it ended."""
    page.get_by_label(reason).check()
    page.locator("#reject-text").fill(text)
    press(page, "Reject")


def to_consent(ana: Page, customer: Page) -> Claim:
    """The beginning that several journeys share: Ana adds Northwind, Nora accepts."""
    ana.goto("/incentives/engagements/endpoint-management-workshop/customers/")
    claim = add_customer(ana)
    ask_consent(ana, claim)
    customer.goto(link_in(read_mail(CUSTOMER, "/consent/"), "consent"))
    answer_consent(customer, "Accept")
    sees_heading(customer, "You accepted")
    return claim


def let_days_pass(claim: Claim, days: int) -> None:
    """The claim is so much older: every moment of it lies further back. The clock itself is the database's."""
    for rows in (
        Claim.objects.filter(pk=claim.pk),
        ConsentRequest.objects.filter(claim=claim, decision=""),  # an answer is final, its moment too
        Survey.objects.filter(claim=claim),
        SurveyLink.objects.filter(survey__claim=claim),
    ):
        moments = [field.name for field in rows.model._meta.fields if isinstance(field, DateTimeField)]
        rows.update(**{name: F(name) - timedelta(days=days) for name in moments})


def clock_sweeps() -> int:
    """The periodic job, now."""
    return sweep()


def contacts(email: str = CUSTOMER) -> Contacts:
    """Nora at the customer's and Ana at the partner's, for a claim that no wizard makes."""
    return Contacts("Nora Northwind", email, "Ana Silva", ADDRESSES["ana"])
