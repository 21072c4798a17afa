"""What the program fixes and this release does not let operators change: calendar, types, reasons. For reading."""

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from claims.models import IssueKind, RejectionReason
from customers.reasons import REASONS
from engagements.models import EngagementType
from engagements.pages.console import crumbs
from mci_portal.accounts.access import Rule, access


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def fixed(request):
    context = {
        "calendars": [
            (_("Americas"), settings.REVIEW_CALENDARS["americas"]),
            (_("Europe, Middle East and Africa"), settings.REVIEW_CALENDARS["emea"]),
            (_("Asia and Pacific"), settings.REVIEW_CALENDARS["asia"]),
        ],
        "types": EngagementType.objects.order_by("position"),
        "lists": [
            (_("Reasons for a rejection"), [label for _value, label in RejectionReason.choices]),
            (_("Kinds of issues"), [label for _value, label in IssueKind.choices]),
        ],
        "reasons": [(code, sentence, advice) for code, (sentence, advice) in REASONS.items()],
        "crumbs": crumbs((_("Deadlines and reasons"), "")),
    }
    return render(request, "operator/fixed.html", context)
