"""The pages of claims: the partner's, the reviewer's, and those that a mailed link opens.

What several of them end with stands here: the claim page, drawn afresh after something was done to the claim.
"""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import reswap, retarget

from claims.actions import Action
from claims.forms import ReasonForm
from claims.lifecycle import Offer
from claims.models import Claim
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


def offered(request: HttpRequest, claim: Claim, action: Action) -> Offer:
    """The button that leads to this page; Conflict with its sentence where it is greyed."""
    offer = claim_page.offer(claim, action, request.actor)
    if offer.refusal:
        raise Conflict(offer.refusal)
    return offer


def asking(request: HttpRequest, claim: Claim, form: forms.Form, **words) -> HttpResponse:
    """The page of an action that needs more than a click; 422 when it is sent back. ``words`` as in its template."""
    status = 422 if request.method == "POST" else 200
    return render(request, "claims/reason.html", {"claim": claim, "form": form} | words, status=status)


def settled_with_reason(
    request: HttpRequest, claim: Claim, act: Callable[..., object], sentence: str, **words
) -> HttpResponse:
    """Microsoft's ``act(claim, actor, reason)``, then back to the review with ``sentence``."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act(claim, request.actor, form.cleaned_data["text"])
        messages.success(request, sentence)
        return redirect("review:claim", claim.number)
    return asking(request, claim, form, back=reverse("review:claim", args=(claim.number,)), **words)
