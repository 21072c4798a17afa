"""The customer takes his acceptance back through the link he accepted with (T13, C-08)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from claims import consent
from claims.customer_forms import OptOutForm, answer_of
from claims.lifecycle import Refused
from mci_portal.accounts.access import Rule, access
from mci_portal.common import token_pages
from mci_portal.common.clock import database_now
from mci_portal.common.token_pages import by_link


@access(Rule.TOKEN)
@by_link
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Offered where the engagement allows it and nothing was handed in yet; else back to what was answered."""
    found = consent.find(token)
    if found is None:
        raise Http404
    token_pages.speak(request, found.language)
    if not consent.may_withdraw(found, database_now()):
        return token_pages.onward(request, "public:consent", token)
    form = OptOutForm(found.claim.partner.legal_name, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            consent.withdraw(found, answer_of(request, form))
        except Refused as refusal:
            words = {"heading": _("This is not possible now"), "sentence": refusal.sentence}
            return render(request, "public/notice.html", words, status=409)
        return token_pages.onward(request, "public:consent", token)
    context = {"form": form, "found": found, "claim": found.claim, "token": token, "kept": token_pages.kept(request)}
    return render(request, "public/withdraw.html", context, status=422 if request.method == "POST" else 200)
