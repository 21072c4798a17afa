"""Who gets into the wizards, from which location and for which engagement (R-007, R-008, R-060)."""

import pytest
from django.test import Client

from claims.models import Claim, Draft
from eligibility.models import Verdict
from tests.customers.directory import northwind
from tests.factories import EngagementFactory, allow
from tests.pages.wizards import add_url, begin, refused_at, step_url, up_to_review


@pytest.fixture
def workshop(workshop):
    northwind()
    return workshop


@pytest.fixture
def client(client, ana):
    client.force_login(ana)
    return client


def test_location_lost_before_confirming_is_refused(client, workshop, redmond):
    """R-081: enrolment and eligibility are asked again."""
    draft = up_to_review(client, workshop, redmond)
    Verdict.objects.update(eligible=False, unmet=["enrolment"])
    assert client.post(step_url(draft, "review")).status_code == 409
    assert client.get(step_url(draft, "review")).url == step_url(draft, "details")
    assert not Claim.objects.exists()


def test_location_that_is_not_eligible_is_shown_with_its_reason_and_cannot_be_chosen(client, workshop, toronto):
    """C-15."""
    page = client.get(add_url(workshop)).content.decode()
    assert f'<option value="{toronto.pk}" disabled>Toronto (6612002, CA) – ' in page
    answer = client.post(add_url(workshop), {"name": "Spring", "location": toronto.pk})
    assert refused_at(answer, "location") == "The eligibility of this location has not been checked yet."


def test_ben_is_neither_offered_toronto_nor_may_he_choose_it(ben, workshop, redmond, toronto):
    """R-008: a role on one location does not open the others."""
    allow(toronto, workshop)
    client = Client()
    client.force_login(ben)
    assert "Toronto" not in client.get(add_url(workshop)).content.decode()
    assert refused_at(client.post(add_url(workshop), {"name": "Spring", "location": toronto.pk}), "location")
    assert not Draft.objects.exists()


def test_draft_of_a_lost_location_makes_nothing(ben, workshop, redmond, toronto):
    """R-008: the role was moved to another location after the first steps."""
    client = Client()
    client.force_login(ben)
    draft = up_to_review(client, workshop, redmond)
    ben.memberships.update(location=toronto)
    assert client.post(step_url(draft, "review")).status_code == 409
    assert not Claim.objects.exists()


@pytest.mark.parametrize("step", ["details", "customer", "engagements", "contacts", "review", "done"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_draft_is_there_for_its_owner_only(client, workshop, redmond, omar, ben, step, method):
    """R-272: neither a stranger nor a colleague opens it."""
    draft = up_to_review(client, workshop, redmond)
    for other in (omar, ben):
        stranger = Client()
        stranger.force_login(other)
        assert getattr(stranger, method)(step_url(draft, step)).status_code == 404
        discard = stranger.post(f"/incentives/engagements/{workshop.slug}/customers/add/{draft.ref}/discard/")
        assert discard.status_code == 404


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_microsofts_people_do_not_add_customers(request, workshop, who):
    """Section 22: adding and claiming is the partner's."""
    client = Client()
    client.force_login(request.getfixturevalue(who))
    assert client.get(add_url(workshop)).status_code == 403


@pytest.mark.parametrize("step", ["nonsense", "done"])
def test_unknown_step_is_not_there(client, workshop, redmond, step):
    draft = up_to_review(client, workshop, redmond)
    assert client.get(step_url(draft, step)).status_code == 404


def test_draft_is_not_there_under_another_engagement(client, workshop, redmond):
    draft = begin(client, workshop, redmond)
    draft.engagement = EngagementFactory()
    assert client.get(step_url(draft, "customer")).status_code == 404


@pytest.mark.parametrize("facts", [{"role": "transact", "type": None}, {"visibility": "invitation"}])
def test_engagement_without_customers_page_has_no_wizard(client, facts):
    """R-060, R-031: hidden."""
    assert client.get(add_url(EngagementFactory(**facts))).status_code == 404


def test_closed_engagement_takes_no_customers(client, workshop):
    """R-034: the last day to claim customers has passed."""
    workshop.last_claim_on = "2022-12-31"
    workshop.save()
    answer = client.get(add_url(workshop))
    assert answer.status_code == 409
    assert "The engagement is closed to new claims." in answer.content.decode()
