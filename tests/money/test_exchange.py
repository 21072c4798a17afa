"""What an earning comes to where the partner is: the month's rate, frozen with the payment (R-250)."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from claims import adjustments, exchange, payments
from claims.models import Earning, EarningState, ExchangeRate
from claims.statuses import Status as S
from mci_portal.common.clock import database_now
from tests.factories import claim_in
from tests.money.test_earnings_page import URL, text

pytestmark = pytest.mark.django_db
JUNE, JULY = datetime(2026, 6, 30, 23, 59, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
RATES = "/operator/exchange-rates/"


@pytest.fixture
def earning(cast) -> Earning:
    """2,000.00 USD, of a location in the Netherlands."""
    return claim_in(S.APPROVED, location=cast.amsterdam).earning


def rate(cast, value, month=date(2026, 6, 1), currency="EUR") -> ExchangeRate:
    return exchange.set_rate(currency, month, Decimal(value), cast.actor("olga"), JUNE)


def shown(earning, now) -> tuple | None:
    found = exchange.local(Earning.objects.select_related("claim__location").get(pk=earning.pk), now)
    return found and (found.amount, found.rate.currency, found.final)


def sent(cast, earning, now) -> None:
    for state in (EarningState.UPCOMING, EarningState.IN_PROGRESS, EarningState.SENT):
        payments.advance(earning, state, cast.actor("olga"), now, "PAY-1")


def test_rate_of_the_month_counts_and_the_newest_of_it(cast, earning):
    assert shown(earning, JUNE) is None
    rate(cast, "0.9")
    rate(cast, "0.912345")
    rate(cast, "7", currency="SEK")
    assert shown(earning, JUNE) == (Decimal("1824.69"), "EUR", False)
    assert shown(earning, JULY) is None


def test_dollars_need_no_rate(cast, redmond):
    rate(cast, "0.9")
    assert shown(claim_in(S.APPROVED, location=redmond).earning, JUNE) is None


def test_payment_that_is_sent_keeps_its_figure(cast, earning):
    rate(cast, "0.9")
    adjustments.adjust(earning, Decimal(-500), "ops_adjustment", "Less.", cast.actor("olga"), JUNE)
    sent(cast, earning, JUNE)
    rate(cast, "0.8")
    rate(cast, "0.7", date(2026, 7, 1))
    assert shown(earning, JULY) == (Decimal("1350.00"), "EUR", True)
    for state in (EarningState.FAILED, EarningState.REPROCESSING):
        payments.advance(earning, state, cast.actor("olga"), JULY)
    assert shown(earning, JULY) == (Decimal("1050.00"), "EUR", False)
    payments.advance(earning, EarningState.SENT, cast.actor("olga"), JULY)
    assert shown(earning, JULY) == (Decimal("1050.00"), "EUR", True)


def test_payment_sent_in_a_month_without_rate_stays_in_dollars(cast, earning):
    sent(cast, earning, JUNE)
    rate(cast, "0.9")
    assert shown(earning, JUNE) is None


def test_yen_have_no_decimals(cast, earning):
    earning.claim.location.country = "JP"
    earning.claim.location.save()
    rate(cast, "151.23456", currency="JPY")
    assert shown(earning, JUNE) == (Decimal(302469), "JPY", False)


def test_round_rate_reads_as_it_was_typed(cast):
    for typed, read in (("150", "150"), ("10.50", "10.5"), ("0.912345", "0.912345")):
        assert str(exchange.plain(ExchangeRate.objects.get(pk=rate(cast, typed).pk))) == read


@pytest.mark.parametrize("table", ["exchangerate", "conversion"])
@pytest.mark.parametrize(
    "statement", ["UPDATE claims_{} SET at = now()", "DELETE FROM claims_{}"], ids=["set", "delete"]
)
def test_rates_and_figures_once_written_stay(cast, earning, table, statement):
    """R-270."""
    rate(cast, "0.9")
    sent(cast, earning, JUNE)
    with pytest.raises(IntegrityError, match="is kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize("name", ["ana", "rita", "lena"])
def test_only_operators_set_rates(client, cast, name):
    with pytest.raises(PermissionDenied):
        exchange.set_rate("EUR", date(2026, 6, 1), Decimal(1), cast.actor(name), JUNE)
    client.force_login(getattr(cast, name))
    assert client.get(RATES).status_code == client.post(RATES).status_code == 403


def test_operator_sets_a_rate_and_the_partner_reads_the_figure(client, cast, earning):
    client.force_login(cast.olga)
    month = f"{database_now():%Y-%m}"
    for value in ("0.9", "0.95"):
        assert client.post(RATES, {"currency": "EUR", "month": month, "rate": value}).status_code == 302
    page = text(client.get(RATES))
    assert "EUR 0.95 Olga Novak" in page
    assert "EUR 0.9 replaced Olga Novak" in page
    client.force_login(cast.omar)
    own = text(client.get(f"{URL}{earning.claim.number}/"))
    assert "2,000.00 USD" in own
    assert "for information 1,900.00 EUR Exchange rate of" in own


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"rate": "0"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "1.1234567"}, "rate"),
        ({"currency": "USD"}, "currency"),
        ({"month": "2026-13"}, "month"),
        ({"month": "June"}, "month"),
    ],
    ids=str,
)
def test_refusal_keeps_what_was_typed(client, cast, fields, wrong):
    client.force_login(cast.olga)
    answer = client.post(RATES, {"currency": "EUR", "month": "2026-06", "rate": "0.9"} | fields)
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, [wrong])
    assert form[wrong].value() == fields[wrong]
    assert not ExchangeRate.objects.exists()
