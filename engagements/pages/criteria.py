"""What a location has to meet to earn on an engagement: a dialog of the Eligibility page, or a page (R-052, R-053)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from eligibility import criteria as domain
from eligibility import queries
from engagements.pages import engagement_for, frame, last_update
from mci_portal.accounts import whose
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now


@access(Rule.INCENTIVES)
@require_safe
def criteria(request: HttpRequest, slug: str, location_id: int) -> HttpResponse:
    """Every criterion, those still to meet first."""
    engagement = engagement_for(request.actor, slug)
    location = _location(request.actor, location_id)
    by = request.actor.looking_at(location.partner) if request.actor.is_microsoft else request.actor
    lines = domain.panel(engagement, location, database_now().date())
    page = frame(engagement, by, "")
    context = page | {
        "crumbs": [*page["crumbs"], (location.name, "")],
        "engagement": engagement,
        "location": location,
        "lines": lines,
        "all_met": all(line.met for line in lines),
        **last_update(queries.last_update(by)),
        "close_url": whose.url(reverse("engagements:eligibility", args=[slug]), by),
    }
    return answer(request, "engagements/criteria.html", context, parts=("dialogs",))


def _location(by: Actor, location_id: int) -> Location:
    """404 for another company's location, 403 for one of the own company where the reader does not work (R-008);
    Microsoft's people read every company's."""
    company = {} if by.is_microsoft else {"partner_id": by.partner_id}
    location = Location.objects.select_related("partner").filter(**company, pk=location_id).first()
    if location is None:
        raise Http404
    if not by.is_microsoft and not by.works_at(location.pk):
        raise PermissionDenied(_("This location belongs to your company, but you do not work for it."))
    return location
