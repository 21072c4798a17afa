"""What the claim page shows to whom, in every place of the life cycle (R-150 to R-180)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import consent, contacts, lifecycle, review
from claims.actions import Action
from claims.models import Claim, ConsentRequest
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import EngagementFactory, PayeeProfileFactory, Walk, claim_in, live_request

pytestmark = pytest.mark.django_db

MOST_QUERIES = 20
WALKED = [status for status in S if status not in (S.DRAFT, S.CONSENT_REJECTED)]
DETAILS = (
    "Claim ID",
    "Customer consent date",
    "Solution area",
    "Role",
    "Location",
    "Partner name",
    "Partner contact name",
    "Partner contact email",
    "Customer tenant ID/TPID",
    "Customer domain name",
    "Customer contact title",
    "Customer contact name",
    "Customer contact email",
)


def address(claim: Claim) -> str:
    return f"/incentives/claims/{claim.number}/"


def text_of(answer) -> str:
    """What a reader sees: the page without tags, blanks folded."""
    return text_of_html(answer.content.decode())


def text_of_html(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def labels_of(answer, tag: str) -> list[str]:
    return [label.strip() for label in re.findall(rf"<{tag}>([^<]*)</{tag}>", answer.content.decode())]


@pytest.fixture
def open_page(client, ana):
    client.force_login(ana)
    return lambda claim: client.get(address(claim))


def test_claim_page_is_named_after_the_customer_and_says_what_it_is_for(open_page):
    """R-151; R-155: what to blur in documents, and what not."""
    claim = claim_in(S.CONSENT_RECEIVED)
    answer = open_page(claim)
    assert labels_of(answer, "h1") == [claim.customer.name]
    page = text_of(answer)
    assert "Summary of your workshop claim. You must submit your workshop claim with all of the required" in page
    assert "please blur the customer personal information and keep the domain information visible" in page


def test_breadcrumb_leads_from_home_to_the_customer(open_page):
    """R-005."""
    claim = claim_in(S.CONSENT_RECEIVED)
    page = open_page(claim).content.decode()
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', page)[0]
    assert text_of_html(crumbs) == (
        f"Home Incentives MCI Engagements {claim.engagement.name} Customers : {claim.customer.name}"
    )


@pytest.mark.parametrize("status", WALKED)
def test_claim_page_in_every_status_shows_its_label_in_few_queries(open_page, status):
    claim = claim_in(status)
    with CaptureQueriesContext(connection) as queries:
        answer = open_page(claim)
    assert answer.status_code == 200
    assert str(status.label) in text_of(answer)
    assert len(queries) <= MOST_QUERIES


def test_claim_page_costs_the_same_with_one_and_with_ten_documents(open_page):
    claim = claim_in(S.CONSENT_RECEIVED)
    walk = Walk(claim, by=actor_for(claim.owner))
    requirement = claim.engagement.evidence.get(kind="invoice")
    counts = []
    for number in range(10):
        walk.upload(requirement, database_now(), f"invoice {number}.pdf")
        if number in (0, 9):
            with CaptureQueriesContext(connection) as queries:
                answer = open_page(claim)
            counts.append(len(queries))
    assert answer.content.count(b'name="ids"') == 10
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_claim_numbers_have_seven_digits_from_1000001(open_page):
    claim = claim_in(S.CUSTOMER_CLAIMED)
    assert 1000001 <= claim.number < 10_000_000
    assert f"<dd>{claim.number}</dd>" in open_page(claim).content.decode()


def test_details_stand_in_the_guides_order(open_page):
    """R-152; the mismatch reason only where there is one."""
    answer = open_page(claim_in(S.CONSENT_RECEIVED))
    assert tuple(labels_of(answer, "dt")[: len(DETAILS)]) == DETAILS


def test_details_with_another_mail_domain_show_the_reason_after_the_domain(open_page, ana):
    claim = claim_in(S.CONSENT_RECEIVED)
    values = {"customer_email": "carla@holding.example", "mismatch_reason": "Mail of the group"}
    contacts.change(claim, actor_for(ana), values)
    labels = labels_of(open_page(claim), "dt")
    assert labels[10] == "Domain name mismatch reason for customer consent"
    assert "Mail of the group" in text_of(open_page(claim))


def test_claim_page_before_consent_hides_documents_and_leads_to_the_request(open_page):
    """R-113, R-116: the button is named by what was done already."""
    for status, button in (
        (S.CUSTOMER_CLAIMED, "Send customer consent email"),
        (S.AWAITING_CONSENT, "Re-send email for customer consent"),
    ):
        claim = claim_in(status)
        page = open_page(claim).content.decode()
        assert re.search(rf'href="{address(claim)}consent/">{button}</a>', page)
        assert "Submit Proof of Execution" not in page
        assert "Submit claim" not in page
        assert "days left" in page
        assert "Customer consent" in page


def test_claim_page_after_a_contact_change_says_that_the_link_is_dead(open_page, ana):
    """T05: needs a re-send."""
    claim = claim_in(S.AWAITING_CONSENT)
    assert "no working link" not in text_of(open_page(claim))
    contacts.change(claim, actor_for(ana), {"customer_email": f"else@{claim.customer.domain}"})
    assert "The customer has no working link" in text_of(open_page(claim))


def test_claim_page_shows_a_proposed_contact_and_offers_to_take_it(client, ana, open_page):
    """R-123"""
    claim = claim_in(S.AWAITING_CONSENT)
    proposed = {"proposed_name": "Rhea Right", "proposed_email": f"rhea@{claim.customer.domain}"}
    ConsentRequest.objects.filter(claim=claim).update(**proposed)
    assert f"Rhea Right, rhea@{claim.customer.domain}" in text_of(open_page(claim))
    form = client.get(f"{address(claim)}contacts/?proposed=1").content.decode()
    assert 'value="Rhea Right"' in form


def test_claim_page_with_a_bounced_contact_greys_the_request(open_page):
    """R-124: the sentence of the guard explains the button."""
    claim = claim_in(S.AWAITING_CONSENT)
    Claim.objects.filter(pk=claim.pk).update(bounced_at=database_now())
    page = open_page(claim).content.decode()
    assert "A message to the customer came back" in page
    assert re.search(r'<button[^>]*aria-disabled="true"[^>]*title="Mail to [^"]* came back', page)
    assert f'href="{address(claim)}consent/"' not in page


def test_submit_while_something_is_missing_is_greyed_and_lists_it_with_links(open_page):
    """R-167, R-168: at the top and at the bottom, with the same sentence."""
    claim = claim_in(S.CONSENT_RECEIVED)
    page = open_page(claim).content.decode()
    buttons = re.findall(r'<button[^>]*aria-describedby="submit-refusal"[^>]*>', page)
    assert len(buttons) == 2
    assert all('aria-disabled="true"' in button for button in buttons)
    invoice = claim.engagement.evidence.get(kind="invoice")
    assert f'<a href="#evidence-{invoice.pk}">Upload Invoice</a>' in page
    assert f'id="evidence-{invoice.pk}"' in page
    assert "Claims that are not submitted are not reviewed." in page


def test_submit_with_everything_there_is_open(open_page, ana):
    claim = claim_in(S.CONSENT_RECEIVED)
    Walk(claim, by=actor_for(ana)).hand_in(database_now())
    page = open_page(claim).content.decode()
    assert "submit-refusal" not in page
    assert page.count(">Submit</button>") == 1


def test_submit_without_payee_profile_asks_for_a_deliberate_yes(open_page, redmond):
    """T15"""
    redmond.payee.delete()
    assert "payee profile of this location is not complete" in text_of(open_page(claim_in(S.CONSENT_RECEIVED)))
    PayeeProfileFactory(location=redmond)
    assert "payee profile" not in text_of(open_page(claim_in(S.CONSENT_RECEIVED)))


@pytest.mark.parametrize("status", [S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED, S.CANCELED, S.NOT_SUBMITTED_EXPIRED])
def test_claim_page_in_a_read_only_status_has_no_commands(open_page, status):
    page = open_page(claim_in(status)).content.decode()
    for command in ("Upload proof of execution", ">Remove<", "Send Customer Survey", "Cancel claim", ">Edit<"):
        assert command not in page
    assert not re.search(r">Submit( claim)?</button>", page)


def test_action_request_shows_issues_due_date_and_an_answer_form_each(open_page, rita):
    """R-172"""
    claim = claim_in(S.UNDER_REVIEW, reviewer=rita)
    invoice = claim.engagement.evidence.get(kind="invoice")
    issues = [
        {"kind": "dates", "text": "No date on it.", "requirement": invoice},
        {"kind": "other", "text": "Who took part?"},
    ]
    review.request_action(claim, actor_for(rita), issues)
    page = open_page(claim).content.decode()
    assert page.count('<textarea name="answer"') == 2
    assert "No date on it." in page
    assert "Answer by" in page
    assert page.count('class="flagged"') == 1
    assert "Needs update" in page


def test_rejected_claim_shows_reasons_text_and_the_last_day_of_dispute(open_page):
    """R-173, R-176, R-206"""
    page = text_of(open_page(claim_in(S.REJECTED)))
    assert "Insufficient PoE" in page
    assert "The report does not name the workshop." in page
    assert "Last day to dispute" in page
    assert "Dispute" in page


@pytest.mark.parametrize("shared", [True, False])
def test_declined_claim_shows_the_customers_reason_where_he_shares_it(open_page, shared):
    """R-122."""
    claim = claim_in(S.AWAITING_CONSENT)
    given = consent.Answer("declined", "Carla Contact", "192.0.2.1", "a browser", "en", "Our budget is spent.", shared)
    consent.answer(live_request(claim), given, database_now())
    page = text_of(open_page(claim))
    assert "The customer has declined this engagement" in page
    assert ("Reason the customer gave: Our budget is spent." in page) is shared
    assert ("budget" in page) is shared


def test_withdrawn_consent_shows_the_customers_reason(open_page):
    """R-122, T13."""
    page = text_of(open_page(claim_in(S.CONSENT_REJECTED)))
    assert "The customer has withdrawn the consent" in page
    assert "Reason the customer gave: Plans changed." in page


def test_finally_rejected_claim_offers_no_further_dispute(open_page):
    """R-211"""
    answer = open_page(claim_in(S.REJECTED_FINAL))
    assert "do/dispute/" not in answer.content.decode()
    assert "rejected this claim for good" in text_of(answer)


def test_approved_claim_shows_amount_and_month_of_payment(open_page):
    """R-173, R-174"""
    claim = claim_in(S.APPROVED)
    month = claim.earning.estimated_payment_on.strftime("%B %Y")
    assert f"{claim.amount:,} USD will be paid. Estimated payment: {month}." in text_of(open_page(claim))


def test_overdue_claim_is_shown_as_expired_although_the_sweep_is_late(open_page):
    """R-271, R-169, R-170: no button survives the deadline."""
    claim = claim_in(S.CONSENT_RECEIVED, now=database_now() - timedelta(days=91))
    page = open_page(claim).content.decode()
    assert claim.status == S.CONSENT_RECEIVED
    assert "Not submitted expired" in page
    assert "Start new claim" in page
    assert "Upload proof of execution" not in page
    assert not re.search(r">Submit( claim)?</button>", page)


def test_internal_notes_are_not_in_the_page_nor_in_the_history(client, open_page, rita):
    """R-178"""
    claim = claim_in(S.UNDER_REVIEW, reviewer=rita)
    by = actor_for(rita)
    lifecycle.perform(claim, Action.WRITE_NOTE, by, text="Smells of fraud.", note="Smells of fraud.")
    review.comment(claim, by, "Thank you, looking at it.")
    page, history = open_page(claim), client.get(f"{address(claim)}history/")
    assert "Thank you, looking at it." in text_of(page)
    for answer in (page, history):
        assert "fraud" not in answer.content.decode()
        assert "Internal" not in answer.content.decode()
    client.force_login(rita)
    assert "Internal note" in text_of(client.get(f"{address(claim)}history/"))


def history_of(client, claim, query: str = "") -> str:
    """The lines alone, without the filters above them, which name the same actions."""
    answer = client.get(f"{address(claim)}history/{query}")
    assert answer.status_code == 200
    return answer.content.decode().partition('<ol class="history')[2]


def test_history_has_the_newest_line_first_and_filters_by_side(client, ana):
    """R-154"""
    claim = claim_in(S.CONSENT_RECEIVED)
    client.force_login(ana)
    page = history_of(client, claim)
    assert page.index("Accept") < page.index("Send customer consent email") < page.index("Add customer")
    customer = history_of(client, claim, "?by=customer")
    assert "Accept" in customer
    assert "Add customer" not in customer
    assert client.get(f"{address(claim)}history/?by=nobody").status_code == 400


@pytest.mark.parametrize("part", ["", "history/", "contacts/", "do/cancel/"])
def test_claim_of_somebody_else_is_not_there(client, omar, part):
    """Foreign and unknown are the same answer."""
    claim = claim_in(S.CONSENT_RECEIVED)
    client.force_login(omar)
    foreign, unknown = client.get(f"{address(claim)}{part}"), client.get(f"/incentives/claims/9999999/{part}")
    assert foreign.status_code == unknown.status_code == 404
    assert mask(foreign) == mask(unknown)


def mask(answer) -> str:
    return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="[^"]*"', "", answer.content.decode())


@pytest.mark.parametrize("part", ["", "history/", "contacts/", "do/cancel/"])
def test_claim_at_a_location_of_a_colleague_is_refused(client, ben, toronto, part):
    """R-007, R-008: the own company, another location."""
    claim = claim_in(S.CONSENT_RECEIVED, location=toronto)
    client.force_login(ben)
    answer = client.get(f"{address(claim)}{part}")
    assert answer.status_code == 403
    assert claim.customer.name not in answer.content.decode()


def test_claim_at_his_own_location_is_open_to_ben(client, ben):
    claim = claim_in(S.CONSENT_RECEIVED)
    client.force_login(ben)
    assert client.get(address(claim)).status_code == 200


@pytest.mark.parametrize("name", ["rita", "lena", "olga"])
def test_microsoft_reads_the_claim_without_commands(client, cast, name):
    claim = claim_in(S.CONSENT_RECEIVED)
    client.force_login(getattr(cast, name))
    answer = client.get(address(claim))
    assert answer.status_code == 200
    for command in ("Upload proof of execution", "Submit claim<", "Cancel claim", "Add comment"):
        assert command not in answer.content.decode()


def test_claim_page_without_account_leads_to_sign_in(client):
    claim = claim_in(S.CONSENT_RECEIVED)
    answer = client.get(address(claim))
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/")


def test_texts_of_others_come_escaped(open_page, ana):
    """B06"""
    claim = claim_in(S.CONSENT_RECEIVED)
    review.comment(claim, actor_for(ana), "<script>alert(1)</script>")
    page = open_page(claim).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_engagement_that_asks_for_less_shows_less(open_page):
    """R-158, C-11"""
    page = text_of(open_page(claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=("poe",)))))
    assert "Proof of execution document" in page
    assert "Invoice" not in page
    assert "Surveys" not in page
