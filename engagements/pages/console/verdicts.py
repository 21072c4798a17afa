"""After a change of the catalogue: who may earn is judged anew at once, or by the job where that takes long."""

from collections.abc import Collection
from datetime import datetime

from eligibility.refresh import refresh
from eligibility.tasks import refresh_eligibility
from mci_portal.accounts.models import Location, Partner

AT_ONCE = 2_000  # locations judged within the request; it takes about a second


def judge(now: datetime, engagements: Collection[int] | None, partner: Partner | None = None) -> None:
    """Refresh the verdicts of these engagements (ids; None = all), of one partner's locations or of all (R-053)."""
    places = None if partner is None else list(partner.locations.values_list("pk", flat=True))
    if places is None and Location.objects.order_by()[: AT_ONCE + 1].count() > AT_ONCE:
        refresh_eligibility.delay()
    else:
        refresh(now, locations=places, engagements=engagements)
