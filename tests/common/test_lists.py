"""The state of a list in its address: only what the page declares gets in, and links carry it all along."""

import pytest
from django.core.exceptions import BadRequest
from django.test import RequestFactory

from mci_portal.common.lists import Choice, ListState
from mci_portal.common.paging import Page

SORTS = {"name": ("name", "id"), "updated": ("-updated_at", "-id")}
COLOURS = Choice("status", "Colour", [("red", "Red"), ("blue", "Blue")])


def read(query: str = "", **fixed) -> ListState:
    request = RequestFactory().get(f"/list/{query}")
    return ListState.read(request, sorts=SORTS, default_sort="-updated", filters=[COLOURS], **fixed)


def test_state_of_a_bare_address_is_the_default():
    state = read()
    assert (state.q, state.sort, state.cursor, state.per_page, state.chosen) == ("", "-updated", "", 25, {})
    assert state.url() == "/list/"
    assert not state.is_narrowed


@pytest.mark.parametrize("query", ["?sort=secret", "?sort=--name", "?sort=id", "?status=green", "?status=red&status=x"])
def test_value_that_the_page_does_not_offer_is_a_bad_request(query):
    """A04."""
    with pytest.raises(BadRequest):
        read(query)


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("?sort=name", ["name", "id"]),
        ("?sort=-name", ["-name", "-id"]),
        ("?sort=updated", ["-updated_at", "-id"]),
        ("", ["updated_at", "id"]),
    ],
)
def test_descending_sort_turns_every_key_round(query, order):
    assert read(query).order == order


def test_search_is_trimmed_and_cut_to_a_hundred_characters():
    assert read(f"?q=++{'x' * 200}+").q == "x" * 100


def test_url_keeps_everything_but_the_page():
    """R-146: the address says all there is to say."""
    state = read("?q=a%26b&status=red&status=blue&sort=name&per_page=10&at=cursor", area="azure")
    everything = "area=azure&q=a%26b&status=red&status=blue&sort=name&per_page=10"
    assert state.url() == f"/list/?{everything}"
    assert state.url(at="next") == f"/list/?{everything}&at=next"
    assert state.url(q="") == f"/list/?{everything.replace('q=a%26b&', '')}"


def test_what_is_the_default_is_left_out_of_a_url():
    assert read("?sort=name").url(sort="-updated", per_page=25) == "/list/"


def test_forms_carry_along_what_they_do_not_set():
    state = read("?q=x&status=red&sort=name&per_page=10", area="azure")
    area, q, red, sort, size = ("area", "azure"), ("q", "x"), ("status", "red"), ("sort", "name"), ("per_page", "10")
    assert state.keep_for_search == [area, red, sort, size]
    assert state.keep_for_filters == [area, q, sort, size]
    assert state.pager(Page([], "", "", 10))["keep"] == [area, q, red, sort]


def test_each_chip_drops_its_own_value():
    state = read("?status=red&status=blue")
    assert state.chips == [
        {"label": "Colour - Red", "url": "/list/?status=blue"},
        {"label": "Colour - Blue", "url": "/list/?status=red"},
    ]
    assert state.clear_url == "/list/"
    assert state.is_narrowed


def test_groups_say_what_is_ticked():
    (group,) = read("?status=blue").groups
    assert [(option["value"], option["checked"]) for option in group["options"]] == [("red", False), ("blue", True)]


@pytest.mark.parametrize(
    ("query", "url", "direction"),
    [
        ("", "/list/?sort=name", ""),
        ("?sort=name", "/list/?sort=-name", "ascending"),
        ("?sort=-name", "/list/?sort=name", "descending"),
    ],
)
def test_head_of_a_column_turns_the_order_round(query, url, direction):
    assert read(query).head("Name", "name") == {"label": "Name", "url": url, "direction": direction}


def test_pager_leads_only_where_there_is_something():
    pager = read("?sort=name").pager(Page([1], "", "n", 25))
    assert (pager["previous_url"], pager["next_url"]) == ("", "/list/?sort=name&at=n")
