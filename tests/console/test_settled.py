"""Deadlines of types, the business calendar and the words of reasons: dated, and old claims keep theirs (R-277)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from claims import deadlines
from claims.models.issue import issue_label, rejection_labels
from claims.review_forms import IssueForm, RejectForm
from claims.statuses import Status as S
from customers.reasons import Reason
from engagements import calendars, terms, wordings
from engagements.catalogue import load
from engagements.console import calendar, export, reasons, uploads
from engagements.console import terms as console_terms
from engagements.models import CalendarDay, CatalogueChange, EngagementType, ReasonWords, TypeTerms
from engagements.pages.console.reasons import SHIPPED
from engagements.queries import summary
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from tests.engagements.small_catalogue import TEXT
from tests.factories import claim_in

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday
TODAY = NOW.date()
NEXT_YEAR = date(2027, 1, 1)
DAYS = {"consent_days": 10, "submit_days": 20, "review_days": 40, "dispute_days": 5, "dispute_review_days": 6}
REJECTIONS = list(dict(SHIPPED["rejection"]))
pytestmark = pytest.mark.django_db


def written() -> list[tuple]:
    rows = CatalogueChange.objects.order_by("id")
    return [(row.by_name, row.action, row.table, row.what) for row in rows]


def counts(row) -> dict:
    return {name: getattr(row, name) for name in DAYS}


# Deadlines of types


@pytest.mark.parametrize(("on", "submit"), [(date(2026, 12, 31), 90), (NEXT_YEAR, 20), (date(2028, 1, 1), 20)])
def test_terms_begin_on_their_day(by, first, on, submit):
    console_terms.plan(by, first.type, NEXT_YEAR, DAYS, NOW)
    assert terms.in_force(first.type, on).submit_days == submit
    assert written() == [("Olga Novak", "created", "typeterms", "Workshop – 2027-01-01")]


def test_new_claim_copies_the_terms_of_its_day_and_a_running_one_keeps_its_own(by, first):
    old = claim_in(S.AWAITING_CONSENT, engagement=first, now=NOW)
    console_terms.plan(by, first.type, NEXT_YEAR, DAYS, NOW)
    new = claim_in(S.AWAITING_CONSENT, engagement=first, now=datetime(2027, 1, 2, tzinfo=UTC))
    old.refresh_from_db()
    assert (old.consent_days, old.submit_days, old.due_at) == (30, 90, old.created_at + timedelta(days=30))
    assert (counts(new), new.due_at) == (DAYS, new.created_at + timedelta(days=10))


def test_summary_tells_what_is_in_force_and_what_comes(by, first, client, ana):
    day = database_now().date() + timedelta(days=30)
    console_terms.plan(by, first.type, day, DAYS, database_now())
    shown = summary(first, day - timedelta(days=1))
    assert (shown.days.submit_days, [row.valid_from for row in shown.coming]) == (90, [day])
    assert (summary(first, day).days.submit_days, summary(first, day).coming) == (20, [])
    client.force_login(ana)
    page = client.get(f"/incentives/engagements/{first.slug}/").content.decode()
    table = page.split("Counted from when")[1]
    assert '<td class="num">90</td><td class="num">20</td>' in table
    assert '<td class="num">150</td><td class="num">45</td>' in table  # the longest way


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"valid_from": TODAY}, "valid_from"), ({"submit_days": 41}, "review_days")],
    ids=["begun", "review before submit"],
)
def test_wrong_terms_are_refused_at_the_field(by, first, changed, field):
    typed = {"valid_from": NEXT_YEAR, **DAYS, **changed}
    with pytest.raises(ValidationError) as refusal:
        console_terms.plan(by, first.type, typed.pop("valid_from"), typed, NOW)
    assert list(refusal.value.message_dict) == [field]
    assert (TypeTerms.objects.count(), written()) == (0, [])


def test_day_has_one_set_of_terms_that_can_be_taken_back_until_it_begins(by, first):
    console_terms.plan(by, first.type, NEXT_YEAR, DAYS, NOW)
    with pytest.raises(ValidationError):
        console_terms.plan(by, first.type, NEXT_YEAR, DAYS, NOW)
    with pytest.raises(Conflict):
        console_terms.take_back(by, first.type, NEXT_YEAR, datetime(2027, 1, 1, tzinfo=UTC))
    console_terms.take_back(by, first.type, NEXT_YEAR, NOW)
    assert (TypeTerms.objects.count(), written()[-1][1]) == (0, "removed")


def test_catalogue_file_knows_the_terms(by, first, tmp_path):
    """One rule: what the console plans is in the file, and what the file says is planned."""
    console_terms.plan(by, first.type, NEXT_YEAR, DAYS, NOW)
    text = export.as_yaml()
    (tmp_path / "export.yaml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "export.yaml", TODAY).idle
    removed = uploads.rehearse(TEXT.encode(), TODAY)
    assert [(one["action"], one["table"]) for one in removed] == [("removed", "typeterms")]
    (tmp_path / "next.yaml").write_text(text.replace("consent_days: 10", "consent_days: 11"), encoding="utf-8")
    load(tmp_path / "next.yaml", TODAY)
    assert TypeTerms.objects.get().consent_days == 11


# The business calendar


def after(days: int, start: datetime = NOW) -> date:
    return deadlines.business_days_after(start, days, calendars.as_of(start, "US")).date()


def test_closed_and_working_days_count(by):
    """Monday the 23rd is closed, Saturday the 21st is worked; Thursday the 26th is Thanksgiving anyway."""
    assert after(1) == date(2026, 11, 23)
    before = NOW - timedelta(minutes=1)
    calendar.add(by, "US", date(2026, 11, 23), "closed", "Shutdown", before)
    assert after(1) == date(2026, 11, 24)
    calendar.add(by, "US", date(2026, 11, 21), "working", "", before)
    assert [after(days) for days in (1, 2)] == [date(2026, 11, 21), date(2026, 11, 24)]
    assert deadlines.business_days_between(NOW, NOW + timedelta(days=4), calendars.as_of(NOW, "US")) == 2
    assert [one[1:3] for one in written()] == [("created", "calendarday")] * 2


def test_change_counts_for_later_triggers_only(by):
    """R-271: what is worked out again for an earlier moment comes out as it was told."""
    later = NOW + timedelta(hours=2)
    calendar.add(by, "US", date(2026, 11, 23), "closed", "", NOW + timedelta(hours=1))
    assert (after(1, NOW), after(1, later)) == (date(2026, 11, 23), date(2026, 11, 24))
    calendar.take_back(by, "US", date(2026, 11, 23), NOW + timedelta(hours=3))
    assert (after(1, later), after(1, NOW + timedelta(hours=4))) == (date(2026, 11, 24), date(2026, 11, 23))
    assert written()[-1][1:3] == ("ended", "calendarday")
    calendar.add(by, "US", date(2026, 11, 23), "closed", "again", NOW + timedelta(hours=5))
    assert after(1, NOW + timedelta(hours=6)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (TODAY, "closed"),
        (date(2026, 11, 21), "closed"),  # a Saturday
        (date(2026, 11, 26), "closed"),  # Thanksgiving
        (date(2026, 11, 23), "working"),
        (date(2026, 12, 1), "closed"),  # has an entry
    ],
)
def test_wrong_day_is_refused_at_the_field(by, on, kind):
    calendar.add(by, "US", date(2026, 12, 1), "closed", "", NOW)
    with pytest.raises(ValidationError) as refusal:
        calendar.add(by, "US", on, kind, "", NOW)
    assert list(refusal.value.message_dict) == ["on"]
    assert CalendarDay.objects.count() == 1


def test_day_that_has_begun_is_not_taken_back(by):
    calendar.add(by, "US", date(2026, 11, 23), "closed", "", NOW)
    with pytest.raises(Conflict):
        calendar.take_back(by, "US", date(2026, 11, 23), datetime(2026, 11, 23, tzinfo=UTC))


# Reasons


def plan(by, listed: str, code: str, day: date = NEXT_YEAR, **words) -> ReasonWords:
    return reasons.plan(
        by, listed, code, NOW, shipped=list(dict(SHIPPED[listed])), **({"text": ""} | words), valid_from=day
    )


def begun(listed: str, code: str, **words) -> None:
    """A wording that began yesterday."""
    day = database_now().date() - timedelta(days=1)
    ReasonWords.objects.create(list=listed, code=code, valid_from=day, **words)


def test_decision_is_told_in_the_words_of_its_day(by):
    plan(by, "rejection", "no_response", text="Nobody answered")
    plan(by, "issue", "dates", text="Wrong dates")
    old, new = (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [rejection_labels(["no_response", "unheard"], at) for at in (old, new)] == [
        ["No partner response", "unheard"],
        ["Nobody answered", "unheard"],
    ]
    assert [issue_label("dates", at) for at in (old, new)] == ["Missing or old dates", "Wrong dates"]


def test_why_a_customer_cannot_be_claimed_reads_as_operators_word_it(db):
    begun("refusal", "CUSEQPTR", text="That is you.")
    reason = Reason("CUSEQPTR", "Really.")
    assert (reason.sentence, reason.advice) == ("That is you. Really.", "Choose a customer outside your company.")


def test_reviewers_choose_among_what_is_offered_today(by):
    begun("rejection", "partner_request", offered=False)
    begun("rejection", "test_data", text="Test data")
    begun("issue", "other", offered=False)
    plan(by, "rejection", "no_response", day=database_now().date() + timedelta(days=1), offered=False)
    choices = dict(RejectForm().fields["reasons"].choices)
    assert list(choices) == [code for code in REJECTIONS if code != "partner_request"] + ["test_data"]
    assert choices["test_data"] == "Test data"
    assert "other" not in dict(IssueForm(requirements=[]).fields["kind"].choices)
    refused = RejectForm({"version": 1, "text": "x", "reasons": ["partner_request"]})
    assert list(refused.errors) == ["reasons"]
    assert RejectForm({"version": 1, "text": "x", "reasons": ["test_data"]}).is_valid()


def test_reviewers_always_have_something_to_choose(by):
    for code in REJECTIONS[1:]:
        plan(by, "rejection", code, offered=False)
    with pytest.raises(ValidationError, match="nothing left"):
        plan(by, "rejection", REJECTIONS[0], offered=False)
    plan(by, "rejection", REJECTIONS[1], day=date(2027, 2, 1))
    plan(by, "rejection", REJECTIONS[0], day=date(2027, 2, 1), offered=False)
    with pytest.raises(Conflict):
        reasons.take_back(by, "rejection", REJECTIONS[1], date(2027, 2, 1), NOW, shipped=REJECTIONS)
    assert ReasonWords.objects.count() == len(REJECTIONS) + 1


def test_own_reason_is_offered_from_its_day_on_and_has_words(by):
    row = reasons.add(by, "rejection", NOW, shipped=REJECTIONS, valid_from=NEXT_YEAR, text="Test data – no claim")
    assert row.code == "test_data_no_claim"
    shipped = SHIPPED["rejection"]
    assert [wordings.book().is_offered("rejection", row.code, shipped, on) for on in (TODAY, NEXT_YEAR)] == [
        False,
        True,
    ]
    for text in ("Test data, no claim!", "no_response", "–"):
        with pytest.raises(ValidationError):
            reasons.add(by, "rejection", NOW, shipped=REJECTIONS, valid_from=NEXT_YEAR, text=text)
    with pytest.raises(ValidationError) as refusal:
        plan(by, "rejection", row.code, day=date(2027, 2, 1), text="")
    assert list(refusal.value.message_dict) == ["text"]
    assert written() == [("Olga Novak", "created", "reasonwords", "test_data_no_claim – 2027-01-01")]


def test_wording_is_planned_for_a_later_day_once_and_taken_back_before_it_begins(by):
    plan(by, "issue", "other", text="Else")
    for day in (TODAY, NEXT_YEAR):
        with pytest.raises(ValidationError) as refusal:
            plan(by, "issue", "other", day=day, text="More")
        assert list(refusal.value.message_dict) == ["valid_from"]
    with pytest.raises(Conflict):
        reasons.take_back(by, "issue", "other", NEXT_YEAR, datetime(2027, 1, 1, tzinfo=UTC), shipped=["other"])
    reasons.take_back(by, "issue", "other", NEXT_YEAR, NOW, shipped=["other"])
    assert ReasonWords.objects.count() == 0


@pytest.mark.parametrize("name", ["ana", "rita", "lena"])
def test_others_settle_nothing(cast, first, name):
    """R-012"""
    actor = actor_for(getattr(cast, name))
    with pytest.raises(PermissionDenied):
        calendar.add(actor, "US", date(2026, 11, 23), "closed", "", NOW)
    with pytest.raises(PermissionDenied):
        console_terms.plan(actor, first.type, NEXT_YEAR, DAYS, NOW)
    with pytest.raises(PermissionDenied):
        plan(actor, "issue", "other", text="Else")
    assert (CalendarDay.objects.exists(), TypeTerms.objects.exists(), ReasonWords.objects.exists()) == (False,) * 3


def test_types_are_still_those_of_the_file(first):
    assert EngagementType.objects.get().submit_days == 90
