"""What an earning is worth in the currency of its location, by a monthly rate (R-250). For information: it is paid
in the currency of the rate card, and the bank converts.

Operators keep the rates. Until the payment is sent the rate of the present month counts; then the figure is frozen.
Without a rate of that month there is no figure, and the page shows the US dollars alone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from claims.adjustments import total
from claims.models import Adjustment, Conversion, Earning, EarningState, ExchangeRate
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.templatetags.ui import WHOLE_CURRENCIES

BASE = "USD"
EURO = "AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"
# Countries of partners by ISO code -> what they are paid in; one that is not here sees US dollars.
CURRENCY_OF = dict.fromkeys(EURO.split(), "EUR") | {
    "AE": "AED", "AU": "AUD", "BR": "BRL", "CA": "CAD", "CH": "CHF", "CL": "CLP", "CO": "COP", "CZ": "CZK",
    "DK": "DKK", "GB": "GBP", "HK": "HKD", "HU": "HUF", "IL": "ILS", "IN": "INR", "IS": "ISK", "JP": "JPY",
    "KR": "KRW", "LI": "CHF", "MX": "MXN", "MY": "MYR", "NO": "NOK", "NZ": "NZD", "PL": "PLN", "RO": "RON",
    "SA": "SAR", "SE": "SEK", "SG": "SGD", "TH": "THB", "TR": "TRY", "TW": "TWD", "ZA": "ZAR",
}  # fmt: skip
CURRENCIES = sorted(set(CURRENCY_OF.values()))
# The payment has left: nothing is estimated any more.
SETTLED = frozenset({EarningState.SENT, EarningState.REVERSED, EarningState.INCORRECT})


@dataclass(frozen=True)
class Local:
    """``amount`` of ``rate``'s currency; ``final`` once the payment was sent."""

    amount: Decimal
    rate: ExchangeRate
    final: bool


def set_rate(currency: str, month: date, rate: Decimal, by: Actor, now: datetime) -> ExchangeRate:
    """From now on one USD counts as ``rate`` of ``currency`` in the month that begins on ``month``.

    The rates before it stay as the history. What was frozen stays as well. Raises PermissionDenied for anybody but
    an operator, ValidationError for another day than a first, a rate that is not positive, and an unknown currency.
    """
    if by.kind is not Kind.OPERATOR or by.user is None:
        raise PermissionDenied(_("Only program operators set exchange rates."))
    if currency not in CURRENCIES or month.day != 1:
        raise ValidationError(_("There is no rate for this currency and month."))
    if rate <= 0:
        raise ValidationError({"rate": _("Give a rate above zero.")})
    return ExchangeRate.objects.create(
        currency=currency, month=month, rate=rate, actor=by.user, actor_name=by.name, at=now
    )


def rate_on(currency: str, on: date) -> ExchangeRate | None:
    """The rate of the month of ``on`` that was set last. One query."""
    return ExchangeRate.objects.filter(currency=currency, month=on.replace(day=1)).order_by("-id").first()


def in_base(amount: Decimal, currency: str, on: date) -> Decimal | None:
    """``amount`` in US dollars by the rate of the month of ``on``; None without one. One query at most."""
    if currency == BASE:
        return amount
    rate = rate_on(currency, on)
    return amount / rate.rate if rate else None


def local(earning: Earning, now: datetime) -> Local | None:
    """The earning with its adjustments in the currency of its location; None where nothing can be said.

    Load ``earning`` with its claim's location. At most two queries.
    """
    if earning.state in SETTLED:
        kept = Conversion.objects.filter(earning=earning).select_related("rate").order_by("-id").first()
        return Local(kept.amount, kept.rate, True) if kept else None
    return _by_rate_of(earning, now)


def plain(rate: ExchangeRate) -> Decimal:
    """The rate without zeros at its end, as it was typed."""
    short = rate.rate.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def freeze(earning: Earning, now: datetime) -> None:
    """Keep what the payment comes to at the moment it is sent. ``payments`` calls it, in its transaction."""
    found = _by_rate_of(earning, now)
    if found is not None:
        Conversion.objects.create(
            earning=earning, partner_id=earning.partner_id, rate=found.rate, amount=found.amount, at=now
        )


def _by_rate_of(earning: Earning, now: datetime) -> Local | None:
    currency = CURRENCY_OF.get(earning.claim.location.country, BASE)
    if currency == BASE or earning.currency != BASE:
        return None
    rate = rate_on(currency, now.date())
    if rate is None:
        return None
    paid = total(earning.amount, Adjustment.objects.filter(earning=earning))
    return Local(_rounded(paid * rate.rate, currency), rate, False)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1) if currency in WHOLE_CURRENCIES else Decimal("0.01"), ROUND_HALF_UP)
