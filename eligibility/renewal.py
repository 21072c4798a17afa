"""The turn of the fiscal year: enrolment goes on by itself where a location may still earn, else it lapses (R-058).

The daily job calls it right after the verdicts, on which it rests.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from eligibility.models import Enrolment, EnrolmentStatus, Verdict
from engagements.availability import fiscal_year_start

log = logging.getLogger(__name__)


def renew(now: datetime) -> list[int]:
    """Renew or end every enrolment that is older than the fiscal year of ``now``, each once in a year.

    Returns the ids of the locations whose enrolment lapsed; their verdicts have to be made anew. An enrolment that
    lapsed stays so until an operator enrols the location again. Repeated or late, it comes to the same.
    """
    year = fiscal_year_start(now).date()
    earns = Exists(Verdict.objects.filter(location=OuterRef("location"), eligible=True))
    with transaction.atomic():
        due = (
            Enrolment.objects.select_for_update(of=("self",))
            .filter(Q(renewed_on=None) | Q(renewed_on__lt=year), status=EnrolmentStatus.ENROLLED, since_on__lt=year)
            .annotate(earns=earns)
            .order_by("pk")
        )
        found = [(one.pk, one.location_id, one.earns) for one in due]
        Enrolment.objects.filter(pk__in=[pk for pk, _place, goes_on in found if goes_on]).update(renewed_on=year)
        lapsed = {pk: place for pk, place, goes_on in found if not goes_on}
        Enrolment.objects.filter(pk__in=lapsed).update(status=EnrolmentStatus.INACTIVE, since_on=now.date())
    if lapsed:
        log.warning("%s enrolments lapsed with the fiscal year: their locations may earn on nothing", len(lapsed))
    return list(lapsed.values())
