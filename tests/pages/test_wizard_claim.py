"""Claim customer: the wizard for customers who are known from another engagement (R-105 to R-108)."""

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Draft
from claims.statuses import Status as S
from tests.factories import EngagementFactory, LocationFactory, allow, claim_in
from tests.pages.wizards import CONTACTS, step_url, take


@pytest.fixture
def known(redmond):
    """A customer of Contoso's who consented to another engagement."""
    return claim_in(S.CONSENT_RECEIVED, location=redmond).customer


@pytest.fixture
def client(client, ana):
    client.force_login(ana)
    return client


def claim_url(engagement, customer) -> str:
    return reverse("customers:claim", args=(engagement.slug, customer.ref))


def begin(client, workshop, known, redmond) -> Draft:
    answer = client.post(claim_url(workshop, known), {"name": "Next step", "location": redmond.pk})
    assert answer.status_code == 302, answer.content.decode()
    return Draft.objects.select_related("engagement", "customer").latest("pk")


def test_whole_way_makes_the_claim_without_asking_for_an_id(client, workshop, known, redmond):
    """R-106, R-107, R-108, T02: four steps, the known tenant, Customer claimed."""
    page = client.get(claim_url(workshop, known)).content.decode()
    assert "<title>Step 1 of 4: Claim details – Claim customer –" in page
    assert known.name in page
    draft = begin(client, workshop, known, redmond)
    contacts = CONTACTS | {"customer_email": f"nora@{known.domain}"}
    assert take(client, draft, "engagements", {"ids": workshop.pk}) == step_url(draft, "contacts")
    take(client, draft, "contacts", contacts)
    assert "Add customer</button>" in client.get(step_url(draft, "review")).content.decode()
    assert take(client, draft, "review", {}) == step_url(draft, "done")
    claim = Claim.objects.get(engagement=workshop)
    assert (claim.status, claim.customer, claim.name) == ("customer_claimed", known, "Next step")
    assert (claim.id_type, claim.id_value) == ("tenant_id", str(known.tenant_id))
    assert claim.events.get().action == "claim_customer"


def test_contacts_are_those_of_the_newest_claim_and_the_user(client, workshop, known, redmond):
    """R-107: known data is filled in."""
    draft = begin(client, workshop, known, redmond)
    take(client, draft, "engagements", {"ids": workshop.pk})
    page = client.get(step_url(draft, "contacts")).content.decode()
    assert f'value="carla@{known.domain}"' in page
    assert 'value="ana@contoso.example"' in page


def test_no_step_asks_for_the_customer(client, workshop, known, redmond):
    draft = begin(client, workshop, known, redmond)
    assert client.get(step_url(draft, "customer")).status_code == 404


def test_eligibility_is_asked_again(client, workshop, known, redmond):
    """R-107: a known customer who no longer qualifies is refused with the reason."""
    draft = begin(client, workshop, known, redmond)
    workshop.customer_rules = [{"kind": "min_seats", "value": 10_000}]
    workshop.save()
    answer = client.post(step_url(draft, "engagements"), {"ids": workshop.pk})
    assert answer.status_code == 409


def test_customer_of_another_company_is_not_there(workshop, known, omar, amsterdam):
    """R-272: known to Contoso says nothing to Fabrikam."""
    client = Client()
    client.force_login(omar)
    allow(amsterdam, workshop)
    assert client.get(claim_url(workshop, known)).status_code == 404
    assert client.post(claim_url(workshop, known), {"name": "x", "location": amsterdam.pk}).status_code == 404


def test_customer_of_another_location_is_not_there(workshop, ben, toronto):
    """R-007: Ben knows Redmond's customers only."""
    client = Client()
    client.force_login(ben)
    other = claim_in(S.CONSENT_RECEIVED, location=toronto).customer
    assert client.get(claim_url(workshop, other)).status_code == 404


def test_customer_who_never_consented_is_not_known(client, workshop, redmond):
    """R-061: consent makes a customer known."""
    asked = claim_in(S.AWAITING_CONSENT, location=redmond).customer
    assert client.get(claim_url(workshop, asked)).status_code == 404


def test_engagement_by_opportunity_only_cannot_be_claimed(client, known, redmond):
    """R-069, R-085: it needs an opportunity, which no known customer brings."""
    assessment = EngagementFactory(pay="variable", id_types=["msx"], hour_options=[40])
    allow(redmond, assessment)
    answer = client.post(claim_url(assessment, known), {"name": "x", "location": redmond.pk})
    assert answer.status_code == 409
    assert "MSX opportunity ID" in answer.content.decode()
    assert not Draft.objects.exists()


def test_draft_belongs_to_its_customer(client, workshop, known, redmond):
    """The address names the customer; another one's draft is not there."""
    draft = begin(client, workshop, known, redmond)
    other = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    url = reverse("customers:claim_step", args=(workshop.slug, other.ref, draft.ref, "engagements"))
    assert client.get(url).status_code == 404
    url = reverse("customers:add_step", args=(workshop.slug, draft.ref, "engagements"))
    assert client.get(url).status_code == 404


def test_choosing_the_engagement_shows_those_that_earn_and_are_open(client, workshop, redmond, contoso):
    """R-141, R-142: from Customer claims; only what works is offered."""
    EngagementFactory(name="Not ours")
    allow(redmond, EngagementFactory(name="Closed", last_claim_on="2022-12-31"))
    allow(redmond, EngagementFactory(name="Usage", role="use_or_consume", type=None))
    allow(LocationFactory(), EngagementFactory(name="Of others"))
    page = client.get("/incentives/customers/add/")
    assert [row["name"] for row in page.context["rows"]] == ["Security workshop"]
    assert f'href="/incentives/engagements/{workshop.slug}/customers/add/"' in page.content.decode()
    assert client.get("/incentives/customers/add/?area=azure").context["rows"] == []
    assert client.get("/incentives/customers/add/?area=nonsense").status_code == 400
