"""The wizard's refusals: bad input at the right field with the rest kept, and nobody past what he may do."""

import threading

import pytest
from django.db import connection
from django.test import Client

from claims.models import Claim, Draft
from customers.resolution import DirectoryUnavailable
from tests.customers.directory import northwind
from tests.factories import EngagementFactory, allow, claim_in
from tests.pages.htmx import headers
from tests.pages.wizards import CONTACTS, DOMAIN, add_url, begin, refused_at, step_url, take, up_to_review


@pytest.fixture
def workshop(workshop):
    northwind()
    return workshop


@pytest.fixture
def client(client, ana):
    client.force_login(ana)
    return client


@pytest.mark.parametrize(
    ("rule", "id_type", "value"),
    [
        ("C06 address", "domain", "http://contoso.com/x"),
        ("C06 e-mail", "domain", "user@contoso.com"),
        ("C06 port", "domain", "contoso.com:80"),
        ("C07 localhost", "domain", "localhost"),
        ("C07 IP", "domain", "127.0.0.1"),
        ("C07 number", "domain", "2130706433"),
        ("C07 hex", "domain", "0x7f.1"),
        ("C07 metadata", "domain", "169.254.169.254"),
        ("C07 IPv6", "domain", "[::1]"),
        ("C08 line break", "domain", "contoso.com\n"),
        ("C09 mixed script", "domain", "c\u043entoso.com"),
        ("C10 nil", "tenant_id", "00000000-0000-0000-0000-000000000000"),
        ("C10 35 characters", "tenant_id", "11111111-1111-4111-8111-11111111111"),
        ("C10 37 characters", "tenant_id", "11111111-1111-4111-8111-1111111111111"),
        ("C11 zero", "tpid", "0"),
        ("C11 negative", "tpid", "-1"),
        ("C11 exponent", "tpid", "1e3"),
        ("C11 digits", "tpid", "١٢٣٤٥٦٧"),
        ("C11 long", "tpid", "1" * 20),
        ("B01 NUL", "domain", "contoso\x00.com"),
        ("empty", "domain", ""),
        ("too long", "domain", "a" * 400),
    ],
)
def test_bad_id_is_refused_at_its_field_and_kept(client, workshop, redmond, rule, id_type, value):
    """C06 to C11."""
    draft = begin(client, workshop, redmond)
    answer = client.post(step_url(draft, "customer"), {"id_type": id_type, "id_value": value})
    assert refused_at(answer, "id_value")
    assert answer.context["form"]["id_value"].value() == value
    assert "customer" not in Draft.objects.get().data


@pytest.mark.parametrize(
    "value", ["NORTHWINDTRADERS.EXAMPLE", "northwindtraders.example.", " northwindtraders.example "]
)
def test_spelling_of_a_domain_does_not_matter(client, workshop, redmond, value):
    """C06: normalised."""
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", {"id_type": "domain", "id_value": value})
    assert draft.data["customer"] == DOMAIN


@pytest.mark.parametrize(("accepted", "sent"), [(["msx"], "domain"), (["domain", "tpid"], "msx")])
def test_id_type_the_engagement_does_not_take_is_refused_with_the_allowed_ones(client, redmond, accepted, sent):
    """C12."""
    northwind()
    engagement = EngagementFactory(id_types=accepted)
    allow(redmond, engagement)
    draft = begin(client, engagement, redmond)
    answer = client.post(step_url(draft, "customer"), {"id_type": sent, "id_value": "northwindtraders.example"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["id_type"]
    names = {"msx": "MSX opportunity ID", "domain": "Domain name", "tpid": "TPID"}
    assert ", ".join(names[code] for code in accepted) in answer.content.decode()


def test_unknown_tenant_asks_for_another_id_and_keeps_the_rest(client, workshop, redmond):
    """R-087: inline, other input kept."""
    draft = begin(client, workshop, redmond)
    answer = client.post(step_url(draft, "customer"), {"id_type": "domain", "id_value": "munsons.example"})
    assert "No tenant was found for munsons.example." in refused_at(answer, "id_value")
    draft.refresh_from_db()
    assert draft.data["details"] == {"name": "Spring workshop", "location": redmond.pk}


def test_unreachable_directory_is_told_at_the_field(client, workshop, redmond, monkeypatch):
    """Nothing is decided about the customer, and what was typed stays."""
    draft = begin(client, workshop, redmond)

    def away(*_args):
        raise DirectoryUnavailable("The customer cannot be looked up at the moment.")

    monkeypatch.setattr("customers.pages.wizard.customer.resolve", away)
    answer = client.post(step_url(draft, "customer"), DOMAIN)
    assert refused_at(answer, "id_value") == "The customer cannot be looked up at the moment."
    assert 'value="northwindtraders.example"' in answer.content.decode()


@pytest.mark.parametrize("name", ["", " ", "\u200b", "Two\r\nlines", "a" * 121, "\u202eevil", "nul\x00"])
def test_bad_claim_name_is_refused(client, workshop, redmond, name):
    """B01 to B05, R-082."""
    answer = client.post(add_url(workshop), {"name": name, "location": redmond.pk})
    assert refused_at(answer, "name")
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("rule", "email"),
    [
        ("C01 no dot", "a@b"),
        ("C01 localhost", "a@localhost"),
        ("C01 literal", "a@[127.0.0.1]"),
        ("C02 script", '"<script>alert(1)</script>"@x.com'),
        ("C03 header", "a@b.com\nBcc:z@z"),
        ("C04 comma", "a@x.com,b@y.com"),
        ("C04 semicolon", "a@x.com;b@y.com"),
        ("C04 display name", "A <a@x.com>"),
        ("empty", ""),
    ],
)
@pytest.mark.parametrize("field", ["customer_email", "partner_email"])
def test_bad_address_is_refused_at_its_field(client, workshop, redmond, rule, email, field):
    """C01 to C04."""
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    take(client, draft, "engagements", {"ids": workshop.pk})
    answer = client.post(step_url(draft, "contacts"), CONTACTS | {field: email})
    assert refused_at(answer, field)
    assert answer.context["form"]["customer_name"].value() == "Nora Northwind"


@pytest.mark.parametrize(
    ("rule", "email"),
    [
        ("C07 inside a network", "nora@mail.corp"),
        ("C07 reserved", "nora@northwind.test"),
        ("C09 mixed script", "nora@n\u043erthwindtraders.example"),
    ],
)
def test_customer_contact_at_nobodys_domain_is_refused_at_its_field(client, workshop, redmond, rule, email):
    """The address is well written, but the domain cannot be a customer's."""
    draft = up_to_review(client, workshop, redmond)
    answer = client.post(step_url(draft, "contacts"), CONTACTS | {"customer_email": email})
    assert refused_at(answer, "customer_email")
    assert answer.context["form"]["customer_name"].value() == "Nora Northwind"


def test_spelling_of_an_address_does_not_matter(client, workshop, redmond):
    """C05."""
    draft = up_to_review(client, workshop, redmond)
    take(client, draft, "contacts", CONTACTS | {"customer_email": "NORA@NorthwindTraders.EXAMPLE"})
    assert draft.data["contacts"]["customer_email"] == "nora@northwindtraders.example"


def test_foreign_mail_domain_needs_a_reason(client, workshop, redmond):
    """R-088: asked for when it is needed, and kept on the claim."""
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    take(client, draft, "engagements", {"ids": workshop.pk})
    other = CONTACTS | {"customer_email": "nora@woodgrove.example"}
    assert "Reason for domain mismatch" not in client.get(step_url(draft, "contacts")).content.decode()
    answer = client.post(step_url(draft, "contacts"), other)
    assert "woodgrove.example" in refused_at(answer, "mismatch_reason")
    take(client, draft, "contacts", other | {"mismatch_reason": "Their mail is run by the parent company."})
    take(client, draft, "review", {})
    assert Claim.objects.get().mismatch_reason == "Their mail is run by the parent company."


def test_second_domain_of_the_tenant_needs_no_reason(client, workshop, redmond):
    """R-088: every domain the tenant is known by."""
    draft = up_to_review(client, workshop, redmond)
    take(client, draft, "contacts", CONTACTS | {"customer_email": "nora@northwind.example"})
    assert client.get(step_url(draft, "review")).status_code == 200


def test_contact_at_the_own_company_is_refused(client, workshop, redmond):
    """Q5."""
    draft = up_to_review(client, workshop, redmond)
    answer = client.post(step_url(draft, "contacts"), CONTACTS | {"customer_email": "friend@contoso.example"})
    assert "belongs to your own company" in refused_at(answer, "customer_email")


def test_refusal_by_htmx_is_the_step_alone(client, workshop, redmond):
    """422 with the part that htmx swaps; the whole page says the same."""
    draft = begin(client, workshop, redmond)
    bad = {"id_type": "domain", "id_value": "localhost"}
    part = client.post(step_url(draft, "customer"), bad, headers=headers("step"))
    assert part.status_code == 422
    body = part.content.decode().strip()
    assert body.startswith('<div id="step">')
    assert "<html" not in body
    assert 'id="id_id_value_error"' in body


def test_ineligible_engagement_cannot_be_forced(client, workshop, redmond):
    """R-091: a crafted POST meets the reason (409), and nothing is kept."""
    closed = EngagementFactory(name="Closed to Redmond")
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    answer = client.post(step_url(draft, "engagements"), {"ids": closed.pk})
    assert answer.status_code == 409
    assert "Closed to Redmond: This location ID is not eligible for the engagement." in answer.content.decode()
    draft.refresh_from_db()
    assert "engagements" not in draft.data


def test_more_engagements_than_the_customer_may_have_open_are_refused_at_the_list(client, workshop, redmond):
    """LIMCUST: told where they are chosen, not after the last step; what was ticked stays."""
    further = [EngagementFactory(active_per_customer=2) for _number in range(2)]
    for engagement in further:
        allow(redmond, engagement)
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    chosen = [workshop.pk, *(engagement.pk for engagement in further)]
    answer = client.post(step_url(draft, "engagements"), {"ids": chosen})
    assert refused_at(answer, "ids").startswith("Choose at most 2 engagements:")
    assert answer.context["form"].ticked == {str(pk) for pk in chosen}
    take(client, draft, "engagements", {"ids": chosen[:2]})


def test_variable_pay_cannot_be_forced_into_a_fixed_run(client, workshop, redmond):
    """R-085, D06: this wizard asks for no hours, and the engagement takes opportunities only (409)."""
    assessment = EngagementFactory(name="Assessment", pay="variable", id_types=["msx"], hour_options=[40, 80])
    allow(redmond, assessment)
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    answer = client.post(step_url(draft, "engagements"), {"ids": assessment.pk, "hours": 40})
    assert answer.status_code == 409
    assert "Assessment: The customer does not meet the criteria of this engagement." in answer.content.decode()


@pytest.mark.parametrize("value", ["", "999999999", "abc", "-1"])
def test_unknown_engagement_is_refused_at_the_list(client, workshop, redmond, value):
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    assert refused_at(client.post(step_url(draft, "engagements"), {"ids": value}), "ids")


def test_engagements_tabs_show_the_eligible_and_the_reasons_of_the_others(client, workshop, redmond):
    """R-092."""
    EngagementFactory(name="Closed to Redmond")
    draft = begin(client, workshop, redmond)
    take(client, draft, "customer", DOMAIN)
    eligible = client.get(step_url(draft, "engagements")).content.decode()
    assert "Eligible (1)" in eligible
    assert "Ineligible (1)" in eligible
    assert "Closed to Redmond" not in eligible
    other = client.get(step_url(draft, "engagements") + "?show=ineligible").content.decode()
    assert "This location ID is not eligible for the engagement." in other


def test_eligibility_lost_before_confirming_is_told_on_the_review_page(client, workshop, redmond):
    """R-098: checked again; 409 with the reason, the draft stays."""
    draft = up_to_review(client, workshop, redmond)
    workshop.customer_rules = [{"kind": "min_seats", "value": 10_000}]
    workshop.save()
    answer = client.post(step_url(draft, "review"))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Security workshop: The customer does not reach the minimum of this engagement." in page
    assert 'form="wizard"' in page
    assert not Claim.objects.exists()
    assert Draft.objects.get().made == []


def test_second_live_claim_of_the_partner_is_refused(client, workshop, redmond):
    """F11: somebody else of the company was faster."""
    draft = up_to_review(client, workshop, redmond)
    claim_in("customer_claimed", engagement=workshop, location=redmond, customer=draft.customer)
    answer = client.post(step_url(draft, "review"))
    assert answer.status_code == 409
    assert "This customer was already counted for this engagement." in answer.content.decode()
    assert Claim.objects.count() == 1


def test_opportunity_of_a_wrong_stage_is_refused(client, redmond):
    """Variable pay wants an open opportunity in stage 2 or 3."""
    from tests.customers.directory import opportunity

    assessment = EngagementFactory(pay="variable", id_types=["msx"], hour_options=[40])
    allow(redmond, assessment)
    opportunity(northwind(), stage=4)
    draft = begin(client, assessment, redmond)
    take(client, draft, "customer", {"id_type": "msx", "id_value": "7-ABCDE12345"})
    answer = client.post(step_url(draft, "engagements"), {"ids": assessment.pk, "hours": 40})
    assert answer.status_code == 409
    assert "The opportunity is not valid for this engagement." in answer.content.decode()


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_confirming_twice_at_once_makes_each_claim_once(cast):
    """R-097, F05: eight confirmations in the same moment."""
    northwind()
    workshop = EngagementFactory()
    allow(cast.redmond, workshop)
    first = Client()
    first.force_login(cast.ana)
    draft = up_to_review(first, workshop, cast.redmond)
    together, answers = threading.Barrier(8), []

    def confirm() -> None:
        client = Client()
        client.cookies = first.cookies
        together.wait()
        answers.append(client.post(step_url(draft, "review")).status_code)
        connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 8
    assert Claim.objects.count() == 1
