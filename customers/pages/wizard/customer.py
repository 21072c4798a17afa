"""Step "Customer": one ID, and the tenant it leads to (R-084 to R-090). Only the ID that is entered is checked."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from claims import intake
from customers.identity import IdType, is_punycode, normalise
from customers.pages.wizard.run import Run
from customers.resolution import DirectoryUnavailable, Tenant, TenantNotFound, resolve

LABEL = gettext_lazy("Customer")
TEMPLATE = "customers/wizard/customer.html"

HINTS = {
    IdType.DOMAIN: gettext_lazy("The domain name of the customer's mail or tenant, for example contoso.com."),
    IdType.TENANT_ID: gettext_lazy("36 characters, for example 1b4e28ba-2fa1-41d2-883f-0016d3cca427."),
    IdType.TPID: gettext_lazy("The top parent ID: a number of 6 to 8 digits."),
    IdType.SUBSCRIPTION: gettext_lazy("36 characters; the subscription leads to the customer's tenant."),
    IdType.MSX: gettext_lazy("The seller's opportunity: 7- and ten letters or digits, for example 7-3KQ9T2M4XA."),
}


class CustomerForm(forms.Form):
    id_type = forms.ChoiceField(label=gettext_lazy("ID type"), widget=forms.RadioSelect)
    id_value = forms.CharField(
        max_length=300,
        strip=False,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )
    tenant: Tenant | None = None

    def __init__(self, run: Run, data=None, shown=None):
        offered = run.engagement.id_types
        super().__init__(data, initial=shown or run.given("customer") or {"id_type": offered[0]})
        field = self.fields["id_type"]
        field.choices = [(code, IdType(code).label) for code in offered]
        field.error_messages["invalid_choice"] = intake.accepted_ids(run.engagement)
        if len(offered) == 1:
            field.widget = forms.HiddenInput()
        kind = self["id_type"].value()
        kind = IdType(kind if kind in offered else offered[0])
        self.fields["id_value"].label, self.fields["id_value"].help_text = kind.label, HINTS[kind]

    def clean(self) -> dict:
        given = super().clean()
        if self.errors:
            return given
        try:
            self.tenant = resolve(given["id_type"], given["id_value"])
            given["id_value"] = normalise(given["id_type"], given["id_value"])
        except ValidationError as refusal:
            self.add_error("id_value", refusal)
        except (TenantNotFound, DirectoryUnavailable) as refusal:
            self.add_error("id_value", refusal.sentence)
        return given


def form(run: Run, data=None, shown=None) -> CustomerForm:
    """``shown`` holds what is typed already when another type of ID was picked."""
    return CustomerForm(run, data, shown)


def context(run: Run, form: CustomerForm, request) -> dict:
    """With the result of the last check, as long as its ID stands in the form."""
    found = run.customer if run.given("customer") and not form.is_bound and "id_type" not in request.GET else None
    against = intake.customer_reasons(run.engagement, run.actor.partner, found, run.now) if found else []
    return {
        "single_type": run.engagement.id_types[0] if len(run.engagement.id_types) == 1 else "",
        "accepted": intake.accepted_ids(run.engagement),
        "found": found,
        "against": against,
        "better_id": run.better_id if against else "",
        "lookalike": bool(found and is_punycode(found.domain)),
    }


def accepted(_run: Run, form: CustomerForm) -> dict:
    return {"id_type": form.cleaned_data["id_type"], "id_value": form.cleaned_data["id_value"]}


def is_given(run: Run) -> bool:
    return bool(run.given("customer")) and run.customer is not None


def holds(run: Run) -> bool:
    return run.known is not None or run.given("customer").get("id_type") in run.engagement.id_types
