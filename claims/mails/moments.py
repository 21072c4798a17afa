"""Moments, days and months as mails write them: always in UTC and saying so, because a mail knows no time zone."""

from datetime import UTC, date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def moment(at: datetime | None) -> str:
    """``March 31, 2026, 09:15 UTC``; "-" for None."""
    if at is None:
        return "-"
    return _("{moment} UTC").format(
        moment=date_format(at.astimezone(UTC), pgettext("date and time format", "F j, Y, H:i"))
    )


def month(on: date) -> str:
    """``March 2026``."""
    return date_format(on, pgettext("month format", "F Y"))
