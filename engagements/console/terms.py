"""A new set of deadlines of an engagement type, for claims created from a day on (section 19, R-277)."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from engagements.console.recording import recorded
from engagements.models import EngagementType, TypeTerms
from mci_portal.accounts.actors import Actor
from mci_portal.common.errors import Conflict


def plan(by: Actor, kind: EngagementType, valid_from: date, days: dict[str, int], now: datetime) -> TypeTerms:
    """Claims created from ``valid_from`` on copy ``days`` (each column of DayCounts, in days).

    Raises ValidationError for a day before tomorrow, because today's claims have their deadlines, for a day that has
    a set, and for a review that ends before the first submit; PermissionDenied for who is no operator.
    """
    problems = {}
    if valid_from <= now.date():
        problems["valid_from"] = _("Choose a day after today: claims of today have their deadlines.")
    if days["review_days"] < days["submit_days"]:
        problems["review_days"] = _("The review cannot end before the first submit.")
    if problems:
        raise ValidationError(problems)
    with recorded(by, now):
        if TypeTerms.objects.filter(type=kind, valid_from=valid_from).exists():
            sentence = _("There are deadlines from %(day)s already.") % {"day": date_format(valid_from)}
            raise ValidationError({"valid_from": sentence})
        return TypeTerms.objects.create(type=kind, valid_from=valid_from, **days)


def take_back(by: Actor, kind: EngagementType, valid_from: date, now: datetime) -> None:
    """Drop the set of that day before it begins. Raises Conflict where there is none, or it has begun."""
    with recorded(by, now):
        waiting = TypeTerms.objects.filter(type=kind, valid_from=valid_from, valid_from__gt=now.date())
        if not waiting.delete()[0]:
            raise Conflict(_("These deadlines have begun, or were taken back already."))
