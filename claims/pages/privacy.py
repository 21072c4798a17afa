"""What a customer's contact is told about his data: why, what, how long, and whom to ask (R-276)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mci_portal.accounts.access import Rule, access

DAYS_IN_A_YEAR = 365


@access(Rule.PUBLIC)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    years = max(1, round(settings.CONTACT_RETENTION_DAYS / DAYS_IN_A_YEAR))
    return render(request, "public/privacy.html", {"years": years})
