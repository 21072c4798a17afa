"""What each status means and what leads where, made from the table; and in the demo one claim of every status."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims import lifecycle_docs, lifecycle_picture
from claims.models import Claim, Kind
from claims.statuses import Status
from mci_portal.accounts.access import Rule, access


@access(Rule.INCENTIVES)
@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """Every status in words, its clock, and what can happen next (requirements 17 and 18)."""
    context = {
        "picture": lifecycle_picture.picture(),
        "rows": lifecycle_docs.definitions(),
        "crumbs": [
            (_("Home"), reverse("accounts:home")),
            (_("Customer claims"), reverse("claims:list")),
            (_("Statuses"), ""),
        ],
    }
    return render(request, "claims/statuses.html", context)


@access(Rule.DEMO)
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """For the curious: the newest claim of every status and kind, and who may look at it."""
    claims = Claim.objects.select_related("partner", "customer", "engagement", "location", "owner")
    newest = claims.order_by("status", "kind", "round", "-updated_at").distinct("status", "kind", "round")
    place = {status: number for number, status in enumerate(Status.values)}
    found = sorted(newest, key=lambda claim: (place[claim.status], claim.kind, claim.round))
    rows = [
        {
            "claim": claim,
            "status": claim.status,
            "label": claim.get_status_display(),
            "kind": Kind(claim.kind).label,
            "owner": claim.owner.email if claim.owner else "",
        }
        for claim in found
    ]
    missing = [Status(code).label for code in Status.values if code not in {row["status"] for row in rows}]
    return render(request, "claims/demo_claims.html", {"rows": rows, "missing": missing})
