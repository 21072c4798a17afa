"""The pages of claims: the partner's, the reviewer's, and those that a mailed link opens.

What several of them end with stands here: the claim page, drawn afresh after something was done to the claim.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import reswap, retarget

from claims.queries import claim_page, scope
from mci_portal.common.answers import answer
from mci_portal.common.errors import Conflict

PARTS = ("claim",)


def show_claim(request: HttpRequest, number: int, *, status: int = 200, **drawn) -> HttpResponse:
    """The claim as it is now; ``drawn`` as in ``claim_page.context``."""
    claim = scope.get(request.actor, number)
    return answer(
        request, "claims/claim.html", claim_page.context(claim, request.actor, **drawn), parts=PARTS, status=status
    )


def done(request: HttpRequest, number: int, sentence: str, **drawn) -> HttpResponse:
    """After a success: back to the claim with ``sentence``, for HTMX the changed parts at once."""
    messages.success(request, sentence)
    if request.htmx and request.htmx.target in PARTS:
        return show_claim(request, number, **drawn)
    return redirect("claims:detail", number)


def refused(request: HttpRequest, number: int, refusal: Conflict, **drawn) -> HttpResponse:
    """409: the claim as it is now, with the sentence on top and nothing that was typed lost (F04)."""
    return show_claim(request, number, status=409, problem=refusal.sentence, **drawn)


def panel(request: HttpRequest, template: str, context: dict, *, status: int = 200) -> HttpResponse:
    """A page that opens as a dialog over the claim: the template's part "dialogs" for HTMX, else the whole page.

    Its form aims at the claim behind it, so a form with errors is sent back to where the dialog stands.
    """
    if not request.htmx or request.htmx.history_restore_request:
        return answer(request, template, context, status=status)
    response = answer(request, f"{template}#dialogs", context, status=status)
    return reswap(retarget(response, "#dialogs"), "outerHTML")
