"""The operator's list of superseded templates with the open claims they touch, and the button that tells (R-048)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import superseded
from engagements.templates_in_force import newest
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now


@access(Rule.OPERATOR, readers=Rule.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """GET shows, POST mails E21 to the partners who were not told yet."""
    now = database_now()
    if request.method == "POST":
        superseded.tell(now)
        messages.success(request, _("The partners of these claims are told by mail, each of them once."))
        return redirect("superseded:templates")
    found = [
        {
            "template": one.template,
            "is_refused": one.template.refused_from <= now.date(),
            "current": newest(one.template.requirement.templates.all(), max(now.date(), one.template.refused_from)),
            "claims": one.claims,
        }
        for one in superseded.affected()
    ]
    crumbs = [
        (_("Operator console"), reverse("operator:home")),
        (_("Superseded templates"), ""),
    ]
    return answer(request, "claims/superseded.html", {"crumbs": crumbs, "found": found})
