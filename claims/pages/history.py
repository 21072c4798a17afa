"""Claim history: who did what when, from the partner's and from Microsoft's side (R-154)."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.actions import Action
from claims.models import ClaimEvent
from claims.pages import panel
from claims.queries import scope
from claims.statuses import Status
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Kind

MICROSOFT = (Kind.REVIEWER.value, Kind.OPERATOR.value)
SIDES = {
    "partner": (Kind.PARTNER.value, Kind.COLLEAGUE.value),
    "reviewer": MICROSOFT,
    "customer": (Kind.CUSTOMER.value,),
    "system": (Kind.CLOCK.value,),
}


@access(Rule.INCENTIVES)
@require_safe
def history(request: HttpRequest, number: int) -> HttpResponse:
    """The newest line first; ``?by=`` shows one side only. Lines about internal notes stay with Microsoft (R-178)."""
    claim = scope.get(request.actor, number)
    side = request.GET.get("by", "")
    events = ClaimEvent.objects.filter(claim=claim).order_by("-seq")
    if not request.actor.is_microsoft:
        events = events.filter(internal=False)
    if side in SIDES:
        events = events.filter(actor_kind__in=SIDES[side])
    context = {
        "claim": claim,
        "lines": [_line(event) for event in events],
        "sides": [{"code": code, "label": label, "current": code == side} for code, label in _sides()],
    }
    return panel(request, "claims/history.html", context)


def _sides() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("partner", _("Partner")),
        ("reviewer", _("Reviewer")),
        ("customer", _("Customer")),
        ("system", _("System")),
    ]


def _line(event: ClaimEvent) -> dict:
    side = next((label for code, label in _sides() if event.actor_kind in SIDES.get(code, ())), "")
    moved = event.to_status if event.to_status != event.from_status else ""
    return {
        "action": Action(event.action).label if event.action in Action.values else event.action,
        "who": event.actor_name,
        "side": side,
        "at": event.at,
        "note": event.note,
        "status": moved,
        "status_label": Status(moved).label if moved else "",
    }
