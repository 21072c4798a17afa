"""What is left in the pots of money that claims are paid from (R-255). ``intake`` reserves, pages show the balance.

Nothing is counted up and down: what is taken is always the sum over the claims themselves, so a claim that ends in
whatever way gives its money back at that moment. A pot is locked while somebody takes out of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import BigIntegerField, Case, DecimalField, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from claims.models import CapUse, Claim, EarningState
from claims.statuses import OPEN, Status
from customers.reasons import Reason
from engagements.caps import caps_on, members_on
from engagements.models import Cap, Engagement, Rate
from mci_portal.accounts.models import Partner
from mci_portal.common.id_set import id_set
from mci_portal.common.languages import said
from mci_portal.common.templatetags.ui import money

NOTHING = Decimal(0)
SHARED = (Cap.Scope.GLOBAL, Cap.Scope.REGION)
GIVEN_BACK = (EarningState.REJECTED, EarningState.REVERSED)


@dataclass(frozen=True)
class Balance:
    """One pot as one partner, or one of his customers, may draw on it."""

    cap: Cap
    earned: Decimal = NOTHING
    reserved: Decimal = NOTHING
    known: bool = True  # False where everybody has his own and nobody in particular asks

    @property
    def left(self) -> Decimal:
        return max(self.cap.amount - self.earned - self.reserved, NOTHING)


@dataclass(frozen=True)
class Room:
    """The pots of some engagements and what is taken out of them, read at once."""

    caps: dict[int, list[Cap]]  # by engagement id
    balances: dict[tuple[int, int | None], Balance]  # by cap id, and customer id where each has his own

    def reason(self, engagement: Engagement, country: str, customer_id: int, amount: Decimal) -> Reason | None:
        """LIMCAP when a claim of ``amount`` at a location in ``country`` no longer fits one of the pots."""
        for cap in self.caps.get(engagement.pk, ()):
            balance = self.balance(cap, customer_id)
            if concerns(cap, country) and amount > balance.left:
                left = _("“{cap}”: {amount} are left.").format(
                    cap=said(cap.name), amount=money(balance.left, cap.currency)
                )
                return Reason("LIMCAP", left)
        return None

    def balance(self, cap: Cap, customer_id: int | None) -> Balance:
        key = cap.pk, customer_id if cap.scope == Cap.Scope.CUSTOMER else None
        return self.balances.get(key) or Balance(cap)


def concerns(cap: Cap, country: str) -> bool:
    """True when claims of a location in ``country`` (ISO code) are paid from this pot."""
    return cap.scope != Cap.Scope.REGION or country in cap.countries


def proposed_amount(rate: Rate, hours: int | None, engagement: Engagement) -> Decimal:
    """What the rate pays; before the hours are known, those of the shortest run that is offered."""
    if not rate.per_hour:
        return rate.amount or NOTHING
    return (rate.amount or NOTHING) * (hours or min(engagement.hour_options, default=1))


def room(
    engagements: Collection[Engagement], partner: Partner | None, customer_ids: Iterable[int], now: datetime
) -> Room:
    """The pots that are open today. One query where there are none, else two, however many customers."""
    caps: dict[int, list[Cap]] = defaultdict(list)
    for member in members_on(engagements, now.date()):
        caps[member.engagement_id].append(member.cap)
    if not caps:
        return Room({}, {})
    by_id = {cap.pk: cap for pots in caps.values() for cap in pots}
    mine = (
        Q(cap__scope__in=SHARED)
        | Q(cap__scope=Cap.Scope.PARTNER, partner=partner)
        | Q(cap__scope=Cap.Scope.CUSTOMER, claim__customer__in=id_set(customer_ids))
    )
    taken = _sums(CapUse.objects.filter(mine, cap__in=by_id), now)
    found = {(cap_id, whose): Balance(by_id[cap_id], *amounts) for cap_id, whose, *amounts in taken}
    return Room(dict(caps), found)


def _sums(uses: QuerySet[CapUse], now: datetime) -> QuerySet:
    """Cap, customer (None where they share it), earned, reserved.

    A claim whose time is over has given its money back, swept or not (R-271); so has an earning that is not paid, or
    whose payment was taken back.
    """
    fixed = Coalesce(F("claim__amount"), F("amount"), output_field=DecimalField(max_digits=14, decimal_places=2))
    approved = Q(claim__status=Status.APPROVED) & ~Q(claim__earning__state__in=GIVEN_BACK)
    running = Q(claim__status__in=OPEN) & (Q(claim__due_at=None) | Q(claim__due_at__gt=now))
    own = Case(When(cap__scope=Cap.Scope.CUSTOMER, then="claim__customer_id"), output_field=BigIntegerField())
    return (
        uses.filter(approved | running)
        .values_list("cap_id", own)
        .annotate(
            earned=Coalesce(Sum(fixed, filter=approved), NOTHING, output_field=DecimalField()),
            reserved=Coalesce(Sum(fixed, filter=running), NOTHING, output_field=DecimalField()),
        )
    )


def balances(engagement: Engagement, partner: Partner | None, now: datetime) -> list[Balance]:
    """The engagement's pots for its Summary page: cap, earned, reserved, left. Two queries at most."""
    found = room([engagement], partner, (), now)
    mine = SHARED if partner is None else (*SHARED, Cap.Scope.PARTNER)
    return [
        found.balance(cap, None) if cap.scope in mine else Balance(cap, known=False)
        for cap in found.caps.get(engagement.pk, ())
    ]


def lock(engagements: Collection[Engagement], now: datetime) -> None:
    """Hold the engagements' pots until the transaction ends: whoever asks for ``room`` next sees what was taken."""
    list(caps_on(engagements, now.date()).select_for_update(no_key=True))


def reserve(claim: Claim, amount: Decimal, now: datetime) -> None:
    """Put ``amount`` aside for a new claim. The caller holds the ``lock`` and has found ``room`` for it."""
    CapUse.objects.bulk_create(
        CapUse(cap=cap, claim=claim, partner_id=claim.partner_id, amount=amount, reserved_at=now)
        for cap in caps_on([claim.engagement], now.date())
        if concerns(cap, claim.location.country)
    )


def outgrown(claim: Claim, amount: Decimal, now: datetime) -> bool:
    """True when the rate rose since the customer was added and a pot cannot bear the difference (R-047, R-255).

    Holds the pots until the transaction ends, so that whoever asks may fix ``amount`` on the claim.
    """
    uses = CapUse.objects.filter(claim=claim, amount__lt=amount)
    return _overdrawn(claim, {use.cap_id: amount - use.amount for use in uses}, now)


def cannot_return(claim: Claim, now: datetime) -> bool:
    """True when the earning of ``claim`` had given its money back and a pot cannot bear it once more (R-255).

    Holds the pots until the transaction ends, so that whoever asks may pay it again.
    """
    return _overdrawn(claim, {use.cap_id: claim.amount for use in CapUse.objects.filter(claim=claim)}, now)


def _overdrawn(claim: Claim, more: dict[int, Decimal], now: datetime) -> bool:
    """Whether one of the pots (ids) would hold too little for what ``claim`` takes out of it in addition."""
    if not more:
        return False
    for cap in list(Cap.objects.filter(pk__in=more).order_by("pk").select_for_update(no_key=True)):
        drawn = CapUse.objects.filter(cap=cap)
        if cap.scope == Cap.Scope.PARTNER:
            drawn = drawn.filter(partner_id=claim.partner_id)
        elif cap.scope == Cap.Scope.CUSTOMER:
            drawn = drawn.filter(claim__customer_id=claim.customer_id)
        taken = sum((earned + reserved for _cap, _customer, earned, reserved in _sums(drawn, now)), NOTHING)
        if taken + more[cap.pk] > cap.amount:
            return True
    return False
