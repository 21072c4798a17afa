"""The forms that stand on the claim page itself, and so are drawn by several of its pages."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from claims.associations import ACKNOWLEDGEMENTS
from mci_portal.common.forms import LineField, ParagraphField, StrictEmailField


class HandInForm(forms.Form):
    """The comment and the submission in one: what was typed goes along with either button (R-166, R-167)."""

    text = ParagraphField(label=_("Comment"), max_length=4000, required=False)
    acknowledged = forms.BooleanField(
        label=_("I submit although the payee profile of this location is not complete."),
        required=False,
        error_messages={"required": _("Tick the box to submit without a complete payee profile.")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(self, *args, payee_incomplete: bool = False, acknowledges: bool = False, **kwargs):
        super().__init__(*args, auto_id="hand-in-%s", **kwargs)
        if not payee_incomplete:
            del self.fields["acknowledged"]
        if acknowledges:
            for key, words in ACKNOWLEDGEMENTS.items():
                self.fields[f"ack_{key}"] = forms.BooleanField(label=words, required=False)

    def require_acknowledgement(self) -> None:
        """T15, T34: only the submission needs the ticks, a mere comment does not."""
        for name, field in self.fields.items():
            if name == "acknowledged" or name.startswith("ack_"):
                field.required = True

    @property
    def acknowledgements(self) -> list:
        """The boxes of an association, to be drawn (R-223)."""
        return [self[name] for name in self.fields if name.startswith("ack_")]

    @property
    def ticked(self) -> set[str]:
        return {
            name.removeprefix("ack_") for name, value in self.cleaned_data.items() if value and name.startswith("ack_")
        }

    def require_text(self) -> None:
        self.fields["text"].required = True


class ReasonForm(forms.Form):
    """Why an association ends, or should be rejected (R-228, T37, T39)."""

    text = ParagraphField(label=_("Reason"), max_length=2000)


class AnswerForm(forms.Form):
    """The partner's answer to one issue of the reviewer (R-172)."""

    answer = ParagraphField(label=_("Your answer"), max_length=2000)

    def __init__(self, issue_id: int, *args, **kwargs):
        super().__init__(*args, auto_id=f"issue-{issue_id}-%s", **kwargs)


class DealSizeForm(forms.Form):
    """What the partner expects to sell, asked once with the first request for consent (R-099)."""

    deal_size = forms.IntegerField(
        label=_("Estimated deal size in US dollars"),
        min_value=1,
        max_value=10**12,
        help_text=_("A whole number. It cannot be changed after the request was sent."),
    )


class CustomerLanguageField(forms.ChoiceField):
    """The language in which the customer is written to, and in which his pages open (R-014)."""

    def __init__(self) -> None:
        # A page that was open before there was a choice sends none; then nothing changes for the customer.
        super().__init__(
            label=_("Language of the customer"),
            help_text=_("The request, the survey and the receipts are written in this language."),
            choices=settings.LANGUAGES,
            required=False,
        )


class ContactsForm(forms.Form):
    """Both sides' contacts, as the claim page and the consent request let the partner correct them (R-094, R-114)."""

    customer_title = LineField(label=_("Customer contact title"), max_length=100, required=False)
    customer_name = LineField(label=_("Customer contact name"), max_length=150)
    customer_email = StrictEmailField(label=_("Customer contact email"))
    mismatch_reason = LineField(
        label=_("Domain name mismatch reason for customer consent"),
        max_length=500,
        required=False,
        help_text=_("Needed only where the e-mail domain is not the customer's own domain."),
    )
    customer_language = CustomerLanguageField()
    partner_name = LineField(label=_("Partner contact name"), max_length=150)
    partner_email = StrictEmailField(label=_("Partner contact email"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
