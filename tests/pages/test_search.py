"""The search box of the frame: what it finds, for whom, and where it leads (R-006, R-007, C-16)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.queries.everywhere import named
from claims.statuses import Status as S
from customers.models import Customer
from tests.factories import CustomerFactory, EngagementFactory, claim_in
from tests.pages.htmx import headers, swapped

pytestmark = pytest.mark.django_db
URL = "/incentives/search/"


@pytest.fixture
def world(cast):
    """One customer of a name that begins alike at each place, each with a claim on an engagement of his own."""
    made = {}
    for place in ("redmond", "toronto", "amsterdam"):
        made[place] = claim_in(
            S.CUSTOMER_CLAIMED,
            location=getattr(cast, place),
            customer=CustomerFactory(name=f"Woodgrove {place}", domain=f"woodgrove-{place}.example"),
            engagement=EngagementFactory(name=f"Vision workshop {place}"),
            name="Pilot",
        )
    return made


def links(answer) -> dict[str, list[str]]:
    assert answer.status_code == 200, answer.content.decode()
    return links_in(answer.content.decode())


def links_in(page: str) -> dict[str, list[str]]:
    """The addresses under each heading."""
    sections = re.findall(r'aria-labelledby="found-(\w+)"[^>]*>(.*?)</section>', page, re.S)
    return {name: re.findall(r'<li>\s*<a href="([^"]+)"', inside) for name, inside in sections}


def test_search_finds_each_kind_within_the_own_locations(client, cast, world):
    """R-007: neither another location's claims nor the customers of another company."""
    seen = {}
    for name in ("ben", "ana", "omar", "rita"):
        client.force_login(getattr(cast, name))
        found = links(client.get(URL, {"q": "woodgrove"}))
        seen[name] = (len(found["claims"]), len(found["customers"]))
    assert seen == {"ben": (1, 1), "ana": (2, 2), "omar": (1, 1), "rita": (3, 3)}


@pytest.mark.parametrize("typed", ["Engagements", "mci engagements", "engage"])
def test_list_of_engagements_is_found_under_its_old_name(client, ana, typed):
    """R-002"""
    client.force_login(ana)
    assert links(client.get(URL, {"q": typed}))["pages"] == ["/incentives/engagements/"]


def test_pages_that_are_not_the_readers_are_not_found(client, cast):
    """R-002: a reviewer has no deadlines and no earnings of his own."""
    client.force_login(cast.rita)
    assert links(client.get(URL, {"q": "claims"}))["pages"] == ["/incentives/claims/"]
    assert "pages" not in links(client.get(URL, {"q": "earnings"}))


def test_results_lead_to_their_pages(client, ana, world):
    client.force_login(ana)
    engagement = world["redmond"].engagement
    assert links(client.get(URL, {"q": "vision redmond"})) == {
        "claims": [f"/incentives/claims/{world['redmond'].number}/"]
    }
    assert links(client.get(URL, {"q": engagement.name})) == {
        "claims": [f"/incentives/claims/{world['redmond'].number}/"],
        "engagements": [f"/incentives/engagements/{engagement.slug}/"],
    }
    assert links(client.get(URL, {"q": "woodgrove-redmond.example"}))["customers"] == [
        "/incentives/claims/?q=Woodgrove+redmond"
    ]


def test_number_leads_straight_to_the_claim_if_it_is_ones_own(client, cast, world):
    client.force_login(cast.ben)
    assert client.get(URL, {"q": world["redmond"].number}).url == f"/incentives/claims/{world['redmond'].number}/"
    hidden, unknown = (client.get(URL, {"q": number}) for number in (world["amsterdam"].number, 9999999))
    assert links(hidden) == links(unknown) == {}
    assert "Nothing was found." in hidden.content.decode()


def test_more_than_five_are_shown_by_their_lists(client, cast, world):
    for number in range(5):
        customer = CustomerFactory(name=f"Woodgrove {number}")
        claim_in(S.CUSTOMER_CLAIMED, location=cast.redmond, customer=customer)
    client.force_login(cast.ana)
    answer = client.get(URL, {"q": "woodgrove"})
    assert len(links(answer)["claims"]) == 5
    assert 'href="/incentives/claims/?q=woodgrove"' in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "status"),
    [("Action required", S.ACTION_REQUIRED), ("dispute", S.DISPUTED), ("cancelled", S.CANCELED)],
)
def test_other_words_for_a_status_find_its_claims(client, ana, typed, status):
    """C-16: aliases are searchable."""
    client.force_login(ana)
    assert links(client.get(URL, {"q": typed}))["statuses"][0] == f"/incentives/claims/?status={status}"


@pytest.mark.parametrize("typed", ["", "   ", "%_'\"<script>", "a & | !", "¬"])
def test_nothing_typed_has_a_meaning_of_its_own(client, ana, world, typed):
    """B09."""
    client.force_login(ana)
    answer = client.get(URL, {"q": typed})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split("<main")[1]


def test_swap_equals_reload_and_costs_the_same_for_any_number(client, ana, world, cast):
    client.force_login(ana)
    page = client.get(URL).content.decode()
    answer = client.get(URL, {"q": "woodgrove"}, headers=headers("found", URL))
    fresh = client.get(URL, {"q": "woodgrove"}).content.decode()
    found = swapped(page, answer, "found")
    assert links_in(str(found)) == links_in(fresh) != {}
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(URL, {"q": "woodgrove"})
        counts.append(len(asked))
        for _number in range(4):
            claim_in(S.CUSTOMER_CLAIMED, location=cast.redmond, customer=CustomerFactory(name="Woodgrove too"))
    assert counts[0] == counts[1] <= 8


def test_frame_searches_everything_for_whom_it_can_show_something(client, ana, cast):
    client.force_login(ana)
    assert f'action="{URL}"' in client.get("/incentives/claims/").content.decode()


def test_words_of_a_customer_are_found_by_their_index():
    """Among many customers, a word of one is found by the index of words."""
    Customer.objects.bulk_create(
        CustomerFactory.build(name=f"Bakery {number}", domain=f"bakery-{number}.example") for number in range(2000)
    )
    sql, values = named("woodgrove").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer")
        cursor.execute(f"EXPLAIN {sql}", values)
        assert "customer_words" in "\n".join(line for (line,) in cursor.fetchall())
