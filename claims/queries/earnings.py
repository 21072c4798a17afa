"""Earnings: who sees which, one page of rows ready to print, and the sums by currency and state (R-250 to R-253)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from claims.earning_states import meaning_of
from claims.models import Adjustment, AdjustmentReason, Claim, Earning, EarningState
from claims.queries.search import matching
from eligibility.models import PayeeStatus
from engagements.models import Market
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common import paging
from mci_portal.common.templatetags.ui import money

SORTS: dict[str, Sequence[str]] = {
    "claim": ("claim__number",),
    "engagement": ("engagement_label", "id"),
    "location": ("location_label", "id"),
    "amount": ("amount", "id"),
    "month": ("estimated_payment_on", "id"),
    "earned": ("created_at", "id"),
}
PERIODS = {"3M": 3, "6M": 6, "12M": 12, "36M": 36, "all": 0}
DEFAULT_PERIOD = "12M"
CUSTOM = "custom"  # the two days of the reader's own


@dataclass(frozen=True)
class Type:
    label: object
    condition: Q


TYPES = {
    "fixed": Type(gettext_lazy("Fixed amount"), Q(true_up=False, claim__hours=None)),
    "true_up": Type(gettext_lazy("Base and true-up"), Q(true_up=True)),
    "hours": Type(gettext_lazy("By the hour"), Q(true_up=False, claim__hours__isnull=False)),
}


# The lever of Microsoft's transaction view is the rule by which an engagement pays: its rate card, market by market.
LEVERS = {market.value: gettext_lazy("Rate of market {market}") for market in Market}


@dataclass(frozen=True)
class Wanted:
    """What the reader narrowed the list to; empty = everything."""

    period: str = DEFAULT_PERIOD
    q: str = ""
    states: Sequence[str] = ()
    types: Sequence[str] = ()  # keys of TYPES
    levers: Sequence[str] = ()  # keys of LEVERS
    months: Sequence[str] = ()  # of the estimated payment, "2026-12"
    adjusted: Sequence[str] = ()  # "yes", "no"
    engagements: Sequence[str] = ()  # slugs
    locations: Sequence[str] = ()  # ids
    payment: str = ""  # what its payment ID begins with
    enrollment: str = ""  # what the ID of its location begins with: a location is enrolled under its own ID
    since: date | None = None  # of CUSTOM: the first and the last day, in the reader's time zone
    until: date | None = None


def visible(by: Actor) -> QuerySet[Earning]:
    """The earnings of the actor's own partner and locations; all of them for operators, finance viewers and
    auditors (R-007, R-009, R-012).

    Reviewers decide claims and see no payouts: PermissionDenied.
    """
    if by.kind is Kind.REVIEWER:
        raise PermissionDenied(_("Earnings are shown to partners and program operators."))
    if by.is_microsoft:
        return Earning.objects.all()
    if by.partner is None or not by.works_on_incentives:
        return Earning.objects.none()
    mine = Earning.objects.filter(partner=by.partner)
    return mine if by.location_ids is None else mine.filter(claim__location__in=by.location_ids)


def above(by: Actor) -> list[tuple[str, str]]:
    """The crumbs above the earnings: those pages that the reader can open."""
    incentives = [(_("Incentives"), reverse("engagements:list"))] if by.reads_claims else []
    return [(_("Home"), reverse("accounts:home")), *incentives]


def get(by: Actor, number: int) -> Earning:
    """The earning of a claim with all that its page names. Http404 where there is none, or none that he may see."""
    found = visible(by).filter(claim__number=number)
    earning = found.select_related("claim__customer", "claim__engagement", "claim__location", "claim__partner").first()
    if earning is None:
        raise Http404
    return earning


def engagements(by: Actor) -> list[tuple[str, str]]:
    """The values of the engagement filter: those he earned on."""
    pairs = visible(by).order_by("claim__engagement__name").distinct()
    return list(pairs.values_list("claim__engagement__slug", "claim__engagement__name"))


def months(by: Actor) -> list[tuple[str, str]]:
    """The values of the filter by estimated payment month, the latest first."""
    found = visible(by).annotate(on=TruncMonth("estimated_payment_on")).order_by("-on").distinct()
    return [(f"{on:%Y-%m}", month(on)) for on in found.values_list("on", flat=True)]


def locations(by: Actor) -> list[tuple[str, str]]:
    """The values of the location filter; none for Microsoft's people, who see tens of thousands."""
    return [(str(pk), f"{name} ({code})") for pk, name, code in by.locations().values_list("pk", "name", "code")]


def selected(by: Actor, wanted: Wanted, now: datetime) -> QuerySet[Earning]:
    """The earnings the reader asked for, in no order. ``q`` is a payment ID, a claim number or words of the claim."""
    found = visible(by)
    if wanted.period == CUSTOM:
        found = found.filter(created_at__gte=_midnight(wanted.since), created_at__lt=_midnight(wanted.until, 1))
    elif months := PERIODS[wanted.period]:
        found = found.filter(created_at__gte=since(now, months))
    if wanted.payment:
        found = found.filter(payment_id__istartswith=wanted.payment)
    if wanted.enrollment:
        found = found.filter(claim__location__code__istartswith=wanted.enrollment)
    if wanted.levers:
        found = found.filter(market__in=wanted.levers)
    if wanted.types:
        found = found.filter(reduce(or_, (TYPES[code].condition for code in wanted.types)))
    if wanted.months:
        firsts = [date.fromisoformat(f"{code}-01") for code in wanted.months]
        found = found.annotate(month=TruncMonth("estimated_payment_on")).filter(month__in=firsts)
    if len(set(wanted.adjusted)) == 1:
        has_one = Exists(Adjustment.objects.filter(earning=OuterRef("pk")))
        found = found.filter(has_one if "yes" in wanted.adjusted else ~has_one)
    if wanted.states:
        found = found.filter(state__in=wanted.states)
    if wanted.engagements:
        found = found.filter(claim__engagement__slug__in=wanted.engagements)
    if wanted.locations:
        found = found.filter(claim__location_id__in=wanted.locations)
    if wanted.q:
        claims = matching(Claim.objects.filter(by.location_filter()), wanted.q).values("pk")
        found = found.filter(Q(payment_id=wanted.q) | Q(claim__in=claims))
    return found


def _midnight(day: date | None, later: int = 0) -> datetime:
    return make_aware(datetime.combine((day or date.min) + timedelta(days=later), time.min))


def since(now: datetime, months: int) -> datetime:
    """The first moment of the month that lies ``months`` before this one: a range holds whole months."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Total:
    """Of the earnings in one state, or with ``of_adjustments`` of what was adjusted on any of them."""

    currency: str
    label: str
    count: int
    amount: Decimal
    of_adjustments: bool = False


def totals(by: Actor, wanted: Wanted, now: datetime) -> list[Total]:
    """The sums of what is selected, by currency and state, in the order of the states. Two queries.

    After the states of a currency stands what was adjusted on its earnings (R-254).
    """
    chosen = selected(by, wanted, now).order_by()
    groups = chosen.values_list("currency", "state")
    found = groups.annotate(count=Count("pk"), amount=Sum("amount"))
    order = EarningState.values
    sums = [
        Total(currency, str(EarningState(state).label), count, amount)
        for currency, state, count, amount in sorted(found, key=lambda row: (row[0], order.index(row[1])))
    ]
    adjusted = Adjustment.objects.filter(earning__in=chosen.values("pk")).order_by().values_list("earning__currency")
    for currency, count, amount in adjusted.annotate(count=Count("pk"), amount=Sum("amount")):
        sums.append(Total(currency, _("Adjustments"), count, amount, of_adjustments=True))
    return sorted(sums, key=lambda one: one.currency)


def page(by: Actor, wanted: Wanted, order: Sequence[str], cursor: str, size: int, now: datetime) -> paging.Page:
    """One page of rows, ``order`` being one of ``SORTS`` or the same turned round. Two queries."""
    rows = selected(by, wanted, now).values(
        "id", "amount", "currency", "state", "estimated_payment_on", "payment_id", "created_at", "claim__number",
        "true_up", "claim__hours", "counts_from_on", customer_label=F("claim__customer__name"),
        engagement_label=F("claim__engagement__name"), location_label=F("claim__location__name"),
        partner_label=F("partner__name"), bank=F("claim__location__payee__bank_status"),
        tax=F("claim__location__payee__tax_status"),
    )  # fmt: skip
    found = paging.page(rows, order, cursor, size)
    adjusted: dict[int, list[dict]] = defaultdict(list)
    for one in Adjustment.objects.filter(earning__in=[row["id"] for row in found.rows]):
        adjusted[one.earning_id].append(_adjustment(one))
    found.rows[:] = [_row(row) | {"adjustments": _with_money(adjusted[row["id"]], row)} for row in found.rows]
    return found


def _adjustment(one: Adjustment) -> dict:
    return {"sum": one.amount, "reason": AdjustmentReason(one.reason).label, "text": one.text, "at": one.at}


def _with_money(found: list[dict], row: dict) -> list[dict]:
    return [one | {"amount": money(one["sum"], row["currency"])} for one in found]


def _row(row: dict) -> dict:
    payable = row["bank"] == row["tax"] == PayeeStatus.APPROVED
    meaning, number = meaning_of(row["state"], payable), row["claim__number"]
    return {
        "number": str(number),
        "claim_url": reverse("claims:detail", args=[number]),
        "url": reverse("earnings:detail", args=[number]),
        "customer": row["customer_label"],
        "engagement": row["engagement_label"],
        "location": row["location_label"],
        "partner": row["partner_label"],
        "amount": money(row["amount"], row["currency"]),
        "notes": _short_notes(row),
        "state": str(EarningState(row["state"]).label),
        "tone": meaning.tone,
        "icon": meaning.icon,
        "todo": str(meaning.todo),
        "month": month(row["estimated_payment_on"]),
        "payment_id": row["payment_id"],
        "payment_url": payment_url(row["payment_id"]),
    }


def type_of(true_up: bool, hours: int | None) -> str:
    """Which of TYPES an earning is."""
    return "true_up" if true_up else "fixed" if hours is None else "hours"


def _short_notes(row: dict) -> list[str]:
    kind = type_of(row["true_up"], row["claim__hours"])
    found = [str(TYPES[kind].label)] if kind != "fixed" else []
    if row["counts_from_on"]:
        found.append(_("Counts from {month}").format(month=month(row["counts_from_on"])))
    return found


def payment_url(payment_id: str) -> str:
    """The list of everything that was paid by one payment, whenever it was earned (R-252)."""
    return reverse("earnings:list", query={"period": "all", "q": payment_id}) if payment_id else ""


def month(on) -> str:
    return date_format(on, pgettext("month format", "F Y"))


def notes(true_up: bool, counts_from_on) -> list[str]:
    """What is particular about an earning: R-047's two payments, R-056's later start."""
    found = []
    if true_up:
        found.append(_("Paid as a base amount, with the true-up to the full rate in the next payment cycle."))
    if counts_from_on:
        found.append(
            _("The location's eligibility was complete only in {month}, after the consent.").format(
                month=month(counts_from_on)
            )
        )
    return found
