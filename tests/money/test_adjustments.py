"""Adjustments of earnings: who makes them, how low they go, that they stay, and where they show (R-254)."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from claims import adjustments, exports
from claims.models import Adjustment, AdjustmentReason, Earning, EarningState
from claims.queries.claims_list import Wanted
from claims.statuses import Status as S
from mci_portal.accounts.actors import CLOCK
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.table_copy import Tally
from mci_portal.outbox.models import Message
from tests.export.files import read_csv
from tests.factories import claim_in
from tests.money.test_earnings_page import URL, numbers, text

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 9, tzinfo=UTC)
R = AdjustmentReason


@pytest.fixture
def earning(redmond) -> Earning:
    """2,000.00 USD."""
    return claim_in(S.APPROVED, location=redmond).earning


def adjust(cast, earning, amount, reason=R.OPS_ADJUSTMENT, **fields) -> Adjustment:
    by = fields.pop("by", cast.actor("olga"))
    return adjustments.adjust(earning, Decimal(amount), reason, "Because of it.", by, NOW, **fields)


def test_reasons_are_those_of_microsofts_transaction_view():
    assert [str(label) for label in R.labels] == [
        "AR Compliance",
        "Co-op rollover",
        "Ops Adjustment",
        "Partner mapping",
        "Policy Exception",
        "Previous period earnings",
    ]


@pytest.mark.parametrize("reason", R.values)
def test_sum_goes_below_zero_only_for_a_reason_that_takes_back(cast, earning, reason):
    adjust(cast, earning, "100.50", reason)
    adjust(cast, earning, "-2100.50", reason)
    if reason in (R.AR_COMPLIANCE, R.PREVIOUS_PERIOD):
        adjust(cast, earning, "-0.01", reason)
        assert adjustments.total(earning.amount, earning.adjustments.all()) == Decimal("-0.01")
    else:
        with pytest.raises(ValidationError, match=r"no more than 0\.00 USD can be taken off"):
            adjust(cast, earning, "-0.01", reason)
        assert earning.adjustments.count() == 2


def test_below_zero_a_further_addition_is_welcome(cast, earning):
    adjust(cast, earning, -3000, R.AR_COMPLIANCE)
    adjust(cast, earning, 10)
    assert adjustments.total(earning.amount, earning.adjustments.all()) == -990


def test_nothing_zero_nothing_rejected_nothing_unseen_is_adjusted(cast, earning):
    with pytest.raises(ValidationError, match="above or below zero"):
        adjust(cast, earning, 0)
    adjust(cast, earning, 5, known=0)
    with pytest.raises(Conflict, match="adjusted meanwhile"):
        adjust(cast, earning, 5, known=0)
    Earning.objects.filter(pk=earning.pk).update(state=EarningState.REJECTED)
    with pytest.raises(Conflict, match="not paid"):
        adjust(cast, earning, 5)
    assert earning.adjustments.count() == 1


@pytest.mark.parametrize("name", ["ana", "rita", "lena", None])
def test_only_operators_adjust(cast, earning, name):
    with pytest.raises(PermissionDenied):
        adjust(cast, earning, 5, by=cast.actor(name) if name else CLOCK)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claims_adjustment SET amount = 1",
        "UPDATE claims_adjustment SET text = ''",
        "DELETE FROM claims_adjustment",
    ],
)
def test_adjustment_once_made_stays(cast, earning, statement):
    """R-270."""
    adjust(cast, earning, -5)
    with (
        pytest.raises(IntegrityError, match="kept as it was made"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_partner_is_told_once_for_each(cast, earning):
    for amount in (-5, 7):
        adjust(cast, earning, amount)
    told = Message.objects.filter(kind="N42").order_by("id")
    assert [message.to_email for message in told] == [earning.claim.partner_email] * 2
    assert {message.partner_id for message in told} == {earning.partner_id}


# --- pages -----------------------------------------------------------------------------------------------------------


def typed(**fields) -> dict:
    return {"amount": "-250.00", "reason": "policy_exception", "text": "One day less.", "known": 0} | fields


def test_operator_adjusts_and_everything_from_claim_to_list_says_so(client, cast, earning):
    number = earning.claim.number
    client.force_login(cast.olga)
    assert client.post(f"{URL}{number}/adjust/", typed()).status_code == 302
    client.force_login(cast.ana)
    claim = client.get(f"/incentives/claims/{number}/").content.decode()
    assert f'<a href="{URL}{number}/#adjustments">-250.00 USD</a>' in claim
    page = client.get(f"{URL}{number}/")
    assert 'id="adjustments"' in page.content.decode()
    assert "-250.00 USD Policy Exception Olga Novak" in text(page)
    assert "One day less." in text(page)
    assert "Earned with all adjustments 1,750.00 USD" in text(page)
    rows = client.get(URL)
    assert f"Adjustment {number} Policy Exception One day less. -250.00 USD" in text(rows)
    assert "Unprocessed (1) 2,000.00 USD Adjustments (1) -250.00 USD" in text(rows)
    assert 'data-announce="1 earning"' in rows.content.decode()
    stream = exports.stream(cast.actor("ana"), Wanted(), "csv", database_now(), tally=Tally(), seconds=10)
    (row,) = read_csv(b"".join(stream))
    assert (row["earningAmountUSD"], row["adjustmentAmountUSD"]) == ("2000.00", "-250.00")


def test_filter_finds_what_was_adjusted(client, cast, redmond):
    """R-253: Adjustment, yes and no."""
    first, second = (claim_in(S.APPROVED, location=redmond) for _ in range(2))
    adjust(cast, first.earning, 5)
    client.force_login(cast.ana)
    found = {
        wanted: set(numbers(client.get(URL, {"adjusted": wanted.split()}))) for wanted in ("yes", "no", "yes no", "")
    }
    both = {first.number, second.number}
    assert found == {"yes": {first.number}, "no": {second.number}, "yes no": both, "": both}
    assert "Adjustments (1)" not in text(client.get(URL, {"adjusted": "no"}))


@pytest.mark.parametrize(
    ("fields", "wrong", "status"),
    [
        ({"amount": "-2000.01"}, "amount", 422),
        ({"amount": "x"}, "amount", 422),
        ({"amount": "0"}, "amount", 422),
        ({"reason": "because"}, "reason", 422),
        ({"text": " "}, "text", 422),
        ({"known": 1}, None, 409),
    ],
    ids=str,
)
def test_refusal_keeps_what_was_typed(client, cast, earning, fields, wrong, status):
    client.force_login(cast.olga)
    answer = client.post(f"{URL}{earning.claim.number}/adjust/", typed(**fields))
    assert answer.status_code == status
    form = answer.context["adjust_form"]
    assert (list(form.errors), form["amount"].value()) == ([wrong] if wrong else [], fields.get("amount", "-250.00"))
    assert not Adjustment.objects.exists()


def test_form_sent_twice_adjusts_once(client, cast, earning):
    client.force_login(cast.olga)
    url = f"{URL}{earning.claim.number}/adjust/"
    (known,) = re.findall(r'name="known" value="(\d+)"', client.get(f"{URL}{earning.claim.number}/").content.decode())
    assert [client.post(url, typed(known=known)).status_code for _ in range(2)] == [302, 409]
    assert Adjustment.objects.count() == 1


@pytest.mark.parametrize("name", ["ana", "ben", "rita", "lena"])
def test_nobody_else_has_the_form(client, cast, earning, name):
    client.force_login(getattr(cast, name))
    assert client.post(f"{URL}{earning.claim.number}/adjust/", typed()).status_code == 403
    assert 'name="known"' not in client.get(f"{URL}{earning.claim.number}/").content.decode()
