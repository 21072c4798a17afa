"""One form for each survey, made from its questions. The mailed page and the partner's page draw it (R-160, R-161)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims.models import SurveyKind
from claims.surveys import QUESTIONS, Question
from mci_portal.common.forms import LineField, ParagraphField

LONGEST_TEXT, MOST_PEOPLE = 1000, 100_000
YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


class ScaleField(forms.TypedChoiceField):
    """1 to 5; the pages draw it as a row of targets."""

    scale = True

    def __init__(self, **kwargs: Any) -> None:
        choices = [(step, str(step)) for step in range(1, 6)]
        hint = gettext_lazy("1 is the lowest, 5 the highest.")
        super().__init__(choices=choices, coerce=int, widget=forms.RadioSelect, help_text=hint, **kwargs)


def _date(**kwargs: Any) -> forms.DateField:
    written = "%Y-%m-%d"
    widget = forms.DateInput(format=written, attrs={"type": "date"})
    return forms.DateField(widget=widget, input_formats=[written], **kwargs)


FIELDS: dict[str, Callable[..., forms.Field]] = {
    "yes_no": lambda **kwargs: forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **kwargs),
    "scale": ScaleField,
    "number": lambda **kwargs: forms.IntegerField(min_value=0, max_value=MOST_PEOPLE, **kwargs),
    "date": _date,
    "text": lambda **kwargs: ParagraphField(max_length=LONGEST_TEXT, **kwargs),
}


class SurveyForm(forms.Form):
    """``named`` False for somebody who is signed in: his name is known. ``today`` is the last day to tell of."""

    def __init__(self, kind: str, today: date, *args: Any, named: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions: tuple[Question, ...] = QUESTIONS[SurveyKind(kind)]
        for question in self.questions:
            required = question.required and not question.if_yes
            field = FIELDS[question.kind](label=question.text, required=required)
            if question.if_yes:
                hints = (field.help_text, _("Only if you answered the first question with “Yes”."))
                field.help_text = " ".join(str(hint) for hint in hints if hint)
            self.fields[question.code] = field
            if question.kind == "date":
                # Somewhere it is tomorrow already.
                latest = MaxValueValidator(today + timedelta(days=1), gettext_lazy("This day has not come yet."))
                field.validators.append(latest)
        if named:
            name = LineField(label=gettext_lazy("Your full name"), max_length=150)
            name.widget.attrs["autocomplete"] = "name"
            self.fields["typed_name"] = name

    def clean(self) -> None:
        """What is asked only after a "yes" must be answered then."""
        for question in self.questions:
            asked = question.if_yes and self.cleaned_data.get(question.if_yes) == "yes"
            if asked and question.required and question.code not in self.errors and not self._given(question):
                self.add_error(question.code, _("This field is required."))

    def answers(self) -> dict[str, str | int]:
        """What was answered, by question code, as it is stored; days in ISO form."""
        kept: dict[str, str | int] = {}
        for question in self.questions:
            left_out = question.if_yes and self.cleaned_data[question.if_yes] != "yes"
            if self._given(question) and not left_out:
                value = self.cleaned_data[question.code]
                kept[question.code] = value.isoformat() if isinstance(value, date) else value
        return kept

    def _given(self, question: Question) -> bool:
        return self.cleaned_data.get(question.code) not in (None, "")
