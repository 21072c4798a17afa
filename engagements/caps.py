"""The pots of money that engagements are paid from on a day. ``claims.caps`` knows what is taken out of them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from engagements.models import Cap, CappedEngagement, Engagement


def members_on(engagements: Iterable[Engagement], on: date) -> QuerySet[CappedEngagement]:
    """Which of these engagements are paid from which pots that are open on ``on``, each with its pot."""
    open_then = Q(cap__valid_to=None) | Q(cap__valid_to__gte=on)
    members = CappedEngagement.objects.filter(open_then, cap__valid_from__lte=on)
    return members.filter(engagement__in=[one.pk for one in engagements]).select_related("cap").order_by("cap__name")


def caps_on(engagements: Iterable[Engagement], on: date) -> QuerySet[Cap]:
    """Those pots, in the one order in which they are locked."""
    return Cap.objects.filter(pk__in=members_on(engagements, on).order_by().values("cap")).order_by("pk")
