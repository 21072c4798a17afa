"""When an engagement begins, ends, and takes its last customer (R-034)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from engagements.console.recording import recorded
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor


def change(
    by: Actor,
    engagement: Engagement,
    now: datetime,
    *,
    starts_on: date,
    ends_on: date | None,
    last_claim_on: date | None,
) -> Engagement:
    """R-034: set the three days; claims that run go on with the terms they were given.

    A day that is past already is history: it may not move, and no day may move into the past. Raises ValidationError
    for that and for an order that makes no sense, PermissionDenied for who is no operator.
    """
    wanted = {"starts_on": starts_on, "ends_on": ends_on, "last_claim_on": last_claim_on}
    with recorded(by, now):
        row: Engagement = Engagement.objects.select_for_update().get(pk=engagement.pk)
        moved = {name: day for name, day in wanted.items() if getattr(row, name) != day}
        problems = {name: sentence for name, day in moved.items() if (sentence := _past(row, name, day, now.date()))}
        for name in ("ends_on", "last_claim_on"):
            day = wanted[name]
            if day and day < starts_on:
                problems.setdefault(name, _("This is before the engagement starts."))
        if ends_on and last_claim_on and last_claim_on > ends_on:
            problems.setdefault("last_claim_on", _("This is after the engagement ends."))
        if problems:
            raise ValidationError(problems)
        for name, day in moved.items():
            setattr(row, name, day)
        row.save(update_fields=list(moved))
    return row


def _past(row: Engagement, name: str, day: date | None, today: date) -> str | None:
    """Why this day may not be set, or None. A first day counts as past once it has begun."""
    former = getattr(row, name)
    if name == "starts_on":
        if former <= today:
            return _("The engagement has started; its first day stays.")
        return _("Choose a day after today.") if day <= today else None
    return _("Choose today or a later day.") if day and day < today else None
