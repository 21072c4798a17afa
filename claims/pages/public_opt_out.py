"""What the association notice's link opens: read, or opt out (R-224, T35, T36). Opening it decides nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from claims import opt_outs
from claims.consent import LinkState
from claims.customer_forms import OptOutForm, answer_of
from claims.lifecycle import Refused
from claims.models import OptOutLink
from mci_portal.accounts.access import Rule, access
from mci_portal.common import token_pages
from mci_portal.common.clock import database_now
from mci_portal.common.token_pages import by_link


@access(Rule.TOKEN)
@by_link
def read_and_opt_out(request: HttpRequest, token: str) -> HttpResponse:
    """200 open or ended, 410 replaced or over, 404 anything else. POST: 422, 409, or back here by GET."""
    link = opt_outs.find(token)
    if link is None:
        raise Http404
    token_pages.speak(request, link.language)
    state = opt_outs.state(link, database_now())
    form = OptOutForm(link.claim.partner.legal_name, request.POST if request.method == "POST" else None)
    if request.method != "POST" or state in (LinkState.REPLACED, LinkState.CLOSED):
        return _draw(request, token, link, state, form)
    if state is LinkState.OPEN and not form.is_valid():
        return _draw(request, token, link, state, form, status=422)
    if state is LinkState.OPEN:
        try:
            opt_outs.opt_out(link, answer_of(request, form))
        except Refused as refusal:
            return _notice(request, _("This is not possible now"), refusal.sentence, 409)
    return token_pages.onward(request, "public:opt_out", token)


def _draw(
    request: HttpRequest, token: str, link: OptOutLink, state: LinkState, form: OptOutForm, status: int = 200
) -> HttpResponse:
    if state is LinkState.REPLACED:
        sentence = _("This link has been replaced. Please use the link in the newest e-mail about this.")
        return _notice(request, _("There is a newer link"), sentence, 410)
    if state is LinkState.CLOSED:
        sentence = _("Opting out is not possible here any more. If you have a question, please write to the partner.")
        return _notice(request, _("This is closed"), sentence, 410)
    context = {"link": link, "claim": link.claim, "form": form, "words": opt_outs.words(link.claim)}
    context["until"] = opt_outs.until_when(link.claim)
    context["answered"] = state is LinkState.ANSWERED
    return render(request, "public/opt_out.html", context, status=status)


def _notice(request: HttpRequest, heading: str, sentence: str, status: int) -> HttpResponse:
    return render(request, "public/notice.html", {"heading": heading, "sentence": sentence}, status=status)
