"""The way of an earning to its payment: allowed moves only, by operators only, every line kept (R-251, R-255, P13)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from claims import payments
from claims.earning_states import MEANINGS, NEXT, WITH_PAYMENT_ID
from claims.models import Earning, EarningEvent, EarningState
from claims.statuses import Status as S
from eligibility.models import PayeeProfile, PayeeStatus
from mci_portal.common.errors import Conflict
from tests.factories import claim_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)  # approved then; paid 45 days later, in July


@pytest.fixture
def earning(redmond) -> Earning:
    return claim_in(S.APPROVED, location=redmond, now=NOW).earning


def put(earning: Earning, state: str) -> Earning:
    Earning.objects.filter(pk=earning.pk).update(state=state)
    return earning


def test_every_state_has_its_meaning_and_its_followers():
    """R-251: all thirteen, none beyond, and none that nothing leads to."""
    assert set(MEANINGS) == set(NEXT) == set(EarningState)
    reached = {state for following in NEXT.values() for state in following}
    assert set(EarningState) - reached == {EarningState.UNPROCESSED}
    assert {state for state, following in NEXT.items() if not following} == {EarningState.REJECTED}


@pytest.mark.parametrize("before", EarningState.values)
def test_moves_are_exactly_those_of_the_table(earning, cast, before):
    allowed = set()
    for after in EarningState.values:
        put(earning, before)
        try:
            payments.advance(earning, after, cast.actor("olga"), NOW, "PAY-1")
            allowed.add(after)
        except Conflict:
            assert Earning.objects.get().state == before
    assert allowed == set(NEXT[before])
    assert EarningEvent.objects.count() == len(allowed)


@pytest.mark.parametrize("name", ["ana", "ben", "omar", "rita", "lena"])
def test_only_operators_move_earnings(earning, cast, name):
    with pytest.raises(PermissionDenied):
        payments.advance(earning, EarningState.UPCOMING, cast.actor(name), NOW)
    assert (Earning.objects.get().state, EarningEvent.objects.count()) == ("unprocessed", 0)


@pytest.mark.parametrize("state", sorted(WITH_PAYMENT_ID))
def test_money_under_way_has_a_payment_id(earning, cast, state):
    before = next(one for one, following in NEXT.items() if state in following)
    put(earning, before)
    with pytest.raises(ValidationError):
        payments.advance(earning, state, cast.actor("olga"), NOW)
    assert payments.advance(earning, state, cast.actor("olga"), NOW, " PAY-1 ").payment_id == "PAY-1"


@pytest.mark.parametrize("payment_id", ["<b>", "a b", "x" * 41, "-x", "PAY\n1"])
def test_what_is_no_payment_id_is_refused(earning, cast, payment_id):
    with pytest.raises(ValidationError):
        payments.advance(put(earning, "upcoming"), EarningState.IN_PROGRESS, cast.actor("olga"), NOW, payment_id)


def test_history_names_who_when_and_which_payment(earning, cast):
    payments.advance(earning, EarningState.UPCOMING, cast.actor("olga"), NOW)
    payments.advance(earning, EarningState.IN_PROGRESS, cast.actor("olga"), NOW, "PAY-1")
    payments.advance(earning, EarningState.SENT, cast.actor("olga"), NOW)
    lines = EarningEvent.objects.values_list("from_state", "to_state", "payment_id", "actor_name", "at")
    assert list(lines) == [
        ("unprocessed", "upcoming", "", "Olga Novak", NOW),
        ("upcoming", "in_progress", "PAY-1", "Olga Novak", NOW),
        ("in_progress", "sent", "PAY-1", "Olga Novak", NOW),
    ]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_history_of_an_earning_cannot_be_rewritten(earning, cast, change):
    """G20: refused by the database itself."""
    payments.advance(earning, EarningState.UPCOMING, cast.actor("olga"), NOW)
    rows = EarningEvent.objects.all()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(actor_name="Nobody") if change == "update" else rows._raw_delete(rows.db)


def test_amount_of_an_earning_cannot_be_changed_on_its_way(earning):
    """P13, I8."""
    with pytest.raises(DatabaseError), transaction.atomic():
        Earning.objects.update(amount=1)


@pytest.mark.parametrize(
    ("at", "moved"),
    [
        (datetime(2026, 5, 31, 23, 59, tzinfo=UTC), 0),
        (datetime(2026, 6, 1, tzinfo=UTC), 1),
        (datetime(2026, 7, 31, tzinfo=UTC), 1),
        (datetime(2027, 1, 1, tzinfo=UTC), 1),
    ],
    ids=str,
)
def test_earning_is_planned_from_the_month_before_its_payment_on(earning, at, moved):
    assert payments.advance_due(at) == moved
    assert payments.advance_due(at) == 0
    assert EarningEvent.objects.filter(to_state="upcoming", actor_name="System", actor=None).count() == moved


def test_earning_of_a_location_that_cannot_be_paid_waits(earning, redmond):
    """R-051: until the profile is complete, whatever the month; nothing is lost."""
    PayeeProfile.objects.filter(location=redmond).update(tax_status=PayeeStatus.EXPIRED)
    assert payments.advance_due(NOW) == 0
    PayeeProfile.objects.filter(location=redmond).update(tax_status=PayeeStatus.APPROVED)
    assert payments.advance_due(NOW + timedelta(days=90)) == 1


def test_planning_leaves_every_other_state_alone(earning):
    for state in set(EarningState) - {EarningState.UNPROCESSED}:
        put(earning, state)
        assert payments.advance_due(NOW) == 0
