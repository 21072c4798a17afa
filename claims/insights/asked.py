"""What the reader asked for: whose claims, of which engagement, place, area or market, over how many months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, ClaimEvent
from claims.queries import claims_list
from claims.queries.claims_list import Wanted
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor, Kind

PERIODS = {"6M": 6, "12M": 12}
DEFAULT_PERIOD = "6M"


def engagements(by: Actor) -> list[tuple[str, str]]:
    """The values of the engagement filter: those his claims are on. One query.

    Microsoft's people have claims nearly everywhere and get all; counting would cost more than it tells.
    """
    if by.is_microsoft:
        return list(Engagement.objects.order_by("name").values_list("slug", "name"))
    return claims_list.offer(by).options("")


@dataclass(frozen=True)
class Asked:
    by: Actor
    wanted: Wanted
    months: int
    now: datetime

    @property
    def zone(self):
        """The reader's time zone."""
        return timezone.get_current_timezone()

    @property
    def sees_payouts(self) -> bool:
        return self.by.kind is not Kind.REVIEWER

    def claims(self) -> QuerySet[Claim]:
        """His claims, narrowed as he asked: the very ones of the Customer claims list."""
        return self._narrowed.all()

    @cached_property
    def _narrowed(self) -> QuerySet[Claim]:
        return claims_list.narrowed(self.by, self.wanted, self.now).order_by()

    def events(self, since: datetime) -> QuerySet[ClaimEvent]:
        """The history of these claims from ``since`` on."""
        events = ClaimEvent.objects.filter(at__gte=since).order_by()
        if self.by.is_microsoft and self.wanted == Wanted():
            return events
        if self.by.partner_id:
            events = events.filter(partner_id=self.by.partner_id)
        return events.filter(claim__in=self.claims().values("pk"))

    def link(
        self,
        moment: str = "",
        of: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        statuses: Sequence[str] = (),
        engagement: str = "",
    ) -> str:
        """The Customer claims list with exactly these claims, under the same filters; "" for who opens no claims."""
        if not self.by.reads_claims:
            return ""
        engagements = [engagement] if engagement else self.wanted.engagements
        # An engagement says its area; the list refuses one that lies outside the area of its tab.
        pairs = [("area", "" if engagements else self.wanted.area), ("market", self.wanted.market)]
        pairs += [("engagement", slug) for slug in engagements]
        pairs += [("location", pk) for pk in self.wanted.locations]
        pairs += [("status", status) for status in sorted(statuses)]
        pairs += [("moment", moment), ("of", of), ("since", self._instant(since)), ("until", self._instant(until))]
        return f"{reverse('claims:list')}?{urlencode([pair for pair in pairs if pair[1]])}"

    def _instant(self, moment: datetime | None) -> str:
        return moment.astimezone(self.zone).isoformat() if moment else ""
