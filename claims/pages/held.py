"""Acceptances that wait for Microsoft: a lead reviewer or operator sees what is held, releases or refuses it (T06)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims import consent
from claims.actions import Action
from claims.pages import offered, settled_with_reason
from claims.queries import scope
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.lists import ListState


@access(Rule.MICROSOFT)
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """The one whose time for consent ends first stands first. Every reader of claims may look."""
    state = ListState.read(request, sorts={"due": ("expires_at", "id")}, default_sort="due")
    page = paging.page(consent.held_acceptances(), state.order, state.cursor, state.per_page)
    context = {
        "crumbs": [(_("Home"), "/"), (_("Review queue"), reverse("review:queue")), (_("Held acceptances"), "")],
        "rows": [
            {"request": row, "claim": row.claim, "reasons": [one.sentence for one in consent.why_held(row)]}
            for row in page.rows
        ],
        "pager": state.pager(page),
    }
    return answer(request, "review/held.html", context, parts=("rows",))


@access(Rule.MICROSOFT)
@require_POST
def release(request: HttpRequest, number: int) -> HttpResponse:
    """The acceptance takes effect as the customer gave it."""
    consent.release(scope.get(request.actor, number), request.actor)
    messages.success(request, _("The acceptance takes effect. Customer and partner are told."))
    return redirect("review:claim", number)


@access(Rule.MICROSOFT)
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, number: int) -> HttpResponse:
    """With the reason, which partner and customer are told."""
    claim = scope.get(request.actor, number)
    offered(request, claim, Action.REFUSE_ACCEPTANCE)
    return settled_with_reason(
        request,
        claim,
        consent.refuse,
        _("The acceptance was refused. Customer and partner are told."),
        heading=_("Refuse the acceptance"),
        button=_("Refuse the acceptance"),
        lead=_("The partner reads the reason, and may ask the customer again while the time for consent runs."),
    )
