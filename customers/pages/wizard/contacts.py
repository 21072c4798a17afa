"""Step "Contacts": who is written to on both sides, and why his mail domain is not the customer's (R-083,
R-088, R-094)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from claims import contacts
from claims.forms import CustomerLanguageField
from claims.queries import customers as queries
from customers.pages.wizard.run import Run
from mci_portal.common.forms import LineField, ParagraphField, StrictEmailField

LABEL = gettext_lazy("Contacts")
TEMPLATE = "customers/wizard/contacts.html"
SPOKEN_IN = {"NL": "nl", "SE": "sv"}  # a first guess that the partner may change


class ContactsForm(forms.Form):
    customer_title = LineField(max_length=100, required=False, label=gettext_lazy("Customer contact title"))
    customer_name = LineField(max_length=150, label=gettext_lazy("Customer contact name"))
    customer_email = StrictEmailField(
        label=gettext_lazy("Customer contact email"),
        help_text=gettext_lazy("The request for consent goes to this address."),
    )
    customer_language = CustomerLanguageField()
    partner_name = LineField(max_length=150, label=gettext_lazy("Partner contact name"))
    partner_email = StrictEmailField(label=gettext_lazy("Partner contact email"))
    mismatch_reason = ParagraphField(max_length=500, required=False, label=gettext_lazy("Reason for domain mismatch"))

    def __init__(self, run: Run, data=None):
        self.run = run
        super().__init__(data, initial=run.given("contacts") or _suggestion(run, data))

    def clean(self) -> dict:
        given = super().clean()
        if not self.errors:
            try:
                contacts.check(self.run.actor.partner, self.run.customer, given)
            except ValidationError as refusal:
                for name, errors in refusal.error_dict.items():
                    self.add_error(name, errors)
        return given


def _suggestion(run: Run, data) -> dict:
    """The user himself, and for a known customer the contact of the newest claim (R-107)."""
    me = {"partner_name": run.actor.name, "partner_email": run.actor.email}
    last = queries.last_claim(run.actor, run.customer) if data is None and run.known else None
    if last:
        copied = (*contacts.CUSTOMER_FIELDS, contacts.LANGUAGE_FIELD)
        return me | {name: getattr(last, name) for name in copied}
    return me | {contacts.LANGUAGE_FIELD: SPOKEN_IN.get(run.customer.country, "en") if run.customer else "en"}


def form(run: Run, data=None) -> ContactsForm:
    return ContactsForm(run, data)


def context(_run: Run, form: ContactsForm, _request) -> dict:
    asks_reason = bool(form["mismatch_reason"].value()) or "mismatch_reason" in form.errors
    form.fields["mismatch_reason"].required = asks_reason  # drawn as such, once it is asked for
    return {"asks_reason": asks_reason}


def accepted(_run: Run, form: ContactsForm) -> dict:
    return form.cleaned_data


def is_given(run: Run) -> bool:
    return bool(run.given("contacts"))


def holds(run: Run) -> bool:
    return form(run, run.given("contacts")).is_valid()
