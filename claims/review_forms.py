"""The forms of the reviewer's decision panel, one per button."""

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from claims.completeness import Item
from claims.models import Issue, IssueKind, RejectionReason, ReviewCheck
from engagements import wordings
from engagements.models import EvidenceRequirement
from mci_portal.common.forms import LineField, ParagraphField
from mci_portal.common.languages import said

LONGEST_TEXT = 2000
offered_rejections = wordings.offered(wordings.List.REJECTION, RejectionReason.choices)
offered_issues = wordings.offered(wordings.List.ISSUE, IssueKind.choices)
MOST_ISSUES = 10


class VersionedForm(forms.Form):
    """Carries the version of the claim that the page showed (F04)."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ApproveForm(VersionedForm):
    """One check per piece of evidence; every required one must be met to approve (T18)."""

    FAILS = ReviewCheck.Verdict.FAILS

    text = ParagraphField(label=_("Comment to the partner (optional)"), max_length=LONGEST_TEXT, required=False)

    def __init__(self, items: list[Item], *args, **kwargs):
        super().__init__(*args, auto_id="approve-%s", **kwargs)
        self.items = items
        for item in items:
            self.fields[f"check-{item.requirement.pk}"] = forms.ChoiceField(
                label=said(item.requirement.label),
                choices=ReviewCheck.Verdict.choices,
                widget=forms.RadioSelect,
                required=item.requirement.required,
                error_messages={"required": _("Say whether this document meets the requirement.")},
            )
            self.fields[f"note-{item.requirement.pk}"] = LineField(
                label=_("Note on “{requirement}”").format(requirement=said(item.requirement.label)),
                max_length=500,
                required=False,
            )
        self.order_fields(["version", *(name for name in self.fields if name.startswith(("check-", "note-"))), "text"])

    @property
    def lines(self) -> list[dict[str, forms.BoundField]]:
        """Verdict and note of each requirement as controls."""
        keys = [item.requirement.pk for item in self.items]
        return [{"check": self[f"check-{key}"], "note": self[f"note-{key}"]} for key in keys]

    @property
    def checks(self) -> dict[int, tuple[str, str]]:
        """Verdict and note of each requirement, as sent; for ``desk``, also of a form that is not complete yet."""
        keys = [item.requirement.pk for item in self.items]
        return {key: (self.data.get(f"check-{key}", ""), self.data.get(f"note-{key}", "")) for key in keys}

    def clean(self) -> dict:
        cleaned = super().clean()
        failed = [name for name, value in cleaned.items() if value == self.FAILS and name.startswith("check-")]
        for name in failed:
            if self.fields[name].required:
                self.add_error(
                    name, _("What does not meet the requirement cannot be approved. Request action instead.")
                )
        return cleaned


class RejectForm(VersionedForm):
    """R-194: at least one reason and an explanation."""

    reasons = forms.MultipleChoiceField(
        label=_("Reasons"), choices=offered_rejections, widget=forms.CheckboxSelectMultiple
    )
    text = ParagraphField(label=_("Explanation for the partner"), max_length=LONGEST_TEXT)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="reject-%s", **kwargs)


class IssueForm(forms.Form):
    """One line of an action request (R-193)."""

    restored = False  # filled from a draft

    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: [("", _("Choose")), *offered_issues()])
    severity = forms.ChoiceField(label=_("Severity"), choices=Issue.Severity.choices, initial=Issue.Severity.MUST)
    text = ParagraphField(label=_("What should the partner do?"), max_length=LONGEST_TEXT)

    def __init__(self, *args, requirements: list[EvidenceRequirement], **kwargs):
        super().__init__(*args, **kwargs)
        by_key = {str(requirement.pk): requirement for requirement in requirements}
        named = [(key, said(requirement.label)) for key, requirement in by_key.items()]
        self.fields["requirement"] = forms.TypedChoiceField(
            label=_("Document"),
            choices=[("", _("None in particular")), *named],
            coerce=by_key.get,
            required=False,
            empty_value=None,
        )
        self.order_fields(["kind", "requirement", "severity", "text"])
        self.fields["text"].widget.attrs["rows"] = 2


class BaseIssues(BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and not self.filled:
            raise forms.ValidationError(_("List at least one issue for the partner to resolve."))

    @property
    def filled(self) -> list[dict]:
        """The issues that were written, for ``review.request_action``; untouched lines are left out."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and form.cleaned_data.get("text")]

    @property
    def written(self) -> list[str]:
        """Every text as it was typed, valid or not."""
        return [text for form in self.forms if (text := form["text"].value())]


Issues = formset_factory(IssueForm, formset=BaseIssues, extra=3, max_num=MOST_ISSUES, absolute_max=MOST_ISSUES)


class NoteForm(forms.Form):
    """A comment that both sides read, or an internal note (R-178)."""

    text = ParagraphField(label=_("Comment or note"), max_length=4000)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="note-%s", **kwargs)
