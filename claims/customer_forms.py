"""What a customer types who ends something that is under way: he opts out (T35, T36) or withdraws his consent (T13)."""

from django import forms
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.consent import Answer
from mci_portal.common.forms import LineField, ParagraphField
from mci_portal.common.throttle import address_of


class OptOutForm(forms.Form):
    typed_name = LineField(label=gettext_lazy("Your full name"), max_length=150)
    authorised = forms.BooleanField(
        label=gettext_lazy("I am authorised to answer for my company"),
        error_messages={"required": gettext_lazy("Tick this box to confirm that you may answer for your company.")},
    )
    reason = ParagraphField(label=gettext_lazy("Your reason (optional)"), max_length=1000, required=False)
    reason_shared = forms.BooleanField(required=False)

    def __init__(self, partner: str, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["typed_name"].widget.attrs["autocomplete"] = "name"
        shared = self.fields["reason_shared"]
        shared.label = _("{partner} may read my reason.").format(partner=partner)
        shared.help_text = _("Without this tick only Microsoft can read it.")


def answer_of(request: HttpRequest, form: OptOutForm) -> Answer:
    """What was typed, and where it came from; withdrawing consent sends the same form."""
    typed = form.cleaned_data
    return Answer(
        decision="",
        typed_name=typed["typed_name"],
        ip_address=address_of(request),
        user_agent=request.headers.get("user-agent", ""),
        language=translation.get_language() or "",
        reason=typed["reason"],
        reason_shared=typed["reason_shared"],
    )
