"""The operator's page for a customer who asks what the portal holds of him, or to be forgotten (R-276)."""

import hashlib

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import personal
from mci_portal.accounts import audit
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import StrictEmailField

PRETTY = {"indent": 2, "ensure_ascii": False}


class PersonForm(forms.Form):
    email = StrictEmailField(label=gettext_lazy("E-mail address of the customer's contact"))


@access(Rule.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def personal_data(request: HttpRequest) -> HttpResponse:
    """POST ``email`` and ``do``: ``look``, ``export`` (a JSON file) or ``erase``. The address never stands in a link.

    422 for what is no address, 409 while a claim with him still runs.
    """
    form = PersonForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, form, status=422 if form.errors else 200)
    require(request)
    email, do = form.cleaned_data["email"], request.POST.get("do", "look")
    if do == "export":
        return _export(request, email)
    if do == "erase":
        return _erase(request, form, email)
    if do != "look":
        raise Http404
    return _page(request, form, held=personal.held(email))


def _export(request: HttpRequest, email: str) -> HttpResponse:
    held = personal.held(email)
    audit.record(audit.What.PERSONAL_EXPORTED, request.actor, _mark(email), after=_counts(held))
    answer = JsonResponse({"email": email, **held}, json_dumps_params=PRETTY)
    answer["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    return answer


def _erase(request: HttpRequest, form: PersonForm, email: str) -> HttpResponse:
    counts = _counts(personal.held(email))
    try:
        claims = personal.forget(email, request.actor)
    except Conflict as refusal:
        return _page(request, form, held=personal.held(email), problem=refusal.sentence, status=409)
    audit.record(audit.What.PERSONAL_ERASED, request.actor, _mark(email), before=counts)
    messages.success(request, _("The person is forgotten. Claims concerned: %(count)s.") % {"count": claims})
    return redirect("personal_data")


def _mark(email: str) -> str:
    """Says to who knows the address that it was this one, and to nobody else."""
    return f"sha256 {hashlib.sha256(email.encode()).hexdigest()}"


def _counts(held: dict) -> dict[str, int]:
    return {kind: len(rows) for kind, rows in held.items() if rows}


def _page(request: HttpRequest, form: PersonForm, *, held: dict | None = None, problem: str = "", status: int = 200):
    labels = {
        "claims": _("Claims"),
        "consent": _("Consent requests and answers"),
        "opt_outs": _("Opt-out links"),
        "surveys": _("Surveys"),
        "mails": _("Mails"),
        "history": _("Lines of the history"),
    }
    context = {
        "form": form,
        "problem": problem,
        "email": form.cleaned_data.get("email", "") if form.is_bound and form.is_valid() else "",
        "found": [(labels[kind], len(rows)) for kind, rows in held.items()] if held is not None else None,
        "claims": held["claims"] if held is not None else (),
        "any": bool(held and any(held.values())),
    }
    return render(request, "claims/personal_data.html", context, status=status)
