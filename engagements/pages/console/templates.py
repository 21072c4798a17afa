"""A new version of a form to fill in (R-048)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import filetypes
from claims.queries import touched
from engagements.console import templates
from engagements.models import Engagement, EvidenceRequirement
from engagements.models.evidence import SURVEYS
from engagements.pages.console import crumbs
from engagements.pages.console.telling import tell
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.forms import DayField, LineField

LARGEST = 5 * 1024 * 1024
KINDS = ("docx", "xlsx", "pptx", "pdf")
SHOWN = 50


class TemplateForm(forms.Form):
    requirement = forms.ModelChoiceField(
        EvidenceRequirement.objects.none(), label=gettext_lazy("For"), empty_label=gettext_lazy("Choose")
    )
    version = forms.RegexField(
        r"^[A-Za-z0-9._-]{1,20}$",
        label=gettext_lazy("Version"),
        help_text=gettext_lazy("Such as 2027-01. Letters, digits, dots and hyphens."),
    )
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("Word, Excel, PowerPoint or PDF, at most 5 MB.")
    )
    changes = LineField(label=gettext_lazy("What is new"), max_length=300, required=False)
    valid_from = DayField(label=gettext_lazy("Valid from"))
    refused_from = DayField(
        label=gettext_lazy("Former versions are refused from"),
        help_text=gettext_lazy("Goes by the day of submission, whenever the customer consented."),
    )

    def __init__(self, engagement: Engagement, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        rows = EvidenceRequirement.objects.filter(engagement=engagement, ended_on=None).exclude(kind__in=SURVEYS)
        self.fields["requirement"].queryset = rows.select_related("engagement")

    def clean_file(self):
        """What the file really is decides, not its name (E01 to E19)."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than 5 MB."))
        try:
            self.extension = filetypes.identify_isolated(file.temporary_file_path(), file.name).extension
        except filetypes.Unacceptable as refusal:
            raise ValidationError(_(refusal.sentence)) from refusal
        if self.extension not in KINDS:
            raise ValidationError(_("A template is a Word, Excel, PowerPoint or PDF file."))
        return file


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR)
def add_template(request, slug: str):
    """Shows which open claims will have to use the new version."""
    engagement = get_object_or_404(Engagement, slug=slug)
    form = TemplateForm(engagement, *(request.POST, request.FILES) if request.method == "POST" else ())
    if form.is_valid():
        typed = dict(form.cleaned_data)
        content = typed.pop("file").read()
        requirement = typed.pop("requirement")
        now = database_now()
        try:
            templates.add(request.actor, requirement, content, form.extension, now, **typed)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            tell(now, [engagement.pk])
            messages.success(request, _("The new version is in place. Partners whose claims it concerns are told."))
            return redirect("operator_catalogue:engagement", slug)
    claims = touched.still_to_submit(slug)
    context = {
        "form": form,
        "engagement": engagement,
        "claims": claims[:SHOWN],
        "further": max(0, claims.count() - SHOWN),
        "crumbs": crumbs(
            (_("Engagements"), reverse("operator_catalogue:engagements")),
            (engagement.name, reverse("operator_catalogue:engagement", args=[slug])),
            (_("New template version"), ""),
        ),
    }
    return render(request, "operator/template.html", context, status=422 if form.errors else 200)
