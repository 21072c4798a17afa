"""Step "Engagements": which ones the customer is claimed for; with variable pay exactly one, and its hours
(R-091 to R-093)."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from claims.lifecycle import Refused
from customers.pages.wizard.run import Run
from engagements.models import Engagement
from mci_portal.common.templatetags.ui import money

LABEL = gettext_lazy("Engagements")
TEMPLATE = "customers/wizard/engagements.html"


class EngagementsForm(forms.Form):
    ids = forms.TypedMultipleChoiceField(
        coerce=int,
        label=gettext_lazy("Engagements"),
        error_messages={"required": gettext_lazy("Choose at least one engagement.")},
    )

    def __init__(self, run: Run, data=None):
        mine = run.engagement.pk
        preselected = [mine] if any(choice.engagement.pk == mine for choice in run.eligible) else []
        super().__init__(data, initial={"ids": preselected, **run.given("engagements")})
        self.choices = {choice.engagement.pk: choice for choice in run.choices}
        self.fields["ids"].choices = [(pk, pk) for pk in self.choices]
        if run.varies:
            self.fields["hours"] = _hours_field(run)

    @property
    def ticked(self) -> set[str]:
        return {str(value) for value in self["ids"].value() or ()}

    def clean_ids(self) -> list[int]:
        chosen = sorted(set(self.cleaned_data["ids"]))
        if len(chosen) > 1 and any(_varies(self.choices[pk].engagement) for pk in chosen):
            raise ValidationError(_("Choose one engagement only: its pay is variable."))
        room = min(self.choices[pk].room for pk in chosen)
        # What has no room at all is refused by its reasons, like everything on the other tab.
        if 0 < room < len(chosen):
            raise ValidationError(
                ngettext(
                    "Choose at most %(n)s engagement: the customer may have no more open claims than that.",
                    "Choose at most %(n)s engagements: the customer may have no more open claims than that.",
                    room,
                )
                % {"n": room}
            )
        return chosen

    def clean(self) -> dict:
        given = super().clean()
        chosen = [self.choices[pk].engagement for pk in given.get("ids", ())]
        # Only a wizard of variable pay asks for hours; elsewhere the reasons refuse such a choice.
        if "hours" in self.fields and chosen and _varies(chosen[0]) and "hours" not in self.errors:
            offered, hours = chosen[0].hour_options, given.get("hours")
            if not hours:
                self.add_error("hours", _("Choose the number of hours."))
            elif offered and hours not in offered:
                words = ", ".join(map(str, offered))
                self.add_error("hours", _("This engagement offers these hours: %(hours)s.") % {"hours": words})
        return given


def _hours_field(run: Run) -> forms.IntegerField:
    options = _options(run)
    return forms.IntegerField(
        required=False,
        min_value=1,
        max_value=9999,
        label=gettext_lazy("Hours"),
        help_text=gettext_lazy("The hours the customer needs. They cannot be changed after the customer was added."),
        widget=forms.Select(choices=[("", "")] + [(hours, hours) for hours in options]) if options else None,
    )


def _options(run: Run) -> list[int]:
    return sorted({hours for choice in run.eligible for hours in choice.engagement.hour_options})


def _varies(engagement: Engagement) -> bool:
    return engagement.pay == Engagement.Pay.VARIABLE


def form(run: Run, data=None) -> EngagementsForm:
    return EngagementsForm(run, data)


def context(run: Run, form: EngagementsForm, request) -> dict:
    if "hours" in form.fields:
        form.fields["hours"].required = True  # drawn as such; whether it is depends on the engagement that is ticked
    refused = [choice for choice in run.choices if choice.reasons]
    own_reasons = next((one.reasons for one in refused if one.engagement.pk == run.engagement.pk), ())
    showing = "ineligible" if request.GET.get("show") == "ineligible" else "eligible"
    here = run.url("engagements")
    return {
        "lines": [
            {
                "id": choice.engagement.pk,
                "name": choice.engagement.name,
                "area": choice.engagement.get_area_display(),
                "pay": choice.engagement.get_pay_display(),
                "payout": payout(choice.rate),
                "ticked": str(choice.engagement.pk) in form.ticked,
            }
            for choice in run.eligible
        ],
        "refused": refused,
        "showing": showing,
        "own_reasons": own_reasons,
        "better_id": run.better_id if own_reasons else "",
        "step_tabs": [
            {"label": f"{_('Eligible')} ({len(run.eligible)})", "url": here, "current": showing == "eligible"},
            {
                "label": f"{_('Ineligible')} ({len(refused)})",
                "url": f"{here}?show=ineligible",
                "current": showing == "ineligible",
            },
        ],
    }


def payout(rate) -> str:
    """What is paid at most, in words: an amount, or an amount per hour."""
    if rate is None:
        return "-"
    amount = money(rate.amount, rate.currency)
    return _("%(amount)s per hour") % {"amount": amount} if rate.per_hour else amount


def accepted(_run: Run, form: EngagementsForm) -> dict:
    """Raises Refused for an engagement that the page showed as ineligible, or that became so meanwhile."""
    for pk in form.cleaned_data["ids"]:
        choice = form.choices[pk]
        if choice.reasons:
            raise Refused(f"{choice.engagement.name}: {choice.reasons[0].sentence}")
    varies = _varies(form.choices[form.cleaned_data["ids"][0]].engagement)
    return {"ids": form.cleaned_data["ids"], "hours": form.cleaned_data.get("hours") if varies else None}


def is_given(run: Run) -> bool:
    return bool(run.given("engagements"))


def holds(run: Run) -> bool:
    eligible = {choice.engagement.pk for choice in run.eligible}
    return set(run.given("engagements")["ids"]) <= eligible
