"""Step "Claim details": the claim's friendly name and the location it is made for (R-081, R-082, C-15)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.pages.wizard.run import Run
from mci_portal.common.forms import LineField

LABEL = gettext_lazy("Claim details")
TEMPLATE = "customers/wizard/details.html"


class LocationSelect(forms.Select):
    """A list in which some lines can be read but not chosen."""

    closed: frozenset[str] = frozenset()

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.closed:
            option["attrs"]["disabled"] = True
        return option


class DetailsForm(forms.Form):
    name = LineField(
        max_length=120,
        label=gettext_lazy("Claim name"),
        help_text=gettext_lazy("A name by which you and your colleagues recognize the claim."),
    )
    location = forms.TypedChoiceField(coerce=int, label=gettext_lazy("Location ID"), widget=LocationSelect)

    def __init__(self, run: Run, data=None):
        super().__init__(data, initial=run.given("details") or _suggestion(run))
        self.offers = {offer.location.pk: offer for offer in run.offers}
        field = self.fields["location"]
        field.choices = [("", _("Choose a location"))] + [(pk, _words(offer)) for pk, offer in self.offers.items()]
        field.widget.closed = frozenset(str(pk) for pk, offer in self.offers.items() if not offer.selectable)

    def clean_location(self) -> int:
        chosen = self.cleaned_data["location"]
        if not self.offers[chosen].selectable:
            raise ValidationError(self.offers[chosen].reason)
        return chosen


def _suggestion(run: Run) -> dict:
    selectable = [offer.location.pk for offer in run.offers if offer.selectable]
    name = f"{run.known.name}: {run.engagement.name}"[:120] if run.known else ""
    return {"name": name, "location": selectable[0] if len(selectable) == 1 else None}


def _words(offer) -> str:
    place = f"{offer.location.name} ({offer.location.code}, {offer.location.country})"
    return place if offer.selectable else f"{place} – {offer.reason}"


def form(run: Run, data=None) -> DetailsForm:
    return DetailsForm(run, data)


def context(run: Run, _form, _request) -> dict:
    return {"none_selectable": not any(offer.selectable for offer in run.offers)}


def accepted(_run: Run, form: DetailsForm) -> dict:
    return form.cleaned_data


def is_given(run: Run) -> bool:
    return bool(run.given("details"))


def holds(run: Run) -> bool:
    return run.location is not None
