"""What a survey mail's link opens, for the customer and for the partner's colleagues (R-160, R-161, ui-spec 6.14)."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from claims import surveys
from claims.consent import LinkState
from claims.lifecycle import Refused
from claims.models import SurveyKind, SurveyLink
from claims.survey_form import SurveyForm
from mci_portal.accounts.access import Rule, access
from mci_portal.common import token_pages
from mci_portal.common.clock import database_now
from mci_portal.common.throttle import address_of
from mci_portal.common.token_pages import by_link


@access(Rule.TOKEN)
@by_link
def fill_in(request: HttpRequest, token: str) -> HttpResponse:
    """200 open or thanks, 410 void or over, 404 anything else. POST: 422 with what was typed, 409, or thanks."""
    link = surveys.find(token)
    if link is None:
        raise Http404
    if link.survey.kind == SurveyKind.CUSTOMER:
        token_pages.speak(request, link.survey.claim.customer_language)
    now = database_now()
    state = surveys.state(link, now)
    if state is not LinkState.OPEN:
        return _shut(request, link, state)
    if request.method != "POST":
        return _draw(request, link, SurveyForm(link.survey.kind, now.date()))
    form = SurveyForm(link.survey.kind, now.date(), request.POST)
    if not form.is_valid():
        return _draw(request, link, form, status=422)
    try:
        surveys.answer(link, form.cleaned_data["typed_name"], form.answers(), address=address_of(request))
    except Refused as refusal:
        return _late(request, token, refusal, now)
    return token_pages.onward(request, "public:survey", token)


def _late(request: HttpRequest, token: str, refusal: Refused, now: datetime) -> HttpResponse:
    """The survey was closed while the answer was on its way; a second click of the same answer is none."""
    link = surveys.find(token)
    if link is not None and surveys.state(link, now) is LinkState.ANSWERED:
        return token_pages.onward(request, "public:survey", token)
    context = {"heading": _("This is not possible now"), "sentence": refusal.sentence}
    return render(request, "public/notice.html", context, status=409)


def _shut(request: HttpRequest, link: SurveyLink, state: LinkState) -> HttpResponse:
    if state is LinkState.ANSWERED:
        return render(request, "public/survey_thanks.html", {"survey": link.survey, "claim": link.survey.claim})
    if state is LinkState.REPLACED:
        heading = _("There is a newer link")
        sentence = _("This link has been replaced. Please use the newest e-mail, or ask its sender for a new one.")
    elif link.survey.completed_at:
        heading = _("This survey is complete")
        sentence = _("It was answered already. There is nothing for you to do.")
    else:
        heading, sentence = (
            _("This survey is closed"),
            _("It can no longer be answered. There is nothing for you to do."),
        )
    return render(request, "public/notice.html", {"heading": heading, "sentence": sentence}, status=410)


def _draw(request: HttpRequest, link: SurveyLink, form: SurveyForm, status: int = 200) -> HttpResponse:
    claim = link.survey.claim
    facts = [
        (_("Partner"), claim.partner.legal_name),
        (_("Engagement"), claim.engagement.name),
        *([(_("Customer"), claim.customer.name)] if link.survey.kind == SurveyKind.PARTNER else []),
    ]
    context = {"form": form, "facts": facts, "claim": claim, "customer": link.survey.kind == SurveyKind.CUSTOMER}
    return render(request, "public/survey.html", context, status=status)
