"""Add customer: the way through the wizard, and that it makes each claim once (R-080 to R-097)."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from claims.models import Claim, ClaimEvent, Draft
from customers.models import Customer
from engagements.models import Engagement
from mci_portal.outbox.models import Message
from tests.customers.directory import NORTHWIND_ID, northwind, opportunity
from tests.factories import CustomerFactory, EngagementFactory, allow, claim_in
from tests.pages.htmx import headers
from tests.pages.wizards import CONTACTS, DOMAIN, add_url, begin, step_url, take, up_to_review


@pytest.fixture
def workshop(workshop):
    northwind()
    return workshop


@pytest.fixture
def client(client, ana):
    client.force_login(ana)
    return client


def test_first_page_shown_creates_nothing(client, workshop):
    """R-097: a GET writes nothing."""
    answer = client.get(add_url(workshop))
    assert answer.status_code == 200
    assert "<title>Step 1 of 5: Claim details – Add customer –" in answer.content.decode()
    assert not Draft.objects.exists()


def test_whole_way_makes_one_claim_with_everything_entered(client, workshop, redmond, ana):
    """R-080 to R-096, T01."""
    draft = up_to_review(client, workshop, redmond)
    assert take(client, draft, "review", {}) == step_url(draft, "done")
    (claim,) = Claim.objects.all()
    assert draft.made == [claim.number]
    assert (claim.status, claim.name, claim.location, claim.engagement) == (
        "customer_claimed",
        "Spring workshop",
        redmond,
        workshop,
    )
    assert claim.customer.tenant_id == NORTHWIND_ID
    assert (claim.id_type, claim.id_value) == ("domain", "northwindtraders.example")
    assert {name: getattr(claim, name) for name in CONTACTS} == CONTACTS
    assert claim.consent_due_at - claim.created_at == timedelta(days=30)
    assert claim.created_by == ana


def test_done_page_names_claims_deadline_and_next_step(client, workshop, redmond):
    """R-096: the confirmation."""
    draft = up_to_review(client, workshop, redmond)
    take(client, draft, "review", {})
    page = client.get(step_url(draft, "done")).content.decode()
    number = Claim.objects.get().number
    assert f'href="/incentives/claims/{number}/consent/"' in page
    assert "Send customer consent email" in page
    assert client.get(step_url(draft, "contacts")).url == step_url(draft, "done")


def test_several_engagements_make_one_claim_each_with_own_clock(client, workshop, redmond):
    """R-096: one claim per engagement."""
    second = EngagementFactory(type="assessment")
    allow(redmond, second)
    draft = up_to_review(client, workshop, redmond, [workshop.pk, second.pk])
    take(client, draft, "review", {})
    assert set(Claim.objects.values_list("engagement_id", flat=True)) == {workshop.pk, second.pk}
    assert Claim.objects.values("number").distinct().count() == 2


def test_second_confirmation_makes_nothing_and_shows_the_same(client, workshop, redmond):
    """R-097, F05: a double click."""
    draft = up_to_review(client, workshop, redmond)
    take(client, draft, "review", {})
    before = (Claim.objects.count(), ClaimEvent.objects.count(), Message.objects.count())
    assert take(client, draft, "review", {}) == step_url(draft, "done")
    assert (Claim.objects.count(), ClaimEvent.objects.count(), Message.objects.count()) == before


def test_variable_pay_takes_one_engagement_with_hours_and_proposes_the_payout(client, redmond):
    """R-085, R-093, R-095: opportunity, hours, proposed amount."""
    assessment = EngagementFactory(pay="variable", id_types=["msx"], hour_options=[40, 80], rates={"C": 150})
    assessment.rates.update(per_hour=True)
    allow(redmond, assessment)
    opportunity(northwind())
    draft = begin(client, assessment, redmond)
    take(client, draft, "customer", {"id_type": "msx", "id_value": "7-abcde12345"})
    assert client.post(step_url(draft, "engagements"), {"ids": assessment.pk}).status_code == 422
    assert client.post(step_url(draft, "engagements"), {"ids": assessment.pk, "hours": 41}).status_code == 422
    take(client, draft, "engagements", {"ids": assessment.pk, "hours": 80})
    take(client, draft, "contacts", CONTACTS)
    assert "12,000.00 USD" in client.get(step_url(draft, "review")).content.decode()
    take(client, draft, "review", {})
    assert list(Claim.objects.values_list("hours", "id_value")) == [(80, "7-ABCDE12345")]


def test_two_engagements_of_variable_pay_are_refused(client, redmond):
    """R-093: exactly one per run."""
    both = [EngagementFactory(pay="variable", id_types=["msx"], hour_options=[40]) for _ in range(2)]
    for one in both:
        allow(redmond, one)
    opportunity(northwind())
    draft = begin(client, both[0], redmond)
    take(client, draft, "customer", {"id_type": "msx", "id_value": "7-ABCDE12345"})
    answer = client.post(step_url(draft, "engagements"), {"ids": [one.pk for one in both], "hours": 40})
    assert answer.status_code == 422
    assert "Choose one engagement only" in answer.content.decode()


def test_reload_and_back_keep_what_was_entered(client, workshop, redmond):
    """R-097: the draft is on the server."""
    draft = up_to_review(client, workshop, redmond)
    assert 'value="Spring workshop"' in client.get(step_url(draft, "details")).content.decode()
    assert 'value="northwindtraders.example"' in client.get(step_url(draft, "customer")).content.decode()
    ticked = f'name="ids" value="{workshop.pk}" checked'
    assert ticked in client.get(step_url(draft, "engagements")).content.decode()
    assert 'value="nora@northwindtraders.example"' in client.get(step_url(draft, "contacts")).content.decode()


def test_engagement_the_wizard_was_opened_from_is_ticked(client, workshop, redmond):
    """The one we came from is preselected."""
    draft = begin(client, workshop, redmond)
    assert take(client, draft, "customer", DOMAIN) == step_url(draft, "engagements")
    assert f'name="ids" value="{workshop.pk}" checked' in client.get(step_url(draft, "engagements")).content.decode()


def test_check_stays_on_the_step_and_says_what_was_found(client, workshop, redmond):
    """R-086, R-089: the result, and that it holds for this ID only."""
    draft = begin(client, workshop, redmond)
    assert take(client, draft, "customer", DOMAIN | {"check": "1"}) == step_url(draft, "customer")
    page = client.get(step_url(draft, "customer")).content.decode()
    assert "Found: Northwind Traders" in page
    assert "The check covers this ID only." in page
    assert Customer.objects.get().tenant_id == NORTHWIND_ID


def test_check_names_what_stands_against_the_customer(client, workshop, redmond):
    """R-066, R-090: reasons and what to try instead."""
    workshop.customer_rules = [{"kind": "min_seats", "value": 10_000}]
    workshop.save()
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN | {"check": "1"})
    page = client.get(step_url(draft, "customer")).content.decode()
    assert "Northwind Traders is not eligible for Security workshop" in page
    assert "try its tenant ID or its TPID" in page


def test_another_id_of_the_customer_that_meets_the_criteria_is_suggested(client, workshop, redmond):
    """R-090: by the TPID, under which its tenants count together; nothing where no ID helps."""
    northwind(tenant_id=uuid.uuid4(), domains=["northwind-plants.example"], subscription_ids=[], seats=8_000)
    workshop.customer_rules = [{"kind": "min_seats", "value": 10_000}]
    workshop.save()
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN | {"check": "1"})
    suggested = "This customer meets the criteria by another ID: TPID 1234567."
    assert suggested in client.get(step_url(draft, "customer")).content.decode()
    assert suggested in client.get(step_url(draft, "engagements")).content.decode()
    Engagement.objects.update(customer_rules=[{"kind": "min_seats", "value": 20_000}])
    assert "by another ID" not in client.get(step_url(draft, "engagements")).content.decode()


def test_picking_another_id_type_redraws_the_field_and_keeps_the_value(client, workshop, redmond):
    """R-084: label and hint follow the type; the part equals the page."""
    draft = begin(client, workshop, redmond)
    url = step_url(draft, "customer") + "?id_type=tpid&id_value=1234567"
    part = client.get(url, headers=headers("step", step_url(draft, "customer"))).content.decode()
    assert 'value="1234567"' in part
    assert "a number of 6 to 8 digits" in part
    assert part.strip().startswith('<div id="step">')
    assert 'value="1234567"' in client.get(url).content.decode()


def test_jump_ahead_leads_to_the_first_incomplete_step(client, workshop, redmond):
    """R-097: deep links are safe."""
    draft = begin(client, workshop, redmond)
    assert client.get(step_url(draft, "review")).url == step_url(draft, "customer")
    assert client.get(step_url(draft, "contacts")).url == step_url(draft, "customer")


def test_post_to_a_later_step_is_refused_and_names_what_is_missing(client, workshop, redmond):
    """F03."""
    draft = begin(client, workshop, redmond)
    answer = client.post(step_url(draft, "review"))
    assert answer.status_code == 409
    assert "First complete the step “Customer”" in answer.content.decode()
    assert not Claim.objects.exists()


def test_accepted_step_by_htmx_loads_the_next_page(client, workshop, redmond):
    """Steps are pages of their own; htmx only shortens a refusal."""
    draft = begin(client, workshop, redmond)
    answer = client.post(step_url(draft, "customer"), DOMAIN, headers=headers("step"))
    assert answer.headers["HX-Redirect"] == step_url(draft, "engagements")


def test_extra_fields_of_the_forms_change_nothing(client, workshop, redmond):
    """D06: what the form does not ask for is not taken."""
    extra = {"amount": "99999", "status": "approved", "partner": "1", "consented_at": "2020-01-01", "hours": "40"}
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN | extra)
    take(client, draft, "engagements", {"ids": workshop.pk, **extra})
    take(client, draft, "contacts", CONTACTS | extra)
    take(client, draft, "review", extra)
    claim = Claim.objects.get()
    assert (claim.amount, claim.status, claim.consented_at, claim.hours) == (None, "customer_claimed", None, None)


def test_one_of_the_steps_changed_later_is_asked_again(client, workshop, redmond):
    """R-088: another customer, and the contact's domain no longer fits."""
    northwind(tenant_id="33333333-3333-4333-8333-333333333333", name="Tailspin", domains=["tailspin.example"],
              subscription_ids=[], tpid="7654321")  # fmt: skip
    draft = up_to_review(client, workshop, redmond)
    take(client, draft, "customer", {"id_type": "domain", "id_value": "tailspin.example"})
    assert client.get(step_url(draft, "review")).url == step_url(draft, "contacts")
    answer = client.post(step_url(draft, "review"))
    assert answer.status_code == 409
    assert "is not the customer" in answer.content.decode()
    assert not Claim.objects.exists()


def test_discarded_draft_is_gone(client, workshop, redmond):
    draft = begin(client, workshop, redmond)
    page = client.get(f"/incentives/engagements/{workshop.slug}/customers/").content.decode()
    assert "You have not finished adding the customer for “Spring workshop”." in page
    answer = client.post(f"/incentives/engagements/{workshop.slug}/customers/add/{draft.ref}/discard/")
    assert answer.url == f"/incentives/engagements/{workshop.slug}/customers/"
    assert not Draft.objects.exists()


def test_draft_older_than_30_days_is_not_there(client, workshop, redmond):
    """Ui-spec 6.6: a draft is kept for 30 days."""
    draft = begin(client, workshop, redmond)
    Draft.objects.update(updated_at=F("updated_at") - timedelta(days=30))
    assert client.get(step_url(draft, "customer")).status_code == 404


def test_claim_whose_time_ran_out_does_not_stand_in_the_way(client, workshop, redmond):
    """R-170, R-271: the sweep is late, the customer can be added again all the same."""
    customer = CustomerFactory(tenant_id=NORTHWIND_ID, domain="northwindtraders.example")
    old = claim_in("customer_claimed", engagement=workshop, location=redmond, customer=customer)
    late = {field: F(field) - timedelta(days=31) for field in ("created_at", "consent_due_at", "due_at")}
    Claim.objects.filter(pk=old.pk).update(**late)
    draft = up_to_review(client, workshop, redmond)
    take(client, draft, "review", {})
    assert list(Claim.objects.order_by("number").values_list("status", flat=True)) == [
        "consent_expired",
        "customer_claimed",
    ]


def test_engagements_step_asks_the_database_as_often_for_one_as_for_twelve(client, workshop, redmond):
    """Every list in one fixed number of statements."""
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    url, measured = step_url(draft, "engagements"), []
    for more in (0, 11):
        for _ in range(more):
            allow(redmond, EngagementFactory())
        with CaptureQueriesContext(connection) as statements:
            assert len(client.get(url).context["lines"]) == more + 1
        measured.append(len(statements))
    assert measured[0] == measured[1] <= 13
