"""How a reason reads and whether reviewers may choose it, from a day on; and reasons of the operator's own (R-277)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims.models import IssueKind, RejectionReason
from customers.reasons import REASONS
from engagements import wordings
from engagements.console import reasons
from engagements.models import ReasonWords
from engagements.pages.console import crumbs
from engagements.pages.console.fields import posted_day
from engagements.wordings import List
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField, LineField

SHIPPED: dict[str, wordings.Choices] = {
    List.REFUSAL: [(code, sentence) for code, (sentence, _advice) in REASONS.items()],
    List.REJECTION: RejectionReason.choices,
    List.ISSUE: IssueKind.choices,
}


class OwnReasonForm(forms.Form):
    valid_from = DayField(label=gettext_lazy("Valid from"))
    text = LineField(label=gettext_lazy("Wording"), max_length=300)


class ReasonForm(forms.Form):
    valid_from = DayField(label=gettext_lazy("Valid from"))
    text = LineField(
        label=gettext_lazy("Wording"),
        max_length=300,
        required=False,
        help_text=gettext_lazy(
            "Everybody reads it as you write it. Empty: the portal's own words, which it has in each language."
        ),
    )
    advice = LineField(
        label=gettext_lazy("What you can do"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Empty: the portal's own words."),
    )
    offered = forms.BooleanField(label=gettext_lazy("Offered to reviewers"), required=False)

    def __init__(self, listed: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["offered" if listed == List.REFUSAL else "advice"]


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def reason(request, listed: str, slug: str):
    """``slug`` is the reason's code. POST plans a wording;
    POST ``withdraw`` (its first day) takes back one that has not begun, 409 where it has."""
    code, shipped = slug, SHIPPED.get(listed, ())
    book = wordings.book()
    if code not in dict(book.codes(listed, shipped)):
        raise Http404
    now = database_now()
    codes = list(dict(shipped))
    if request.method == "POST" and "withdraw" in request.POST:
        day = posted_day(request.POST["withdraw"])
        reasons.take_back(request.actor, listed, code, day, now, shipped=codes)
        messages.success(request, _("The wording to come is taken back."))
        return redirect("operator_catalogue:fixed")
    present = book.row(listed, code)
    initial = {
        "text": present.text if present else "",
        "advice": present.advice if present else "",
        "offered": book.is_offered(listed, code, shipped) or code not in codes,
    }
    form = ReasonForm(listed, request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            reasons.plan(request.actor, listed, code, now, shipped=codes, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The wording is planned."))
            return redirect("operator_catalogue:reason", listed, code)
    words = dict(shipped).get(code, "")
    context = {
        "form": form,
        "words": str(book.text(listed, code, words or code)),
        "code": code,
        "list_name": List(listed).label,
        "is_refusal": listed == List.REFUSAL,
        "rows": ReasonWords.objects.filter(list=listed, code=code).order_by("-valid_from"),
        "shipped": words,
        "shipped_advice": REASONS[code][1] if listed == List.REFUSAL else "",
        "today": now.date(),
        "crumbs": crumbs((_("Deadlines and reasons"), reverse("operator_catalogue:fixed")), (code, "")),
    }
    return render(request, "operator/reason.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR)
def own_reason(request):
    """One more reason for which reviewers may reject a claim (R-194)."""
    form = OwnReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        listed = List.REJECTION
        try:
            reasons.add(request.actor, listed, database_now(), shipped=list(dict(SHIPPED[listed])), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The reason is planned."))
            return redirect("operator_catalogue:fixed")
    context = {
        "form": form,
        "crumbs": crumbs(
            (_("Deadlines and reasons"), reverse("operator_catalogue:fixed")), (_("New reason for a rejection"), "")
        ),
    }
    return render(request, "operator/own_reason.html", context, status=422 if form.errors else 200)
