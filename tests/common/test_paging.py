"""Keyset paging: walking forward and back visits every row once, in order, whatever the sizes and the equal keys."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.core.exceptions import BadRequest
from django.db.models import F
from django.db.models.functions import Coalesce
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mci_portal.accounts.models import Partner
from mci_portal.common import paging
from tests.rows import PartnerFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
ORDERS = (
    ("name", "id"),
    ("-name", "-id"),
    ("-created_at", "-id"),
    ("created_at", "name", "id"),
    ("-created_at", "name", "id"),
    ("id",),
    ("first", "id"),
)


@pytest.fixture
def partners() -> None:
    """Few names and few moments, so that most keys are equal to others."""
    for number in range(23):
        PartnerFactory(name=f"Name {number * 7 % 4}", created_at=MONDAY + timedelta(microseconds=number * 5 % 6))


def rows(as_values: bool):
    found = Partner.objects.annotate(first=Coalesce(F("created_at"), F("created_at")))
    return found.values("id", "name", "created_at", "first") if as_values else found


def ids(page: paging.Page) -> list[int]:
    return [row["id"] if isinstance(row, dict) else row.pk for row in page.rows]


@given(order=st.sampled_from(ORDERS), size=st.integers(1, 30), as_values=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_walking_there_and_back_visits_every_row_once_in_order(partners, order, size, as_values):
    """R-146: nothing is skipped or shown twice at the border of two pages."""
    whole = list(rows(False).order_by(*order).values_list("id", flat=True))
    there, pages = [], []
    page = paging.page(rows(as_values), order, "", size)
    assert page.previous == ""
    while True:
        there += ids(page)
        pages.append(ids(page))
        if not page.next:
            break
        page = paging.page(rows(as_values), order, page.next, size)
    assert there == whole
    assert [len(one) for one in pages[:-1]] == [size] * (len(pages) - 1)
    back = [ids(page)]
    while page.previous:
        page = paging.page(rows(as_values), order, page.previous, size)
        back.append(ids(page))
    assert back == pages[::-1]


def test_page_after_a_row_that_was_deleted_goes_on_behind_it(partners):
    """The cursor is a place in the order, not a row."""
    first = paging.page(rows(True), ("name", "id"), "", 5)
    Partner.objects.filter(pk=ids(first)[-1]).delete()
    whole = list(Partner.objects.order_by("name", "id").values_list("id", flat=True))
    assert ids(paging.page(rows(True), ("name", "id"), first.next, 5)) == whole[4:9]


def test_page_of_nothing_has_no_neighbours():
    page = paging.page(rows(True), ("name", "id"), "", 5)
    assert (page.rows, page.previous, page.next) == ([], "", "")


def test_page_is_one_query_however_deep(partners, django_assert_num_queries):
    cursor = paging.page(rows(True), ("name", "id"), "", 10).next
    with django_assert_num_queries(1):
        paging.page(rows(True), ("name", "id"), cursor, 10)


@pytest.mark.parametrize(
    "spoil", [lambda cursor: cursor[:-1], lambda cursor: f"A{cursor}", lambda cursor: "1", lambda cursor: "~"]
)
def test_cursor_that_was_tampered_with_is_a_bad_request(partners, spoil):
    """A04."""
    cursor = paging.page(rows(True), ("name", "id"), "", 5).next
    with pytest.raises(BadRequest):
        paging.page(rows(True), ("name", "id"), spoil(cursor), 5)


def test_cursor_of_another_order_is_a_bad_request(partners):
    """A04."""
    cursor = paging.page(rows(True), ("name", "id"), "", 5).next
    with pytest.raises(BadRequest):
        paging.page(rows(True), ("-name", "-id"), cursor, 5)


def test_cursor_signed_for_another_purpose_is_a_bad_request(partners):
    """A04."""
    foreign = signing.Signer(salt="elsewhere", sep="~").sign_object(["n", "name,id", "Name 1", "1"])
    with pytest.raises(BadRequest):
        paging.page(rows(True), ("name", "id"), foreign, 5)


@pytest.mark.parametrize(
    ("sent", "size"),
    [(None, 25), ("", 25), ("10", 10), ("50", 50), ("100", 100), ("1000", 25), ("-1", 25), ("ten", 25)],
)
def test_per_page_is_one_of_the_offered_sizes_else_the_default(sent, size):
    assert paging.per_page(sent) == size
