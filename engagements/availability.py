"""Upcoming, Active or Expired (R-025), and whether new customers may still be claimed (R-034)."""

from datetime import UTC, date, datetime

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement


class Availability(TextChoices):
    UPCOMING = "upcoming", _("Upcoming")
    ACTIVE = "active", _("Active")
    EXPIRED = "expired", _("Expired")


def availability(engagement: Engagement, today: date) -> Availability:
    """The engagement's status on ``today``. One that takes no new customers any more is Expired (R-034)."""
    if today < engagement.starts_on:
        return Availability.UPCOMING
    last = min((day for day in (engagement.ends_on, engagement.last_claim_on) if day), default=None)
    return Availability.EXPIRED if last and today > last else Availability.ACTIVE


def fiscal_year_start(now: datetime) -> datetime:
    """The first moment (UTC) of the program's year in which ``now`` lies: 1 July to 30 June."""
    today = now.astimezone(UTC)
    return datetime(today.year if today.month >= 7 else today.year - 1, 7, 1, tzinfo=UTC)
