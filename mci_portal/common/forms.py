"""How forms are drawn, and the text fields every form uses. Named by FORM_RENDERER; imported by the pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates, TemplatesSetting

from mci_portal.common.text import LONGEST_ADDRESS, clean_email, clean_line, clean_paragraphs


class PortalFormRenderer(TemplatesSetting):
    """Draws forms and fields with ``templates/components/forms``, single controls with Django's own templates."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"
    _stock = DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith(("components/", "forms/")):
            return super().get_template(template_name)
        return self._stock.get_template(template_name)


class LineField(forms.CharField):
    """One line of text as people type names and titles (B01-B05, B08). ``max_length`` counts the normalised text."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return _cleaned(self, clean_line, super().to_python(value))


class ParagraphField(forms.CharField):
    """Text of several lines, such as a comment or a reason."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 40})

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return _cleaned(self, clean_paragraphs, super().to_python(value))


class DayField(forms.DateField):
    """A day, written as the browser's calendar and the catalogue file write it, whatever the reader's language."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


class StrictEmailField(forms.CharField):
    """Exactly one plain address, lower-cased (C01-C05). Two spellings of one address come out equal."""

    # Not type="email": browsers rewrite international domains before we see them.
    widget = forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_ADDRESS)
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return _cleaned(self, lambda text: clean_email(text) if clean_line(text) else "", super().to_python(value))


def _cleaned(field: forms.CharField, rule: Any, value: Any) -> Any:
    if value in field.empty_values:
        return field.empty_value
    try:
        return rule(value) or field.empty_value
    except ValidationError as refusal:
        # A form may give its own wording for a refusal, as with every Django field.
        worded = field.error_messages.get(refusal.code)
        raise ValidationError(worded, code=refusal.code) if worded and refusal.code != "invalid" else refusal from None
