"""Ask the customer for consent in two steps: check the contacts, look at the mail, send it (R-113, R-114, R-116)."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims import consent, contacts
from claims.actions import Action
from claims.forms import ContactsForm, DealSizeForm
from claims.models import Claim
from claims.queries import claim_page, consent_mail, scope
from claims.statuses import Status
from mci_portal.accounts.access import Rule, access
from mci_portal.common.errors import Conflict
from mci_portal.common.numbers import LARGEST_INTEGER, whole


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_consent(request: HttpRequest, number: int) -> HttpResponse:
    """Both steps; a claim that is past asking answers 409, and so does a re-send that comes too soon."""
    claim = scope.get(request.actor, number)
    again = claim.status == Status.AWAITING_CONSENT
    offer = claim_page.offer(claim, Action.RESEND_CONSENT if again else Action.SEND_CONSENT, request.actor)
    review = request.GET.get("step") == "review"
    if request.method == "POST":
        return _send(request, claim, offer) if review else _save(request, claim)
    if review:
        return _review(request, claim, offer, _deal_size(claim))
    present = {name: getattr(claim, name) for name in (*contacts.FIELDS, "version")}
    proposal = claim.consent_requests.exclude(proposed_email="").order_by("-id").first()
    if proposal and request.GET.get("proposed"):
        present |= {"customer_name": proposal.proposed_name, "customer_email": proposal.proposed_email}
    return _draw(request, claim, form=ContactsForm(initial=present), proposal=proposal)


def _save(request: HttpRequest, claim: Claim) -> HttpResponse:
    form = ContactsForm(request.POST)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            contacts.change(claim, request.actor, typed, version=typed.pop("version"))
            return redirect(f"{reverse('claims:consent', args=[claim.number])}?step=review")
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except Conflict as refusal:  # F04: somebody was faster; what was typed is not lost
            claim = scope.get(request.actor, claim.number)
            again = ContactsForm(initial={**form.data.dict(), "version": claim.version})
            return _draw(request, claim, form=again, proposal=None, refusal=refusal.sentence, status=409)
    return _draw(request, claim, form=form, proposal=None, status=422)


def _deal_size(claim: Claim, sent: QueryDict | None = None) -> DealSizeForm | None:
    """Asked for with the first request, where the engagement wants it (R-099)."""
    asked = claim.status == Status.CUSTOMER_CLAIMED and claim.engagement.asks_deal_size
    return DealSizeForm(sent) if asked else None


def _review(request: HttpRequest, claim: Claim, offer, form: DealSizeForm | None, status: int = 200) -> HttpResponse:
    mail = consent_mail.preview(claim)
    return _draw(request, claim, status, mail=mail, offer=offer, limit=settings.CONSENT_RESENDS_PER_DAY, form=form)


def _send(request: HttpRequest, claim: Claim, offer) -> HttpResponse:
    form, remind = _deal_size(claim, request.POST), request.POST.get("remind") == "on"
    if form is not None and not form.is_valid():
        return _review(request, claim, offer, form, status=422)
    size = form.cleaned_data["deal_size"] if form else None
    version = whole(request.POST.get("version", ""), LARGEST_INTEGER)
    claim = consent.ask(claim, request.actor, version=version, remind=remind, deal_size=size)
    messages.success(request, _("Sent to {address}.").format(address=claim.customer_email))
    return redirect("claims:detail", claim.number)


def _draw(request: HttpRequest, claim: Claim, status: int = 200, **shown) -> HttpResponse:
    here = reverse("claims:consent", args=[claim.number])
    review = "mail" in shown
    labels = [(_("Contacts"), here), (_("Review"), f"{here}?step=review")]
    context = shown | {
        "claim": claim,
        "crumbs": claim_page.crumbs(claim, request.actor, _("Ask for customer consent")),
        "steps": [
            {"label": label, "url": url, "state": ("done", "current", "todo")[1 + position - review]}
            for position, (label, url) in enumerate(labels)
        ],
        "step_number": 1 + review,
        "step_label": labels[review][0],
        "sends": (sends := list(claim.consent_requests.order_by("-created_at"))),
        "remind": request.POST.get("remind") == "on" if review and request.POST else bool(sends) and sends[0].remind,
    }
    return render(request, f"claims/consent_{'review' if review else 'contacts'}.html", context, status=status)
