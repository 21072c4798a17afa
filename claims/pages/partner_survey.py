"""The partner survey: answered here ("Go to survey"), or mailed to a colleague (R-160, R-163)."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import surveys
from claims.actions import Action
from claims.models import Claim, SurveyKind
from claims.pages import done, offered
from claims.queries import scope
from claims.survey_form import SurveyForm
from mci_portal.accounts.access import Rule, access
from mci_portal.common.forms import LineField, StrictEmailField


class ColleagueForm(forms.Form):
    to_name = LineField(label=gettext_lazy("Name"), max_length=150)
    to_email = StrictEmailField(
        label=gettext_lazy("E-mail address"), help_text=gettext_lazy("An address of your own company.")
    )


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def go_to_survey(request: HttpRequest, number: int) -> HttpResponse:
    """409 once the survey is complete or the claim is past editing."""
    claim = _open(request, number, Action.COMPLETE_PARTNER_SURVEY)
    today = claim.read_at.date()
    if request.method != "POST":
        return _draw(request, "claims/survey.html", claim, SurveyForm(SurveyKind.PARTNER, today, named=False))
    form = SurveyForm(SurveyKind.PARTNER, today, request.POST, named=False)
    if not form.is_valid():
        return _draw(request, "claims/survey.html", claim, form, status=422)
    surveys.answer_as_partner(claim, request.actor, form.answers())
    return done(request, number, _("The partner survey is complete."))


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, number: int) -> HttpResponse:
    """Mails a link that works without account; an older one stops working."""
    claim = _open(request, number, Action.SEND_PARTNER_SURVEY)
    if request.method != "POST":
        form = ColleagueForm(initial={"to_name": claim.partner_name, "to_email": claim.partner_email})
        return _draw(request, "claims/survey_send.html", claim, form)
    form = ColleagueForm(request.POST)
    if form.is_valid():
        try:
            surveys.send(claim, SurveyKind.PARTNER, request.actor, **form.cleaned_data)
            address = form.cleaned_data["to_email"]
            return done(request, number, _("Sent to {address}.").format(address=address))
        except ValidationError as refusal:
            form.add_error(None, refusal)
    return _draw(request, "claims/survey_send.html", claim, form, status=422)


def _open(request: HttpRequest, number: int, action: Action) -> Claim:
    """The claim, when the action is possible now; else 404 or 409."""
    claim = scope.get(request.actor, number)
    offered(request, claim, action)
    return claim


def _draw(request: HttpRequest, template: str, claim: Claim, form: forms.Form, status: int = 200) -> HttpResponse:
    return render(request, template, {"claim": claim, "form": form}, status=status)
