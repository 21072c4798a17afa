"""Microsoft's people read a partner's Eligibility and Customers pages: they choose him, and change nothing there."""

import pytest
from django.test import Client
from django.test.html import parse_html
from django.utils.html import escape

from claims.statuses import Status as S
from eligibility import refresh
from engagements.models import Engagement
from mci_portal.accounts.models import Partner
from mci_portal.common.clock import database_now
from tests.factories import CustomerFactory, EngagementFactory, LocationFactory, allow, claim_in
from tests.pages.htmx import content, headers, swapped
from tests.rows import EnrolmentFactory, PartnerFactory

PAGES = ("eligibility", "customers")
READERS = ("rita", "ravi", "lena", "olga", "arthur")
CONTOSO, FABRIKAM, NOBODY = "5512001", "5512002", "9999999"


@pytest.fixture
def workshop(cast):
    engagement = EngagementFactory(name="Security workshop", slug="security")
    for location in (cast.redmond, cast.amsterdam):
        allow(location, engagement)
    claim_in(S.CONSENT_RECEIVED, engagement=engagement, location=cast.redmond, customer=CustomerFactory(name="Coho"))
    claim_in(S.CONSENT_RECEIVED, engagement=engagement, location=cast.amsterdam, customer=CustomerFactory(name="Delft"))
    claim_in(S.APPROVED, engagement=engagement, location=cast.redmond, customer=CustomerFactory(name="Past"))
    claim_in(S.CONSENT_RECEIVED, location=cast.redmond, customer=CustomerFactory(name="Known"))
    return engagement


def visitor(cast, name: str) -> Client:
    client = Client()
    client.force_login(getattr(cast, name))
    return client


def url(page: str, query: str = "") -> str:
    return f"/incentives/engagements/security/{page}/{query}"


@pytest.mark.parametrize("part", PAGES)
@pytest.mark.parametrize("who", READERS)
def test_they_choose_a_partner_first(cast, workshop, part, who):
    answer = visitor(cast, who).get(url(part))
    links = [row["url"] for row in answer.context["rows"]]
    assert links == [url(part, f"?partner={CONTOSO}"), url(part, f"?partner={FABRIKAM}")]
    assert "Coho" not in answer.content.decode()


@pytest.mark.parametrize("part", PAGES)
@pytest.mark.parametrize(("q", "found"), [("fabri", [FABRIKAM]), (CONTOSO, [CONTOSO]), ("%", []), ("'", [])])
def test_partner_is_found_by_name_or_account(cast, workshop, part, q, found):
    client, here, words = visitor(cast, "rita"), url(part), {"q": q}
    reload = client.get(here, words)
    assert [row["partner"].pga_id for row in reload.context["rows"]] == found
    before = client.get(here).content.decode()
    rows = client.get(here, words, headers=headers("rows", here))
    fresh = reload.content.decode().replace(
        f'type="search" name="q" value="{escape(q)}"', 'type="search" name="q" value=""'
    )
    assert content(swapped(before, rows, "rows")) == content(parse_html(fresh))


@pytest.mark.parametrize("who", READERS)
def test_customers_are_those_of_the_chosen_partner(cast, workshop, who):
    client = visitor(cast, who)
    names = [row["name"] for row in client.get(url("customers", f"?partner={CONTOSO}")).context["rows"]]
    assert names == ["Coho", "Known"]
    assert [row["name"] for row in client.get(url("customers", f"?partner={FABRIKAM}")).context["rows"]] == ["Delft"]
    past = client.get(url("customers", f"?partner={CONTOSO}&tab=complete")).context["rows"]
    assert [row["name"] for row in past] == ["Past"]


def test_partner_and_reader_see_the_same_counts(cast, workshop):
    read = visitor(cast, "rita").get(url("customers", f"?partner={CONTOSO}")).context["tabs"]
    own = visitor(cast, "ana").get(url("customers")).context["tabs"]
    assert [tab["label"] for tab in read] == [tab["label"] for tab in own]


@pytest.mark.parametrize("who", READERS)
def test_locations_are_those_of_the_chosen_partner(cast, workshop, who):
    client = visitor(cast, who)
    found = client.get(url("eligibility", f"?partner={CONTOSO}")).context["rows"]
    assert [row["name"] for row in found] == ["Redmond", "Singapore", "Toronto"]
    found = client.get(url("eligibility", f"?partner={FABRIKAM}")).context["rows"]
    assert [row["name"] for row in found] == ["Amsterdam"]


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("query", ["", "&tab=ineligible", "&tab=complete"])
def test_nothing_there_acts(cast, workshop, who, query):
    """No form that is sent, no wizard, no draft, no export of everybody's claims, no payee profile."""
    for page in PAGES:
        body = visitor(cast, who).get(url(page, f"?partner={CONTOSO}{query if page == 'customers' else ''}"))
        main = body.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        for act in ('method="post"', "/add/", "/claim/", "/consent/", "export", "payout-and-tax", "request-access"):
            assert act not in main, (page, act)


def test_only_the_operator_is_led_to_where_the_lists_change(cast, workshop):
    """Eligibility lists are read by all of them and changed by program operators."""
    Engagement.objects.update(visibility="invitation")
    cast.olga.is_staff = True
    cast.olga.save()
    for who in READERS:
        body = visitor(cast, who).get(url("eligibility", f"?partner={CONTOSO}")).content.decode()
        assert ("/operator/catalogue/engagements/security/invitations/" in body) == (who == "olga")
        assert ("Change enrollment" in body) == (who == "olga")


@pytest.mark.parametrize("part", [*PAGES, ""])
@pytest.mark.parametrize("ref", [NOBODY, "x", "%00", "5512001 ", "５５１２００１"])
def test_unknown_partner_is_not_found(cast, workshop, part, ref):
    address = url(part, f"?partner={ref}").replace("//", "/")
    assert visitor(cast, "rita").get(address).status_code in (400, 404)


@pytest.mark.parametrize("part", PAGES)
@pytest.mark.parametrize("who", ["ana", "ben", "omar"])
def test_partners_people_get_no_such_parameter(cast, workshop, part, who):
    """A foreign partner answers as an unknown one, and as none: with their own page."""
    client = visitor(cast, who)
    rows = [
        [row["name"] for row in client.get(url(part, query)).context["rows"]]
        for query in ("", *(f"?partner={ref}" for ref in (CONTOSO, FABRIKAM, NOBODY)))
    ]
    assert rows == [rows[0]] * 4
    body = client.get(url(part, f"?partner={NOBODY}")).content.decode()
    assert NOBODY not in body.split("<main", 1)[1]


@pytest.mark.parametrize("part", PAGES)
def test_finance_viewer_reads_money_alone(cast, workshop, part):
    """R-012."""
    assert visitor(cast, "fay").get(url(part, f"?partner={CONTOSO}")).status_code == 403


def test_chosen_partner_stays_in_every_address_of_the_page(cast, workshop):
    for number in range(12):
        claim_in(S.CONSENT_RECEIVED, location=cast.redmond, customer=CustomerFactory(name=f"Many {number}"))
    client, kept = visitor(cast, "rita"), f"partner={CONTOSO}"
    context = client.get(url("customers", f"?{kept}&per_page=10&sort=due&q=a&type=not-started")).context
    addresses = [tab["url"] for tab in context["tabs"]] + [entry["url"] for entry in context["nav"]]
    addresses += [context["pager"]["next_url"], context["clear_url"], context["clear_all_url"]]
    addresses += [head["url"] for head in context["sorts"].values()] + [chip["url"] for chip in context["chips"]]
    assert [address for address in addresses if kept not in address] == []
    forms = [context["search_keep"], context["filter_keep"], context["pager"]["keep"]]
    assert all(("partner", CONTOSO) in pairs for pairs in forms)
    state = client.get(url("eligibility", f"?{kept}&status=eligible")).context["state"]
    assert kept in state.clear_url
    assert ("partner", CONTOSO) in state.keep_for_search
    assert ("partner", CONTOSO) in state.keep_for_filters
    summary = client.get(url("", f"?{kept}").replace("//", "/")).context["nav"]
    assert all(kept in entry["url"] for entry in summary)


def test_criteria_of_any_location_lead_back_to_its_partner(cast, workshop):
    refresh.refresh(database_now())
    client = visitor(cast, "rita")
    answer = client.get(url("eligibility", f"{cast.amsterdam.pk}/"))
    assert answer.context["location"] == cast.amsterdam
    assert answer.context["close_url"] == url("eligibility", f"?partner={FABRIKAM}")
    assert client.get(url("eligibility", "987654/")).status_code == 404


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_review_of_a_claim_leads_to_the_partners_pages(cast, workshop, who):
    claim = claim_in(S.UNDER_REVIEW, engagement=workshop, location=cast.amsterdam)
    client = visitor(cast, who)
    page = client.get(f"/review/{claim.number}/")
    for name in ("eligibility_url", "customers_url"):
        assert page.context[name].endswith(f"?partner={FABRIKAM}")
        assert client.get(page.context[name]).status_code == 200


def test_customers_are_not_offered_where_there_are_none(cast, workshop):
    Engagement.objects.update(role="transact")
    assert visitor(cast, "rita").get(url("customers", f"?partner={CONTOSO}")).status_code == 404


@pytest.mark.parametrize("partners", [1, 40])
def test_choosing_costs_a_fixed_number_of_queries(cast, workshop, django_assert_num_queries, partners):
    for _number in range(partners):
        PartnerFactory()
    client = visitor(cast, "rita")
    for page, queries in (("eligibility", 3), ("customers", 4)):
        client.get(url(page))
        with django_assert_num_queries(queries):  # session with user and roles, engagement, partners, the clock
            client.get(url(page))
    assert Partner.objects.count() > partners


@pytest.mark.parametrize("size", [1, 20])
def test_reading_costs_a_fixed_number_of_queries(cast, workshop, django_assert_num_queries, size):
    for _number in range(size):
        EnrolmentFactory(location=LocationFactory(partner=cast.contoso))
        claim_in(S.CONSENT_RECEIVED, engagement=workshop, location=cast.redmond, customer=CustomerFactory())
    client = visitor(cast, "rita")
    for page, queries in (("eligibility", 5), ("customers", 9)):
        address = url(page, f"?partner={CONTOSO}")
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)
