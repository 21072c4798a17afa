"""Slices of the claims that no filter panel offers: "consented in this week", "stood there on that day".

One parameter group of the Customer claims list, so that a number elsewhere can link to exactly the claims it counts.
``moment`` names what happened, ``of`` which kind of it, ``since`` and ``until`` when: ISO instants, the end excluded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.lookups import In
from django.utils.translation import gettext as _

from claims.models import ClaimEvent, Earning, EarningEvent, EarningState, Kind
from claims.statuses import EXPIRED, WITH_MICROSOFT
from claims.statuses import Status as S
from engagements.models import Market
from engagements.rates import in_market
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.actors import Kind as Who

PARAMETERS = ("moment", "of", "since", "until", "market")

# Every status stands in exactly one group (a test holds it); the first five are those of open claims.
GROUPS: dict[str, frozenset[S]] = {
    "consent": frozenset({S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT}),
    "evidence": frozenset({S.DRAFT, S.CONSENT_RECEIVED}),
    "review": frozenset(WITH_MICROSOFT),
    "action": frozenset({S.ACTION_REQUIRED}),
    "dispute": frozenset({S.REJECTED, S.DISPUTED}),
    "approved": frozenset({S.APPROVED}),
    "declined": frozenset({S.CONSENT_DECLINED, S.CONSENT_REJECTED}),
    "expired": frozenset(EXPIRED),
    "canceled": frozenset({S.CANCELED}),
    "refused": frozenset({S.REJECTED_FINAL}),
}
# Whose clock runs: the statuses of ``deadlines.LIVE_COLUMN``, and the reviewers' own target.
CLOCKS: dict[str, frozenset[S]] = {
    "consent": GROUPS["consent"],
    "submit": frozenset({S.CONSENT_RECEIVED}),
    "action": GROUPS["action"],
    "dispute": GROUPS["dispute"],
    "review": GROUPS["review"],
}
STEPS = ("added", "consented", "submitted", "approved", "paid")
DECISIONS = (S.APPROVED, S.REJECTED, S.REJECTED_FINAL)
UNPAID = tuple(
    state for state in EarningState if state not in (EarningState.SENT, EarningState.REVERSED, EarningState.REJECTED)
)
PAYOUTS = frozenset({"earned", "payable", "paid"})  # moments that reviewers may not ask for

# How far a claim has come on its way to the money (build intent only), each step without those that went further.
FURTHEST: dict[str, Q] = {
    "added": Q(consented_at=None),
    "consented": Q(consented_at__isnull=False, first_submitted_at=None),
    "submitted": Q(first_submitted_at__isnull=False) & ~Q(status=S.APPROVED),
    "approved": Q(status=S.APPROVED) & ~Q(earning__state=EarningState.SENT),
    "paid": Q(status=S.APPROVED, earning__state=EarningState.SENT),
}
# The decision belongs to the dispute once there was one; until when the review of that round should have ended.
IN_DISPUTE = Q(claim__disputed_at__isnull=False, at__gte=F("claim__disputed_at"))
REVIEW_END = Case(When(IN_DISPUTE, then="claim__dispute_review_due_at"), default="claim__review_due_at")
IS_LATE = Q(at__gte=REVIEW_END)
IS_DECISION = Q(from_status__in=sorted(WITH_MICROSOFT), to_status__in=DECISIONS)
IS_REQUEST = Q(from_status=S.UNDER_REVIEW, to_status=S.ACTION_REQUIRED)
IS_INCOMING = Q(action="submit", to_status=S.SUBMITTED)
OUTCOMES: dict[str, Q] = {
    "": IS_DECISION,
    "first": IS_DECISION & ~IN_DISPUTE,
    "second": IS_DECISION & IN_DISPUTE,
    "approved": IS_DECISION & Q(to_status=S.APPROVED),
    "rejected": IS_DECISION & Q(to_status=S.REJECTED),
    "refused": IS_DECISION & Q(to_status=S.REJECTED_FINAL),
    "requested": IS_REQUEST,
    "in_time": IS_DECISION & ~IS_LATE,
    "late": IS_DECISION & IS_LATE,
}


@dataclass(frozen=True)
class Slice:
    moment: str = ""
    of: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def within(self, column: str) -> Q:
        """``column`` lies in the slice's time."""
        after = Q(**{f"{column}__gte": self.since}) if self.since else Q()
        return after & (Q(**{f"{column}__lt": self.until}) if self.until else Q())


def _events(condition: Q, cut: Slice) -> Q:
    return Q(Exists(ClaimEvent.objects.filter(condition, cut.within("at"), claim=OuterRef("pk"))))


def _stood(cut: Slice) -> Q:
    """The claim's newest line of history before ``until`` had led to a status of the group."""
    if cut.until is None:
        return Q(status__in=sorted(GROUPS[cut.of]))
    before = ClaimEvent.objects.filter(claim=OuterRef("pk"), at__lt=cut.until).order_by("-seq")
    then = Q(In(Subquery(before.values("to_status")[:1]), sorted(GROUPS[cut.of])))
    # What closed before stands where it stood; only the others are worth a look into their history.
    settled = Q(closed_at__lt=cut.until)
    return Q(created_at__lt=cut.until) & (
        settled & Q(status__in=sorted(GROUPS[cut.of])) | (Q(closed_at__gte=cut.until) | Q(closed_at=None)) & then
    )


def _reached(cut: Slice) -> Q:
    condition = {
        "added": Q(),
        "consented": Q(consented_at__isnull=False),
        "submitted": Q(first_submitted_at__isnull=False),
        "approved": Q(status=S.APPROVED),
        "paid": Q(earning__state=EarningState.SENT),
    }[cut.of]
    return Q(kind=Kind.BUILD_INTENT) & cut.within("created_at") & condition


def _stopped(cut: Slice) -> Q:
    """Came as far as ``of`` and no further; "approved.failed" with the state of the payment, which begins unprocessed
    also where no payment is written yet."""
    step, _dot, state = cut.of.partition(".")
    paid = Q(earning__state=state) if state else Q()
    if state == EarningState.UNPROCESSED:
        paid |= Q(earning=None)
    return Q(kind=Kind.BUILD_INTENT) & cut.within("created_at") & FURTHEST[step] & paid


def _due(cut: Slice) -> Q:
    """The clock of the kind ``of`` ends in this time; a review's in the order of ``REVIEW_BY``."""
    known = Q(status__in=sorted(CLOCKS[cut.of]))
    if cut.of != "review":
        return known & cut.within("due_at")
    first = Q(dispute_review_due_at=None) & cut.within("review_due_at")
    return known & (cut.within("dispute_review_due_at") & Q(dispute_review_due_at__isnull=False) | first)


def _paid(cut: Slice) -> Q:
    """The payment that counts is the newest that was sent, as long as it did not come back."""
    return Q(earning__in=paid_earnings().filter(cut.within("paid_at"), currency=cut.of))


def paid_earnings():
    """Earnings that are paid, with ``paid_at``: when the payment was sent that did not come back."""
    sent = EarningEvent.objects.filter(earning=OuterRef("pk"), to_state=EarningState.SENT).order_by("-id")
    return Earning.objects.filter(state=EarningState.SENT).annotate(paid_at=Subquery(sent.values("at")[:1]))


def _payable(cut: Slice) -> Q:
    """Still to be paid; the estimate is a day, not a moment."""
    on = Q(earning__state__in=UNPAID, earning__currency=cut.of)
    if cut.since:
        on &= Q(earning__estimated_payment_on__gte=cut.since.date())
    return on & Q(earning__estimated_payment_on__lt=cut.until.date()) if cut.until else on


MOMENTS: Mapping[str, Callable[[Slice], Q]] = {
    "stood": _stood,
    "reached": _reached,
    "stopped": _stopped,
    "consented": lambda cut: cut.within("consented_at"),
    "handed_in": lambda cut: cut.within("first_submitted_at"),
    "decided": lambda cut: _events(OUTCOMES[cut.of], cut),
    "incoming": lambda cut: _events(IS_INCOMING, cut),
    "waiting": lambda cut: Q(status__in=sorted(WITH_MICROSOFT)) & cut.within("submitted_at"),
    "due": _due,
    "earned": lambda cut: Q(earning__currency=cut.of) & cut.within("earning__created_at"),
    "payable": _payable,
    "paid": _paid,
}
KNOWN_OF: Mapping[str, tuple[str, ...]] = {
    "stood": tuple(GROUPS),
    "reached": STEPS,
    "stopped": (*STEPS, *(f"approved.{state}" for state in EarningState.values)),
    "decided": tuple(OUTCOMES),
    "due": tuple(CLOCKS),
}


def condition(by: Actor, cut: Slice, market: str, now: datetime) -> Q:
    """Which claims the slice takes; Q() for an empty one. One query more where a market is given.

    Raises PermissionDenied for a slice by payment asked by a reviewer, who sees no payouts.
    """
    if by.kind is Who.REVIEWER and is_about_payouts(cut):
        raise PermissionDenied(_("Earnings are shown to partners and program operators."))
    found = in_market(market, now.date(), "location__country") if market else Q()
    return found & MOMENTS[cut.moment](cut) if cut.moment else found


def is_about_payouts(cut: Slice) -> bool:
    """True where the answer says which claims were paid."""
    stopped = cut.moment == "stopped" and cut.of.startswith("approved")
    return cut.moment in PAYOUTS or cut.of == "paid" or stopped


def read(values: Mapping[str, str]) -> dict[str, str]:
    """The group as an address gives it, checked: the fields for ``Wanted``. Raises BadRequest for anything unknown."""
    given = {name: values.get(name, "") for name in PARAMETERS}
    cut = parsed(given)
    known = KNOWN_OF.get(cut.moment)
    if (
        cut.moment not in ("", *MOMENTS)
        or (known and cut.of not in known)
        or given["market"] not in ("", *Market.values)
    ):
        raise BadRequest(_("One of the filters has a value that it does not offer."))
    if cut.moment in PAYOUTS and not (len(cut.of) == 3 and cut.of.isascii() and cut.of.isupper()):
        raise BadRequest(_("One of the filters has a value that it does not offer."))
    return given if cut.moment else {"market": given["market"]}


def parsed(given: Mapping[str, str]) -> Slice:
    """The slice that the texts of ``given`` describe; BadRequest where a time is none, or has no zone."""
    return Slice(given["moment"], given["of"], _instant(given["since"]), _instant(given["until"]))


def _instant(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadRequest(_("One of the filters has a value that it does not offer.")) from error
    if moment.tzinfo is None:
        raise BadRequest(_("One of the filters has a value that it does not offer."))
    return moment
