"""Upload of a catalogue file, its preview, and the present catalogue as a file (R-277)."""

from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from claims.queries import touched
from engagements.catalogue import CatalogueError
from engagements.console import difference, export, uploads
from engagements.models import CatalogueUpload, Engagement
from engagements.pages.console import crumbs, wording
from engagements.pages.console.telling import tell
from engagements.pages.console.verdicts import judge
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.audit import What, leaves_trail
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict

SHOWN = 20
CLAIMS_SHOWN = 50
AROUND = 2  # lines shown before and after one with a problem


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Catalogue file"), required=False, help_text=gettext_lazy("YAML, at most 1 MB.")
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste its text"),
        required=False,
        strip=False,
        max_length=uploads.LARGEST,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80, "spellcheck": "false"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > uploads.LARGEST:
            raise ValidationError(_("The file is larger than 1 MB."))
        return file

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors and not cleaned.get("file") and not cleaned.get("text", "").strip():
            raise ValidationError(_("Choose a file or paste its text."))
        return cleaned

    def content(self) -> tuple[str, bytes]:
        """Name and bytes of what was given."""
        file = self.cleaned_data["file"]
        if file:
            return file.name, file.read()
        return _("Pasted text"), self.cleaned_data["text"].replace("\r\n", "\n").encode()


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def catalogue(request):
    """POST checks the file at once: a good one leads to its preview, a bad one comes back with its lines."""
    form = UploadForm(*(request.POST, request.FILES) if request.method == "POST" else ())
    problems: list[dict] = []
    if form.is_valid():
        name, content = form.content()
        try:
            upload = uploads.stage(request.actor, name[-150:], content, database_now())
        except CatalogueError as refusal:
            problems = beside(refusal, content)
        else:
            return redirect("operator_catalogue:preview", upload.pk)
    recent = CatalogueUpload.objects.select_related("uploaded_by", "applied_by").defer("text", "preview")
    context = {
        "form": form,
        "problems": problems,
        "uploads": recent.order_by("-id")[:SHOWN],
        "crumbs": crumbs((_("Catalogue"), "")),
    }
    return render(request, "operator/catalogue.html", context, status=422 if problems or form.errors else 200)


def beside(refusal: CatalogueError, content: bytes) -> list[dict]:
    """Each problem with the lines around it: (number, text, whether it is the one)."""
    lines = content.decode(errors="replace").splitlines() or [""]
    return [
        {
            "line": problem.line,
            "sentence": problem.sentence,
            "lines": [
                (number, lines[number - 1][:200], number == problem.line)
                for number in range(max(1, problem.line - AROUND), min(len(lines), problem.line + AROUND) + 1)
            ],
        }
        for problem in refusal.problems
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def preview(request, upload_id: int):
    """POST ``do``: ``apply``, ``check`` (make the preview anew) or ``discard``. 409 where the preview is stale."""
    upload = get_object_or_404(CatalogueUpload.objects.select_related("uploaded_by", "applied_by"), pk=upload_id)
    problems: list[dict] = []
    refused = ""
    if request.method == "POST":
        try:
            return _carry_out(request, upload)
        except CatalogueError as refusal:
            problems = beside(refusal, upload.text.encode())
        except Conflict as refusal:
            upload.refresh_from_db()
            refused = refusal.sentence
    context = {
        "upload": upload,
        "problems": problems,
        "refused": refused,
        "counts": [(wording.action(name), number) for name, number in difference.counts(upload.preview).items()],
        "past_rates": sum(_edits_the_past(one, upload.checked_on) for one in upload.preview),
        "groups": _groups(upload.preview),
        "crumbs": crumbs((_("Catalogue"), reverse("operator_catalogue:catalogue")), (str(upload), "")),
    }
    return render(request, "operator/preview.html", context, status=422 if problems else 409 if refused else 200)


def _carry_out(request, upload: CatalogueUpload) -> HttpResponse:
    do, now = request.POST.get("do"), database_now()
    if do == "apply":
        entries = uploads.apply(request.actor, upload, now)
        slugs = {one["slug"] for one in entries}
        everywhere = any(one["table"] == "marketcountry" for one in entries)
        changed = list(Engagement.objects.filter(slug__in=slugs).values_list("pk", flat=True))
        judge(now, None if everywhere else changed)
        tell(now, changed)
        messages.success(request, _("The catalogue is changed. Who may earn was judged anew."))
    elif do == "check":
        uploads.check_again(request.actor, upload, now)
        messages.success(request, _("The preview is made anew."))
    elif do == "discard":
        uploads.discard(request.actor, upload, now)
        messages.success(request, _("The file is put aside."))
        return redirect("operator_catalogue:catalogue")
    else:
        raise Http404
    return redirect("operator_catalogue:preview", upload.pk)


def _groups(entries: list[difference.Entry]) -> list[dict]:
    """The entries by engagement, each with the open claims it concerns and what that means for them."""
    by_engagement: dict[tuple[str, str], list[difference.Entry]] = {}
    for one in entries:
        by_engagement.setdefault((one["engagement"], one["slug"]), []).append(one)
    claims = touched.by_engagement([slug for _name, slug in by_engagement if slug])
    return [
        {
            "name": name or _("For all engagements"),
            "rows": [_row(one) for one in some],
            "touched": claims.get(slug) if slug else _touched_by_types(some),
            "rates": sorted({one["after"]["valid_from"] for one in some if _is_new_rate(one)}),
            **_to_submit(slug, some),
        }
        for (name, slug), some in sorted(by_engagement.items())
    ]


def _row(one: difference.Entry) -> dict:
    return {
        "action": wording.action(one["action"]),
        "tone": wording.TONES[one["action"]],
        "table": wording.table(one["table"]),
        "what": one["what"],
        "carried": one["carried"],
        "columns": wording.columns(one["table"], one["before"], one["after"]),
    }


def _touched_by_types(entries: list[difference.Entry]) -> touched.Touched | None:
    """The open claims of the types whose day counts change; they keep those they were given."""
    names = [one["what"] for one in entries if one["table"] == "engagementtype"]
    names += [one["what"].rpartition(" – ")[0] for one in entries if one["table"] == "typeterms"]
    slugs = Engagement.objects.filter(type__name__in=names).values_list("slug", flat=True)
    return touched.altogether(list(slugs)) if names else None


def _edits_the_past(one: difference.Entry, today: date) -> bool:
    """A rate that has begun gets another amount, or goes: allowed to a file, which may correct a mistake."""
    is_edit = one["action"] == "removed" or "amount" in one["after"]
    return one["table"] == "rate" and one["action"] != "created" and is_edit and one["what"][-10:] <= str(today)


def _is_new_rate(one: difference.Entry) -> bool:
    return one["table"] == "rate" and one["action"] == "created"


def _to_submit(slug: str, entries: list[difference.Entry]) -> dict:
    """R-048: the claims that must use the new form when a template is superseded; at most fifty by name."""
    if not any(one["table"] == "evidencetemplate" and one["after"].get("refused_from") for one in entries):
        return {"must_use_new": [], "further": 0}
    found = touched.still_to_submit(slug)
    return {"must_use_new": found[:CLAIMS_SHOWN], "further": max(0, found.count() - CLAIMS_SHOWN)}


@leaves_trail(What.EXPORTED)
@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def download(request):
    """The catalogue of this moment; uploaded again, it changes nothing."""
    answer = HttpResponse(export.as_yaml(), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="catalogue-{database_now():%Y-%m-%d}.yaml"'
    return answer
