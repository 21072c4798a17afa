"""The pages on which operators settle deadlines, the calendar and reasons; and what reviewers and exports see of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import ClaimEvent, Kind
from claims.statuses import Status as S
from engagements.models import CalendarDay, CatalogueChange, ReasonWords, TypeTerms
from mci_portal.common.clock import database_now
from tests.factories import claim_in

HOME = "/operator/catalogue/"
TYPE, CALENDAR, NEW = f"{HOME}types/workshop/", f"{HOME}calendar/", f"{HOME}reasons/new/"
REASON, REFUSAL = f"{HOME}reasons/rejection/no_response/", f"{HOME}reasons/refusal/CUSEQPTR/"
DAYS = {"consent_days": 10, "submit_days": 20, "review_days": 40, "dispute_days": 5, "dispute_review_days": 6}
pytestmark = pytest.mark.django_db


@pytest.fixture
def as_olga(client, olga):
    client.force_login(olga)
    return client


@pytest.fixture
def today(db):
    return database_now().date()


@pytest.fixture
def working_day(today):
    """A Tuesday in the far future that is no holiday."""
    day = today.replace(year=today.year + 1, month=3, day=9)
    return day + timedelta(days=(1 - day.weekday()) % 7)


def refused(answer, field: str) -> bool:
    """A 422 whose error stands at the field."""
    return answer.status_code == 422 and field in answer.context["form"].errors


def test_deadlines_are_planned_and_taken_back_by_form(as_olga, first, today):
    claim_in(S.AWAITING_CONSENT, engagement=first)
    day = (today + timedelta(days=10)).isoformat()
    assert "1 open claim keeps its own." in as_olga.get(TYPE).content.decode()
    assert as_olga.post(TYPE, {**DAYS, "valid_from": day}).status_code == 302
    assert TypeTerms.objects.get().submit_days == 20
    for changed, field in (
        ({}, "valid_from"),
        ({"valid_from": today.isoformat()}, "valid_from"),
        ({"review_days": "19"}, "review_days"),
        ({"consent_days": "0"}, "consent_days"),
        ({"consent_days": "99999"}, "consent_days"),
        ({"dispute_days": "some"}, "dispute_days"),
    ):
        assert refused(as_olga.post(TYPE, {**DAYS, "valid_from": day, **changed}), field)
    assert as_olga.get(f"{HOME}fixed/").content.decode().count("types/workshop/") == 1
    assert as_olga.post(TYPE, {"withdraw": "soon"}).status_code == 404
    assert [as_olga.post(TYPE, {"withdraw": day}).status_code for _ in range(2)] == [302, 409]
    assert [row.action for row in CatalogueChange.objects.order_by("id")] == ["created", "removed"]


def test_calendar_is_changed_by_form_and_tells_how_many_clocks_run(as_olga, working_day):
    association = claim_in(S.SUBMITTED, kind=Kind.CPOR)
    typed = {"region": "US", "on": working_day.isoformat(), "kind": "closed", "note": "Shutdown"}
    page = as_olga.get(CALENDAR).content.decode()
    assert "1 clock in business days runs now and stays as it is." in page
    assert as_olga.post(CALENDAR, typed).status_code == 302
    due_at = association.review_due_at
    association.refresh_from_db()
    assert association.review_due_at == due_at
    assert refused(as_olga.post(CALENDAR, typed), "on")
    assert refused(as_olga.post(CALENDAR, {**typed, "kind": "sometimes"}), "kind")
    assert "Shutdown" in as_olga.get(f"{HOME}fixed/").content.decode()
    audit = as_olga.get("/operator/audit/").content.decode()
    assert f"Day of the business calendar: US – {working_day}" in audit
    assert [as_olga.post(CALENDAR, {"region": "US", "withdraw": typed["on"]}).status_code for _ in range(2)] == [
        302,
        409,
    ]
    assert "Taken back at" in as_olga.get("/operator/audit/").content.decode()
    assert CalendarDay.objects.get().until is not None


def test_reason_is_worded_by_form(as_olga, today):
    day = (today + timedelta(days=1)).isoformat()
    assert as_olga.post(REASON, {"valid_from": day, "text": "Nobody answered"}).status_code == 302
    row = ReasonWords.objects.get()
    assert (row.text, row.offered) == ("Nobody answered", False)  # the box was not ticked
    assert refused(as_olga.post(REASON, {"valid_from": day, "text": "Nobody answered"}), "valid_from")
    assert as_olga.post(REFUSAL, {"valid_from": day, "text": "", "advice": "Look elsewhere."}).status_code == 302
    assert (refusal := ReasonWords.objects.get(list="refusal")).advice == "Look elsewhere."
    assert refusal.offered is True
    assert [as_olga.post(REASON, {"withdraw": day}).status_code for _ in range(2)] == [302, 409]


def test_own_reason_is_planned_by_form_and_shown_before_it_begins(as_olga, today):
    day = (today + timedelta(days=1)).isoformat()
    assert as_olga.post(NEW, {"valid_from": day, "text": "Test data"}).status_code == 302
    assert ">Test data</a>" in as_olga.get(f"{HOME}fixed/").content.decode()
    assert as_olga.get(f"{HOME}reasons/rejection/test_data/").status_code == 200
    assert refused(as_olga.post(NEW, {"valid_from": day, "text": "Test data"}), "text")
    assert refused(as_olga.post(NEW, {"valid_from": today.isoformat(), "text": "Other"}), "valid_from")


@pytest.mark.parametrize("address", ["types/none/", "reasons/none/other/", "reasons/issue/none/"])
def test_unknown_is_not_found(as_olga, address):
    assert as_olga.get(HOME + address).status_code == 404


@pytest.mark.parametrize("address", [TYPE, CALENDAR, REASON, REFUSAL, f"{HOME}fixed/"])
def test_auditor_reads_and_changes_nothing(cast, client, first, address):
    client.force_login(cast.arthur)
    page = client.get(address)
    assert (page.status_code, 'class="btn primary"' in page.content.decode()) == (200, False)
    assert client.post(address, {}).status_code in (403, 405)
    assert client.get(NEW).status_code == 403


def test_pages_take_a_fixed_number_of_queries(as_olga, first, today, django_assert_num_queries):
    """C-30"""
    addresses = (f"{HOME}fixed/", TYPE, CALENDAR, REASON)
    numbers = {}
    for address in addresses:
        as_olga.get(address)
        with CaptureQueriesContext(connection) as counted:
            as_olga.get(address)
        numbers[address] = len(counted)
    for step in range(5):
        day = today + timedelta(days=step + 1)
        TypeTerms.objects.create(type=first.type, valid_from=day, **DAYS)
        CalendarDay.objects.create(region="US", on=day, kind="closed", since=database_now())
        ReasonWords.objects.create(list="rejection", code="no_response", valid_from=day, text=f"T{step}")
    for address in addresses:
        with django_assert_num_queries(numbers[address]):
            as_olga.get(address)


def test_rejected_claim_keeps_the_words_of_its_day(cast, client, today):
    """On the partner's page, in the history of the reviewer, and in an export."""
    claim = claim_in(S.REJECTED)
    event = ClaimEvent.objects.filter(claim=claim, data__has_key="reasons").get()
    shipped = event.data["reasons"][0]
    ReasonWords.objects.create(
        list="rejection", code=shipped, valid_from=event.at.date() + timedelta(days=1), text="Words of later"
    )
    ReasonWords.objects.create(
        list="rejection", code=shipped, valid_from=event.at.date() - timedelta(days=1), text="Words of then"
    )
    client.force_login(cast.ana)
    assert "Words of then" in (page := client.get(f"/incentives/claims/{claim.number}/").content.decode())
    assert "Words of later" not in page
    client.force_login(cast.rita)
    assert "Words of then" in client.get(reverse("review:claim", args=[claim.number])).content.decode()
