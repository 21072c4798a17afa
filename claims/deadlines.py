"""From a trigger to the moment it falls due: the only date arithmetic of the program (section 19, C-13).

A deadline is an instant, N x 24 hours after its trigger, and stored when the trigger happens. An action is in
time while the clock reads less than the deadline.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from claims.statuses import WITH_MICROSOFT, Status
from customers.geographies import reviewing_region
from engagements import calendars
from engagements.calendars import Calendar

# The column that holds the running clock of each status; a status that is not here has none.
LIVE_COLUMN = {
    Status.CUSTOMER_CLAIMED: "consent_due_at",
    Status.AWAITING_CONSENT: "consent_due_at",
    Status.CONSENT_RECEIVED: "submit_due_at",
    Status.ACTION_REQUIRED: "action_due_at",
    Status.REJECTED: "dispute_due_at",
    Status.DISPUTED: "dispute_due_at",
}

REMINDER_DAYS = (14, 7, 3, 1, 0)  # 0: when the day of the deadline begins (UTC, as the mails write it)

# Use or consume: business days, but for the dispute's calendar days (R-195, section 19).
CPOR_START_DAYS, CPOR_REVIEW_DAYS, CPOR_ANSWER_DAYS, CPOR_OPT_OUT_DAYS, CPOR_DISPUTE_REVIEW_DAYS = 5, 14, 14, 5, 5
CPOR_DISPUTE_DAYS = 30


def due(trigger: datetime, days: int) -> datetime:
    """The instant ``days`` x 24 hours after ``trigger`` (aware; counted in UTC, so that no clock change matters)."""
    return trigger.astimezone(UTC) + timedelta(hours=24 * days)


def is_past(due_at: datetime | None, now: datetime) -> bool:
    """True once the deadline has come; the very instant is too late (DL15)."""
    return due_at is not None and now >= due_at


def months_after(moment: datetime, months: int) -> datetime:
    """The same time of day so many months later in UTC, at the latest on the month's last day; as PostgreSQL counts."""
    moment = moment.astimezone(UTC)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def live(claim) -> datetime | None:
    """The deadline that runs in the claim's present status, or None where no clock runs."""
    column = LIVE_COLUMN.get(claim.status)
    return getattr(claim, column) if column else None


def action_due(claim, now: datetime, min_days: int) -> datetime:
    """When the answer to an action request falls due (T20, C-09).

    The review date of the round, but at least ``min_days`` from ``now``; 0 = the literal text. CPOR claims get
    14 business days instead.
    """
    if claim.kind == "cpor":
        return business_days_after(now, CPOR_ANSWER_DAYS, calendar_at(claim.location.country, now))
    end_of_review = claim.review_due_at if claim.round == 1 else claim.dispute_review_due_at
    return max(end_of_review, due(now, min_days))


def decision_due(claim) -> datetime | None:
    """By when Microsoft should have decided the round that the claim is in; None while it is not with Microsoft."""
    if claim.status not in WITH_MICROSOFT:
        return None
    due_at: datetime | None = claim.review_due_at if claim.round == 1 else claim.dispute_review_due_at
    return due_at


def opt_out_due(claim) -> datetime | None:
    """Until when the customer may still end an approved association (T36); None while that is always possible."""
    if claim.status != Status.APPROVED or settings.CPOR_OPT_OUT_ANY_TIME:
        return None
    return business_days_after(claim.closed_at, CPOR_OPT_OUT_DAYS, calendar_at(claim.location.country, claim.closed_at))


def calendar_at(country: str, moment: datetime) -> Calendar:
    """The calendar, as it stood at ``moment``, of the region that reviews claims of a location in ``country``."""
    return calendars.as_of(moment, settings.REVIEW_CALENDARS[reviewing_region(country)])


def business_days_after(start: datetime, days: int, calendar: Calendar) -> datetime:
    """The same time of day ``days`` business days later, by the calendar of the reviewing region; days are UTC's."""
    moment = start
    while days:
        moment += timedelta(days=1)
        days -= calendar.is_working_day(moment.date())
    return moment


def business_days_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Whole business days that have begun after ``start`` and up to ``end``; 0 when ``end`` is not later."""
    return sum(
        calendar.is_working_day(start.date() + timedelta(days=step))
        for step in range(1, max((end.date() - start.date()).days, 0) + 1)
    )


def estimated_payment_on(approved_at: datetime) -> date:
    """R-174: the payment cycle is 45 days."""
    return (approved_at + timedelta(days=45)).date()
