"""What the consent mail's link opens: read, accept or decline, or name the right person (R-119..R-123, ui-spec 6.13).

Opening it decides nothing, however often and by whomever: mail scanners do follow links.
"""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import consent
from claims.consent import Answer, Decision, LinkState
from claims.lifecycle import Refused
from claims.models import ConsentRequest
from claims.statuses import Status
from mci_portal.accounts.access import Rule, access
from mci_portal.common import token_pages
from mci_portal.common.clock import database_now
from mci_portal.common.forms import LineField, ParagraphField, StrictEmailField
from mci_portal.common.throttle import address_of
from mci_portal.common.token_pages import by_link


class AnswerForm(forms.Form):
    """Both buttons send it; neither is pressed by pressing Enter."""

    typed_name = LineField(label=gettext_lazy("Your full name"), max_length=150)
    authorised = forms.BooleanField(
        label=gettext_lazy("I am authorised to answer for my company"),
        error_messages={"required": gettext_lazy("Tick this box to confirm that you may answer for your company.")},
    )
    reason = ParagraphField(
        label=gettext_lazy("If you decline: your reason (optional)"), max_length=1000, required=False
    )
    reason_shared = forms.BooleanField(required=False)

    def __init__(self, partner: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typed_name"].widget.attrs["autocomplete"] = "name"
        shared = self.fields["reason_shared"]
        shared.label = _("{partner} may read my reason.").format(partner=partner)
        shared.help_text = _("Without this tick only Microsoft can read it.")

    def clean(self) -> None:
        if self.data.get("decision") not in (Decision.ACCEPTED, Decision.DECLINED):
            self.add_error(None, _("Choose Accept or Decline."))


class ForwardForm(forms.Form):
    name = LineField(label=gettext_lazy("Name of the right person"), max_length=150)
    email = StrictEmailField(label=gettext_lazy("E-mail address of the right person"))
    typed_name = LineField(label=gettext_lazy("Your own name (optional)"), max_length=150, required=False)


@access(Rule.TOKEN)
@by_link
def read_and_answer(request: HttpRequest, token: str) -> HttpResponse:
    """200 open or answered, 410 replaced or over, 404 anything else. POST: 422, 409, or back here by GET."""
    found = _found(token)
    token_pages.speak(request, found.language)
    state = consent.state(found, database_now())
    form = AnswerForm(found.claim.partner.legal_name, _sent(request))
    if request.method != "POST" or state in (LinkState.REPLACED, LinkState.CLOSED):
        return _draw(request, token, found, state, form)
    # Of an answered request only the decision counts: the same again is fine, the opposite is refused.
    if state is LinkState.OPEN and not form.is_valid():
        return _draw(request, token, found, state, form, status=422)
    try:
        consent.answer(found, _given(request, form))
    except Refused as refusal:
        heading = _("Thank you") if isinstance(refusal, consent.Held) else _("This is not possible now")
        return _notice(request, heading, refusal.sentence, 409)
    return redirect(request.get_full_path())


@access(Rule.TOKEN)
@by_link
def forward(request: HttpRequest, token: str) -> HttpResponse:
    """R-123: "wrong person". Tells the partner whom to ask, and decides nothing."""
    found = _found(token)
    token_pages.speak(request, found.language)
    state = consent.state(found, database_now())
    if state is not LinkState.OPEN or (found.proposed_email and request.method != "POST"):
        return _draw(request, token, found, state, AnswerForm(found.claim.partner.legal_name))
    form = ForwardForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            consent.propose_contact(found, **form.cleaned_data)
        except Refused as refusal:
            return _notice(request, _("This is not possible now"), refusal.sentence, 409)
        return token_pages.onward(request, "public:consent", token)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "found": found, "token": token, "kept": token_pages.kept(request)}
    return render(request, "public/consent_forward.html", context, status=status)


def _found(token: str) -> ConsentRequest:
    found = consent.find(token)
    if found is None:
        raise Http404
    return found


def _sent(request: HttpRequest) -> QueryDict | None:
    """Also an empty form was sent, and gets its messages."""
    return request.POST if request.method == "POST" else None


def _given(request: HttpRequest, form: AnswerForm) -> Answer:
    decision = request.POST.get("decision", "")
    typed = form.cleaned_data if form.is_valid() else {}
    declined = decision == Decision.DECLINED
    return Answer(
        decision=decision,
        typed_name=typed.get("typed_name", ""),
        ip_address=address_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        language=translation.get_language() or "",
        reason=typed.get("reason", "") if declined else "",
        reason_shared=declined and typed.get("reason_shared", False),
    )


def _draw(
    request: HttpRequest, token: str, found: ConsentRequest, state: LinkState, form: AnswerForm, status: int = 200
) -> HttpResponse:
    if state is LinkState.REPLACED:
        sentence = _("This link has been replaced. Please use the link in the newest e-mail about this request.")
        return _notice(request, _("There is a newer link"), sentence, 410)
    if state is LinkState.CLOSED:
        sentence = _("The request is closed, and nothing can be answered any more. There is nothing for you to do.")
        return _notice(request, _("This request is closed"), sentence, 410)
    context = {"found": found, "claim": found.claim, "token": token, "kept": token_pages.kept(request)}
    if state is LinkState.ANSWERED:
        context["withdrawn"] = found.claim.status == Status.CONSENT_REJECTED
        context["may_withdraw"] = consent.may_withdraw(found, database_now())
        return render(request, "public/consent_answered.html", context)
    opened = {
        "form": form,
        "words": consent.words(found.claim),
        "why": consent.why_microsoft_asks(),
    }
    return render(request, "public/consent.html", context | opened, status=status)


def _notice(request: HttpRequest, heading: str, sentence: str, status: int) -> HttpResponse:
    return render(request, "public/notice.html", {"heading": heading, "sentence": sentence}, status=status)
