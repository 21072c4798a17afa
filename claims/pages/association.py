"""What the partner does with an association that was handed in: dispute it, give it up, end it (T24, T37, T38)."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from claims import associations, drafts
from claims.actions import Action
from claims.forms import ReasonForm
from claims.models import Claim, Kind
from claims.pages import asking, done, offered, refused
from claims.presentation import BEGIN_AGAIN
from claims.queries import scope
from engagements.models import EvidenceRequirement
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import ParagraphField
from mci_portal.common.uploads import was_too_large


class DisputeForm(forms.Form):
    """R-208: a justification or a new proof, and it is submitted in the same step."""

    text = ParagraphField(label=gettext_lazy("Business justification"), max_length=4000, required=False)
    proof = forms.FileField(label=gettext_lazy("Updated proof of execution"), required=False)

    def clean(self) -> dict:
        typed = super().clean()
        if not self.errors and not typed.get("text") and not typed.get("proof"):
            raise ValidationError(_("Justify the dispute, or add a new proof of execution."))
        return typed


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, number: int) -> HttpResponse:
    """T24 and T25 in one form (C-21), for the Incentives admin (C-18)."""
    claim = _of_associations(request, number, Action.DISPUTE)
    form = DisputeForm(request.POST, request.FILES) if request.method == "POST" else DisputeForm()
    if was_too_large(request):
        form.add_error("proof", _("The file is too large."))
    if request.method == "POST" and form.is_valid():
        try:
            associations.dispute(claim, request.actor, form.cleaned_data["text"], _files(claim, form))
            return done(request, number, _("The dispute was submitted."), focus="status")
        except ValidationError as problem:
            form.add_error("proof", problem)
        except Conflict as refusal:
            return refused(request, number, refusal)
    return asking(
        request,
        claim,
        form,
        heading=_("Dispute"),
        button=_("Dispute"),
        lead=_("The claim goes to another reviewer at once. You can dispute only once."),
        upload=True,
    )


def _files(claim: Claim, form: DisputeForm) -> list:
    file = form.cleaned_data.get("proof")
    if not file:
        return []
    asked = [one for one in EvidenceRequirement.objects.filter(engagement_id=claim.engagement_id) if not one.is_survey]
    return [(asked[0], file, file.name or "")] if asked else []


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def disassociate(request: HttpRequest, number: int) -> HttpResponse:
    """T38, R-228: the reason is mandatory."""
    claim = _of_associations(request, number, Action.DISASSOCIATE)
    words = {
        "heading": _("Disassociate customer"),
        "button": _("Disassociate customer"),
        "lead": _("The association ends today, for good. The customer is told."),
    }
    return _with_reason(request, claim, associations.disassociate, words, _("The customer was disassociated."))


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def ask_to_reject(request: HttpRequest, number: int) -> HttpResponse:
    """T37, first half."""
    claim = _of_associations(request, number, Action.ASK_TO_REJECT)
    words = {
        "heading": _("Ask to reject"),
        "button": _("Ask to reject"),
        "lead": _(
            "Was it the wrong role or a mistake, or do you no longer work for the customer? A reviewer confirms."
        ),
    }
    return _with_reason(request, claim, associations.ask_to_reject, words, _("The reviewers were asked."))


def _of_associations(request: HttpRequest, number: int, action: Action) -> Claim:
    claim = scope.get(request.actor, number)
    offered(request, claim, action)
    return claim


def _with_reason(request: HttpRequest, claim: Claim, act, words: dict, sentence: str) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act(claim, request.actor, form.cleaned_data["text"])
        except Conflict as refusal:
            return refused(request, claim.number, refusal)
        return done(request, claim.number, sentence, focus="status")
    return asking(request, claim, form, **words)


@access(Rule.PARTNER)
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """T41: begin a new claim from one that has ended; contacts are copied, evidence is not."""
    claim = scope.get(request.actor, number)
    if claim.status not in BEGIN_AGAIN:
        raise Conflict(_("A new claim can be started from here once this one has ended."))
    if claim.kind == Kind.CPOR:
        return redirect(f"{reverse('claims:associate')}?again={claim.number}")
    draft = drafts.begin_again(claim, request.actor, database_now())
    return redirect("customers:claim_step", claim.engagement.slug, claim.customer.ref, draft.ref, "details")
