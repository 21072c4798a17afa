"""Claims that walked their ways in the last months, at three places of two companies; and numbers read off a page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from django.db.models import QuerySet

from claims import payments
from claims.models import Claim, Earning, EarningState
from claims.queries import claims_list, slices
from claims.statuses import Status as S
from mci_portal.accounts.actors import Actor
from tests.cast import Cast
from tests.factories import EngagementFactory, claim_in

DAY = timedelta(days=1)
SHAPES: tuple[tuple[S, dict, float], ...] = (
    (S.CUSTOMER_CLAIMED, {}, 3),
    (S.AWAITING_CONSENT, {}, 12),
    (S.CONSENT_RECEIVED, {}, 30),
    (S.CONSENT_DECLINED, {}, 5),
    (S.CONSENT_EXPIRED, {}, 9),
    (S.CANCELED, {}, 16),
    (S.CONSENT_REJECTED, {}, 23),
    (S.NOT_SUBMITTED_EXPIRED, {}, 2),
    (S.SUBMITTED, {}, 1),
    (S.SUBMITTED, {}, 20),
    (S.UNDER_REVIEW, {"round": 2}, 6),
    (S.ACTION_REQUIRED, {}, 8),
    (S.REJECTED, {}, 10),
    (S.DISPUTED, {}, 4),
    (S.APPROVED, {}, 65),
    (S.APPROVED, {}, 33),
    (S.APPROVED, {"round": 2}, 13),
    (S.REJECTED_FINAL, {}, 27),
    (S.DRAFT, {"kind": "cpor"}, 15),
    (S.APPROVED, {"kind": "cpor"}, 18),
    (S.REJECTED_FINAL, {"kind": "cpor", "round": 1}, 11),
)


@dataclass
class World:
    cast: Cast
    now: datetime
    claims: list[Claim]


def build(cast: Cast, now: datetime) -> World:
    """Every shape at Redmond, some of them at Toronto and at Fabrikam; one payment sent, one that came back."""
    workshop = EngagementFactory(name="Teams Workshop", slug="teams", withdrawal=True)
    made = []
    for number, (status, how, ago) in enumerate(SHAPES):
        engagement = {} if how.get("kind") or number % 2 else {"engagement": workshop}
        made.append(claim_in(status, location=cast.redmond, now=now - ago * DAY, **how, **engagement))
    for place in (cast.toronto, cast.amsterdam):
        for status, ago in ((S.AWAITING_CONSENT, 7), (S.SUBMITTED, 4), (S.APPROVED, 40)):
            made.append(claim_in(status, location=place, now=now - ago * DAY))
    paid = Earning.objects.filter(claim__location=cast.redmond).order_by("created_at")
    pay(paid[0], cast.actor("olga"), now - 20 * DAY)
    failed = pay(paid[1], cast.actor("olga"), now - 10 * DAY)
    payments.advance(failed, EarningState.FAILED, cast.actor("olga"), now - 8 * DAY)
    return World(cast, now, made)


def pay(earning: Earning, by: Actor, now: datetime) -> Earning:
    for state in (EarningState.UPCOMING, EarningState.IN_PROGRESS, EarningState.SENT):
        earning = payments.advance(earning, state, by, now, payment_id=f"PAY-{earning.pk}")
    return earning


def listed(by: Actor, url: str, now: datetime) -> QuerySet[Claim]:
    """What the Customer claims list shows at this address."""
    given = parse_qs(urlsplit(url).query, strict_parsing=True)
    assert set(given) <= {"area", "status", "engagement", "location", *slices.PARAMETERS}
    cut = slices.read({name: values[0] for name, values in given.items()})
    wanted = claims_list.Wanted(
        given.get("area", [""])[0], "", *(given.get(name, []) for name in ("status", "engagement", "location")), **cut
    )
    return claims_list.selected(by, wanted, now)
