"""A lead reviewer or operator records the customer's answer for him, with a document as evidence (section 22)."""

from typing import BinaryIO, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from claims import evidence, on_behalf
from claims.actions import Action
from claims.pages import asking, offered
from claims.queries import scope
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.audit import What, leaves_trail
from mci_portal.common.forms import DayField, LineField, ParagraphField
from mci_portal.common.uploads import was_too_large


class RecordForm(forms.Form):
    customer_name = LineField(label=gettext_lazy("Name of the customer's person who answered"), max_length=150)
    given_on = DayField(label=gettext_lazy("Day of the answer"))
    channel = LineField(
        label=gettext_lazy("How it reached Microsoft"),
        max_length=200,
        help_text=gettext_lazy("Such as: signed letter, e-mail to the account team."),
    )
    evidence = forms.FileField(
        label=gettext_lazy("Evidence"),
        help_text=gettext_lazy("The document that shows the answer: PDF, Word, Excel, PowerPoint, PNG or JPEG."),
    )
    reason = ParagraphField(label=gettext_lazy("The customer's reason (optional)"), max_length=1000, required=False)
    reason_shared = forms.BooleanField(label=gettext_lazy("The partner may read the reason."), required=False)

    def __init__(self, action: Action, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if action is Action.ACCEPT:
            del self.fields["reason"], self.fields["reason_shared"]


@access(Rule.MICROSOFT)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """T06, T07, T13, T35, T36 on the customer's behalf."""
    claim = scope.get(request.actor, number)
    if action not in on_behalf.ACTIONS:
        raise Http404
    offer = offered(request, claim, Action(action))
    form = RecordForm(offer.action, *((request.POST, request.FILES) if request.method == "POST" else ()))
    if was_too_large(request):
        form.add_error("evidence", evidence.too_large())
    if request.method == "POST" and form.is_valid():
        try:
            _carry_out(request, claim, offer.action, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The answer is recorded. Customer and partner are told."))
            return redirect("review:claim", number)
    return asking(
        request,
        claim,
        form,
        heading=_("{action}, on the customer's behalf").format(action=offer.label),
        button=_("Record the answer"),
        lead=_(
            "Record only what the customer has told Microsoft. The record names you, and the customer gets a receipt."
        ),
        back=reverse("review:claim", args=(number,)),
        upload=True,
    )


def _carry_out(request: HttpRequest, claim, action: Action, form: RecordForm) -> None:
    said = dict(form.cleaned_data)
    file = said.pop("evidence")
    on_behalf.record(claim, action, request.actor, on_behalf.Said(**said), cast(BinaryIO, file), file.name or "")


@leaves_trail(What.DOWNLOADED)
@access(Rule.MICROSOFT)
@require_safe
def show_evidence(request: HttpRequest, number: int, recorded_id: int) -> FileResponse:
    """The document an answer was recorded from, for those who open the claim's documents."""
    row = scope.get_recorded(request.actor, number, recorded_id)
    file = evidence.open_kept(row.key)
    return FileResponse(file, as_attachment=True, filename=row.name, content_type=row.content_type)
