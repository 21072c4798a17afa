"""The Customers page of an engagement, searched, filtered, sorted and read in pages (R-071)."""

import pytest
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext

from claims.models import Claim
from claims.statuses import Status as S
from tests.factories import CustomerFactory, claim_in
from tests.pages.customers_page import names, rows, url_of
from tests.pages.htmx import content, headers, swapped


@pytest.fixture
def client(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def three(redmond, toronto, workshop):
    """Alpine (Redmond, consented), Best For You (Toronto, claimed), Coho (known, not started)."""
    alpine = CustomerFactory(name="Alpine", domain="alpine.example", tpid="111111")
    best = CustomerFactory(name="Best For You", domain="best.example", tpid="222222")
    coho = CustomerFactory(name="Coho", domain="coho.example", tpid="333333")
    claim_in(S.CONSENT_RECEIVED, engagement=workshop, customer=alpine, location=redmond)
    claim_in(S.CUSTOMER_CLAIMED, engagement=workshop, customer=best, location=toronto)
    claim_in(S.CONSENT_RECEIVED, customer=coho, location=redmond)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["Alpine", "Best For You", "Coho"]),
        ({"sort": "-name"}, ["Coho", "Best For You", "Alpine"]),
        ({"sort": "due"}, ["Best For You", "Alpine", "Coho"]),
        ({"sort": "-due"}, ["Coho", "Alpine", "Best For You"]),
        ({"q": "best"}, ["Best For You"]),
        ({"q": "COHO.example"}, ["Coho"]),
        ({"q": "1111"}, ["Alpine"]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"type": "active"}, ["Alpine"]),
        ({"type": "not-started"}, ["Best For You", "Coho"]),
        ({"status": "customer_claimed"}, ["Best For You"]),
        ({"status": "customer_claimed&status=consent_received"}, ["Alpine", "Best For You"]),
    ],
)
def test_list_is_searched_filtered_and_sorted(client, workshop, three, asked, found):
    """R-144's habits here as well; B09 for the search."""
    assert names(client, workshop, **asked) == found


def test_list_is_filtered_by_location_and_claim_number(client, workshop, three, toronto):
    number = Claim.objects.get(customer__name="Alpine").number
    assert names(client, workshop, location=toronto.pk) == ["Best For You"]
    assert names(client, workshop, q=number) == ["Alpine"]


def test_applied_filters_show_as_chips_that_remove_them(client, workshop, three, toronto):
    context = client.get(url_of(workshop, location=toronto.pk, type="not-started", q="best")).context
    assert [chip["label"] for chip in context["chips"]] == ["Location - Toronto", "Type - Not started"]
    assert context["chips"][0]["url"].endswith("?q=best&type=not-started")
    assert context["clear_url"].endswith("?q=best")


@pytest.mark.parametrize(
    "query",
    ["tab=nonsense", "sort=user__password", "status=nonsense", "status=approved", "type=both", "location=abc",
     "location=" + "9" * 40, "at=nonsense", "tab=complete&sort=name", "tab=ineligible&status=approved", "q=%00",
     "q=a&q=b"],
)  # fmt: skip
def test_address_that_asks_for_nothing_we_offer_is_refused(client, workshop, query):
    """A01, A04, A08."""
    assert client.get(f"{url_of(workshop)}?{query}").status_code == 400


@pytest.mark.parametrize("tab", ["eligible", "complete"])
@pytest.mark.parametrize("turned", ["", "-"])
def test_pages_follow_one_another_without_gap_or_repeat(client, workshop, redmond, tab, turned):
    """Keyset paging, forth and back."""
    for number in range(12):
        status = S.CUSTOMER_CLAIMED if tab == "eligible" else S.CANCELED
        claim_in(status, engagement=workshop, customer=CustomerFactory(name=f"Customer {number % 3}"))
    sort = turned + ("name" if tab == "eligible" else "customer")
    first = client.get(url_of(workshop, tab=tab, sort=sort, per_page=10)).context
    second = client.get(first["pager"]["next_url"]).context
    seen = [row["number"] for row in (*first["rows"], *second["rows"])]
    assert (len(first["rows"]), len(second["rows"]), len(set(seen))) == (10, 2, 12)
    back = client.get(second["pager"]["previous_url"]).context
    assert [row["number"] for row in back["rows"]] == [row["number"] for row in first["rows"]]
    assert (first["pager"]["previous_url"], second["pager"]["next_url"]) == ("", "")


def test_searching_by_htmx_brings_the_rows_a_reload_would(client, workshop, three):
    """The part equals the page."""
    url = url_of(workshop, q="best")
    part = client.get(url, headers=headers("rows", url_of(workshop)))
    page = client.get(url).content.decode()
    assert "<html" not in part.content.decode()
    assert content(swapped(page, part, "rows")) == content(parse_html(page))


@pytest.mark.parametrize("tab", ["eligible", "ineligible", "complete"])
def test_number_of_statements_does_not_grow_with_the_rows(client, workshop, redmond, tab):
    """At most 13 statements, the same with 1, 10 and 30 rows of every kind."""

    def world(customers: int) -> None:
        for _ in range(customers):
            claim_in(S.CONSENT_RECEIVED, engagement=workshop)
            claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
            claim_in(S.APPROVED, engagement=workshop)
            claim_in(S.CONSENT_RECEIVED, location=redmond, customer=CustomerFactory(seats=10))

    workshop.customer_rules = [{"kind": "min_seats", "value": 300}, {"kind": "same_geography"}]
    workshop.save()
    measured = []
    for more in (1, 9, 20):
        world(more)
        with CaptureQueriesContext(
            connection,
        ) as statements:
            assert len(rows(client, workshop, tab=tab, per_page=100)) >= more
        measured.append(len(statements))
    assert measured[0] == measured[1] == measured[2] <= 13
