"""The Summary page of an engagement and its templates (R-040 to R-048)."""

from datetime import date
from decimal import Decimal

import pytest

from engagements.models import EngagementName, EvidenceTemplate, Invitation, PartnerCriterion, Rate, ResourceLink
from tests.factories import EngagementFactory, allow

LAST_YEAR, NEXT_CENTURY = date(2021, 12, 31), date(2126, 1, 1)
ADD = '<a class="btn primary" href="/incentives/engagements/alpha/customers/add/">Add customer</a>'
WARNING = "None of your locations earns on this engagement at present."


@pytest.fixture
def alpha(cast):
    engagement = EngagementFactory(
        name="Alpha Workshop",
        slug="alpha",
        summary="Shows what Alpha does.",
        customer_rules=[{"kind": "min_seats", "value": 800}],
    )
    allow(cast.redmond, engagement)
    return engagement


@pytest.fixture
def page(client, cast):
    def load(who: str = "ana", slug: str = "alpha", status: int = 200) -> str:
        client.force_login(getattr(cast, who))
        answer = client.get(f"/incentives/engagements/{slug}/")
        assert answer.status_code == status
        return answer.content.decode()

    return load


def template(engagement, version: str = "2021-07", file: str = "workshop-invoice-2021-07.xlsx", **columns):
    columns = {"valid_from": date(2021, 7, 1), **columns}
    return EvidenceTemplate.objects.create(
        requirement=engagement.evidence.get(kind="invoice"), version=version, file=file, **columns
    )


def test_summary_shows_every_section(page, alpha):
    """R-040 to R-046 (R-042: the customer's side), ui-spec 6.3"""
    PartnerCriterion.objects.create(engagement=alpha, title="Designation", any_of=["Modern Work", "Security"])
    ResourceLink.objects.create(engagement=alpha, label="Delivery kit", url="https://kit.example/")
    EngagementName.objects.create(engagement=alpha, name="Old Alpha")
    html = page()
    for words in (
        "<h1><b>Alpha Workshop</b> | Summary</h1>",
        "<h2>Overview</h2>",
        "Shows what Alpha does.",
        "Formerly: Old Alpha",
        "<h2>Partner qualification</h2>",
        "<h3>Designation</h3>",
        "<li>Security</li>",
        "<h2>Customer qualification</h2>",
        "<li>At least 800 paid seats</li>",
        "<dt>Customer ID types</dt><dd>Domain name, Tenant ID, TPID</dd>",
        "<h2>Proof of execution requirements</h2>",
        "Customer Survey",
        "<h2>Rates</h2>",
        "<h2>Deadlines</h2>",
        "<h2>Resource links</h2>",
        '<a class="cmd link" href="https://kit.example/" target="_blank" rel="noopener noreferrer">Delivery kit',
        "<dt>Max days to submit</dt><dd>90 days</dd>",
    ):
        assert words in html


def test_rates_show_each_market_and_the_next_rate(page, alpha):
    """R-043, R-047"""
    Rate.objects.filter(engagement=alpha, market="C").update(amount=None)
    Rate.objects.create(engagement=alpha, market="A", amount=Decimal("7500.5"), valid_from=NEXT_CENTURY)
    html = page()
    assert '<th scope="row">A</th><td class="num">5,000.00 USD</td>' in html
    assert '<th scope="row">C</th><td class="num">n/a</td>' in html
    assert '<td class="num">7,500.50 USD</td><td><time datetime="2126-01-01">January 1, 2126</time></td>' in html


def test_deadlines_of_a_workshop_add_up(page, alpha):
    """Section 19"""
    html = page()
    for step, days in (("Get customer consent", 30), ("Submit the claim", 90), ("Submit a dispute", 30)):
        assert f'<th scope="row">{step}</th><td class="num">{days}</td>' in html
    assert '<th scope="row">Maximum until a dispute can be submitted</th><td class="num">150</td>' in html
    assert "310 days" not in html


def test_misprinted_maximum_is_explained(page, alpha):
    """C-10: 310 is published, 320 applies"""
    EngagementFactory(slug="large", type="project-large")
    html = page(slug="large")
    assert '<td class="num">320</td>' in html
    assert "310 days" in html


def test_sample_figures_are_marked(page, alpha):
    assert "Sample data" not in page()
    type(alpha).objects.update(sample=True)
    assert page().count("Sample data") == 2


@pytest.mark.parametrize(
    ("columns", "who", "adds", "warns"),
    [
        ({}, "ana", True, False),
        ({}, "ben", True, False),
        ({}, "tom", False, True),
        ({}, "omar", False, True),
        ({}, "rita", False, False),
        ({"last_claim_on": LAST_YEAR}, "ana", False, False),
        ({"starts_on": NEXT_CENTURY}, "ana", False, False),
        ({"role": "transact"}, "ana", False, False),
    ],
)
def test_customers_are_added_where_a_location_earns_and_the_engagement_is_active(
    page, alpha, columns, who, adds, warns
):
    """R-080, R-034"""
    type(alpha).objects.update(**columns)
    html = page(who)
    assert (ADD in html, WARNING in html) == (adds, warns)


def test_location_without_payee_profile_leads_to_eligibility(page, alpha, cast):
    """R-051"""
    cast.redmond.payee.delete()
    html = page()
    assert ADD not in html
    assert (
        '<a href="/incentives/engagements/alpha/eligibility/">See what is missing on the Eligibility page</a>' in html
    )


@pytest.mark.parametrize(
    ("role", "who", "labels"),
    [
        ("build_intent", "ana", ["Summary", "Eligibility", "Customers"]),
        ("transact", "ana", ["Summary", "Eligibility"]),
        ("build_intent", "rita", ["Summary", "Eligibility", "Customers"]),
    ],
)
def test_navigation_has_what_the_reader_can_open(client, cast, alpha, role, who, labels):
    """R-028, R-060"""
    type(alpha).objects.update(role=role)
    client.force_login(getattr(cast, who))
    entries = client.get("/incentives/engagements/alpha/").context["nav"]
    assert [entry["label"] for entry in entries] == labels
    assert {client.get(entry["url"]).status_code for entry in entries} == {200}


def test_unknown_engagement_is_not_found(page, alpha):
    page(slug="omega", status=404)


def test_template_is_handed_out_with_its_cut_off(page, client, alpha):
    """R-048: the version before is named while its cut-off is worth telling"""
    old = template(alpha, refused_from=NEXT_CENTURY)
    new = template(alpha, "2022-10", "viva-poe-2022-10.docx", valid_from=date(2022, 10, 1), changes="New page 3")
    html = page()
    assert f"/incentives/engagements/alpha/templates/{new.pk}/" in html
    assert f"/templates/{old.pk}/" not in html
    assert "version 2022-10" in html
    assert "New page 3" in html
    assert "Version 2021-07 is not accepted when submitted on or after" in html
    answer = client.get(f"/incentives/engagements/alpha/templates/{new.pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="viva-poe-2022-10.docx"'
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_template_of_an_engagement_that_must_stay_unknown_is_not_found(client, cast, alpha):
    """R-031: neither under its own address nor under another engagement's"""
    secret = EngagementFactory(slug="secret", visibility="invitation")
    Invitation.objects.create(engagement=secret, partner=cast.contoso)
    form = template(secret)
    address = f"/incentives/engagements/{{}}/templates/{form.pk}/"
    client.force_login(cast.omar)
    assert [client.get(address.format(slug)).status_code for slug in ("secret", "alpha")] == [404, 404]
    client.force_login(cast.ana)
    assert [client.get(address.format(slug)).status_code for slug in ("secret", "alpha")] == [200, 404]


def test_template_whose_file_is_gone_is_not_found(client, cast, alpha):
    form = template(alpha, file="../../catalogue.yaml")
    client.force_login(cast.ana)
    assert client.get(f"/incentives/engagements/alpha/templates/{form.pk}/").status_code == 404


def test_template_needs_an_account(client, alpha):
    address = f"/incentives/engagements/alpha/templates/{template(alpha).pk}/"
    assert client.get(address)["Location"] == f"/sign-in/?next={address}"


def test_summary_costs_a_fixed_number_of_queries(client, cast, alpha, django_assert_num_queries):
    client.force_login(cast.ana)
    client.get("/incentives/engagements/alpha/")
    # session with user and roles, engagement, clock; terms, rates, criteria, evidence, templates, links, names, caps;
    # verdict, place
    with django_assert_num_queries(13):
        client.get("/incentives/engagements/alpha/")
