"""Proof of execution on the claim page: upload, download and remove documents (R-156, R-177)."""

from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from claims import evidence, lifecycle
from claims.actions import Action
from claims.models import Document
from claims.pages import done, panel, refused, show_claim
from claims.queries import claim_page, scope
from engagements.models import EvidenceRequirement, EvidenceTemplate
from engagements.templates_in_force import newest, refusal
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.audit import What, leaves_trail
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.numbers import whole
from mci_portal.common.uploads import was_too_large

ACCEPT = ".pdf,.docx,.xlsx,.pptx,.png,.jpg,.jpeg"


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, number: int, requirement_id: int) -> HttpResponse:
    """One or several files for one requirement; the good ones are kept, the others named with the reason."""
    claim, requirement = _asked_for(request, number, requirement_id)
    if request.method != "POST":
        return _form(request, claim, requirement)
    if was_too_large(request):
        sentences = [*evidence.too_large().messages, _("Several files that are too large together: send them singly.")]
        return _form(request, claim, requirement, sentences, status=413)
    files = request.FILES.getlist("files")
    if not files:
        return _form(request, claim, requirement, [_("Choose a file.")], status=422)
    template = _chosen_template(request, requirement)
    problems, status = [], 422
    for file in files:
        try:
            evidence.upload(claim, requirement, cast(BinaryIO, file), file.name or "", request.actor, template=template)
        except ValidationError as refusal:
            problems.append(f"{file.name}: {' '.join(refusal.messages)}")
        except lifecycle.Refused as refusal:
            problems, status = [*problems, f"{file.name}: {refusal.sentence}"], 409
    kept = len(files) - len(problems)
    if problems:
        return _form(request, claim, requirement, problems, status=status, kept=kept)
    return done(request, number, _uploaded(kept), focus=requirement.pk)


def _chosen_template(request: HttpRequest, requirement: EvidenceRequirement) -> EvidenceTemplate | None:
    """The version that was filled in; None = nothing was said, so the current one. Http404 for a foreign one."""
    chosen = request.POST.get("template", "")
    if not chosen:
        return None
    return get_object_or_404(requirement.templates, pk=whole(chosen))


def _versions(request: HttpRequest, requirement: EvidenceRequirement) -> list[dict]:
    """What may be chosen, newest first: every version handed out so far, the refused ones marked (R-048)."""
    today = database_now().date()
    templates = [one for one in requirement.templates.all() if one.valid_from <= today]
    current = newest(templates, today)
    chosen = request.POST.get("template", "") or str(current.pk if current else "")
    return [
        {
            "value": str(one.pk),
            "label": _("{version} (not accepted any more)").format(version=one.version)
            if refusal(one, today)
            else _("{version} (current)").format(version=one.version)
            if one == current
            else one.version,
            "selected": str(one.pk) == chosen,
        }
        for one in templates
    ]


def _uploaded(count: int) -> str:
    return ngettext("{count} document was uploaded.", "{count} documents were uploaded.", count).format(count=count)


def _asked_for(request: HttpRequest, number: int, requirement_id: int):
    claim = scope.get(request.actor, number)
    requirement = EvidenceRequirement.objects.filter(engagement_id=claim.engagement_id, pk=requirement_id).first()
    if requirement is None or requirement.is_survey:
        raise Http404
    claim_page.offer(claim, Action.UPLOAD, request.actor)
    return claim, requirement


def _form(request, claim, requirement, problems=(), *, status: int = 200, kept: int = 0) -> HttpResponse:
    limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
    context = {
        "claim": claim,
        "requirement": requirement,
        "accept": ACCEPT,
        "hint": _("PDF, Word, Excel, PowerPoint, PNG or JPEG, up to {limit} MB at a time.").format(limit=limit),
        "problems": list(problems),
        "kept": kept,
        "versions": _versions(request, requirement),
    }
    if kept:
        # The form stays open with what went wrong; the claim behind it shows what was kept.
        messages.success(request, _uploaded(kept))
        context |= claim_page.context(scope.get(request.actor, claim.number), request.actor)
    return panel(request, "claims/upload.html", context, status=status)


@access(Rule.PARTNER)
@require_POST
def remove(request: HttpRequest, number: int, requirement_id: int) -> HttpResponse:
    """R-156: hide the ticked documents; refused once they were handed in (P23)."""
    claim = scope.get(request.actor, number)
    ids = [pk for one in request.POST.getlist("ids") if (pk := whole(one)) is not None]
    chosen = list(Document.objects.filter(claim=claim, requirement_id=requirement_id, pk__in=ids))
    try:
        claim_page.offer(claim, Action.REMOVE_DOCUMENT, request.actor)
        if not chosen:
            return show_claim(request, number, status=422, problem=_("Tick the documents to remove first."))
        with transaction.atomic():
            for document in chosen:
                evidence.remove(claim, document, request.actor)
    except Conflict as refusal:
        return refused(request, number, refusal)
    sentence = ngettext("{count} document was removed.", "{count} documents were removed.", len(chosen))
    return done(request, number, sentence.format(count=len(chosen)), focus=requirement_id)


@leaves_trail(What.DOWNLOADED)
@access(Rule.INCENTIVES)
@require_safe
def download(request: HttpRequest, number: int, document_id: int) -> FileResponse:
    """The file as it was handed in: always saved, never shown by the browser under our address (E18, E21)."""
    document = scope.get_document(request.actor, number, document_id)
    response = FileResponse(
        evidence.open_file(document), as_attachment=True, filename=document.name, content_type=document.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "no-store"
    return response
