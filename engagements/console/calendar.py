"""The days on which a reviewing region works, or does not, beside its public holidays (section 19, R-277)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from engagements.calendars import Calendar
from engagements.console.recording import recorded
from engagements.models import CalendarDay
from mci_portal.accounts.actors import Actor
from mci_portal.common.errors import Conflict


def add(by: Actor, region: str, on: date, kind: str, note: str, now: datetime) -> CalendarDay:
    """``on`` is ``kind`` (of CalendarDay.Kind) in the calendar of ``region`` for every deadline counted from now on.

    Raises ValidationError for a day before tomorrow, a day that is so already, and one that has an entry;
    PermissionDenied for who is no operator.
    """
    if on <= now.date():
        raise ValidationError({"on": _("Choose a day after today.")})
    works = kind == CalendarDay.Kind.WORKING
    if Calendar(region).is_working_day(on) is works:
        said = _("This is a working day already.") if works else _("This is no working day anyway.")
        raise ValidationError({"on": said})
    with recorded(by, now):
        if CalendarDay.objects.filter(region=region, on=on, until=None).exists():
            raise ValidationError({"on": _("There is an entry for this day already.")})
        return CalendarDay.objects.create(region=region, on=on, kind=kind, note=note, since=now)


def take_back(by: Actor, region: str, on: date, now: datetime) -> None:
    """Deadlines counted from now on know nothing of it. Raises Conflict where it is taken back already, or its day has
    begun."""
    with recorded(by, now):
        standing = CalendarDay.objects.filter(region=region, on=on, until=None, on__gt=now.date())
        if not standing.update(until=now):
            raise Conflict(_("This day has begun, or was taken back already."))
