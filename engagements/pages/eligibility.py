"""The Eligibility page of an engagement: which of a partner's locations may earn on it (ui-spec 6.4)."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from eligibility import queries
from eligibility.models import PayeeStatus
from eligibility.queries import LocationRow
from engagements.models import Engagement
from engagements.pages import engagement_for, frame, last_update
from mci_portal.accounts import whose
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.answers import answer
from mci_portal.common.lists import Choice, ListState


@access(Rule.INCENTIVES)
@require_safe
def eligibility(request: HttpRequest, slug: str) -> HttpResponse:
    """R-050 to R-055. A member sees the locations he works for, and whom to ask for more (R-007); Microsoft's people
    see all of a partner, and change nothing."""
    engagement = engagement_for(request.actor, slug)
    by = whose.reader(request)
    if by is None:
        page = frame(engagement, request.actor, "eligibility")
        return whose.choose(request, page | {"of": engagement.name, "page_name": _("Eligibility")})
    found = queries.locations(engagement, by)
    filters = [
        Choice("location", _("Location"), [(str(row.location.pk), str(row.location)) for row in found]),
        Choice("status", _("Eligibility status"), [("eligible", _("Eligible")), ("not-eligible", _("Not eligible"))]),
    ]
    state = ListState.read(
        request, sorts={"location": ()}, default_sort="location", filters=filters, partner=whose.chosen(by)
    )
    shown = [row for row in found if _is_wanted(row, state)]
    context = frame(engagement, by, "eligibility") | {
        "engagement": engagement,
        "state": state,
        "rows": [_prepared(row, slug, by) for row in shown],
        "has_locations": bool(found),
        "invites": by.kind is Kind.OPERATOR and engagement.visibility == Engagement.Visibility.INVITATION,
        "earns": any(row.earning for row in found),
        **last_update(max((row.checked_at for row in found if row.checked_at), default=None)),
        "spoken": ngettext("{count} location", "{count} locations", len(shown)).format(count=len(shown)),
    }
    return answer(request, "engagements/eligibility.html", context, parts=("rows",))


def _is_wanted(row: LocationRow, state: ListState) -> bool:
    status = "eligible" if row.eligible else "not-eligible"
    return (
        state.q.casefold() in f"{row.location}".casefold()
        and str(row.location.pk) in state.chosen.get("location", [str(row.location.pk)])
        and status in state.chosen.get("status", [status])
    )


def _prepared(row: LocationRow, slug: str, by: Actor) -> dict:
    payee_label, payee_action = _payee(row)
    return {
        "name": row.location.name,
        "code": row.location.code,
        "country": row.location.country,
        "enrolment": "" if row.enrolled else row.enrolment,
        "eligible": row.eligible,
        "unmet": ", ".join(row.unmet),
        "criteria_url": reverse("engagements:criteria", args=[slug, row.location.pk]),
        "payee_complete": row.payee_complete,
        "payee": payee_label,
        "payee_url": "" if by.is_microsoft else reverse("eligibility:payee", args=[row.location.code]),
        "enrolment_url": _enrolment_url(row, by),
        "payee_action": payee_action if row.may_update else _("See who can update it"),
        "checked_at": row.checked_at,
    }


def _enrolment_url(row: LocationRow, by: Actor) -> str:
    """Where a program operator changes what the location takes part in."""
    may = by.kind is Kind.OPERATOR and by.user.is_staff
    return reverse("admin:eligibility_enrolment_change", args=[row.location.enrolment.pk]) if may else ""


def _payee(row: LocationRow) -> tuple[str, str]:
    """The state of the payee profile, and what an Incentives admin does about it (R-054, R-055)."""
    if row.payee is None:
        return str(PayeeStatus.MISSING.label), _("Update bank profile")
    if row.payee_complete:
        return pgettext("profile", "Complete"), _("View")
    if row.payee.bank_status != PayeeStatus.APPROVED:
        waits = row.payee.bank_status == PayeeStatus.PENDING
        return row.payee.get_bank_status_display(), _("View") if waits else _("Update bank profile")
    waits = row.payee.tax_status == PayeeStatus.PENDING
    return row.payee.get_tax_status_display(), _("View") if waits else _("Update tax profile")
