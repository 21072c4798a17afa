"""What a reviewer keeps while he works on a claim: drafts, saved replies put in, how far he has read (R-191)."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims import completeness, desk, review_drafts, saved_replies
from claims.models import Claim, ReviewDraft
from claims.queries import scope
from claims.review_forms import ApproveForm
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import go_to
from mci_portal.common.numbers import LARGEST_INTEGER, whole


@access(Rule.REVIEWER)
@require_POST
def save(request: HttpRequest, number: int) -> HttpResponse:
    """Keep the form as it is typed so far; ``part`` says which. HTMX gets the line that says so."""
    claim = scope.get(request.actor, number)
    part = _part(request)
    draft = _keep(request, claim, part, review_drafts.fields(part, request.POST))
    if request.htmx:
        return render(request, "review/saved.html", {"draft": {"part": part, "saved_at": draft.saved_at}})
    messages.success(request, _("The draft was saved. It waits here until you decide."))
    return go_to(request, reverse("review:claim", args=(number,)))


@access(Rule.REVIEWER)
@require_POST
def insert(request: HttpRequest, number: int) -> HttpResponse:
    """Put a saved reply behind what is typed, and keep both as the draft. HTMX gets the control, filled."""
    claim = scope.get(request.actor, number)
    part = _part(request)
    name = review_drafts.text_name(part, request.POST.get("into", ""))
    reply = saved_replies.usable(request.actor).filter(pk=whole(request.POST.get("reply", ""))).first()
    fields = review_drafts.fields(part, request.POST)
    typed = (fields.get(name) or [""])[-1]
    text = saved_replies.insert(typed, reply, claim) if reply else typed
    draft = _keep(request, claim, part, fields | {name: [text]})
    if request.htmx:
        context = {
            "control": review_drafts.control(part, name, text),
            "draft": {"part": part, "saved_at": draft.saved_at},
        }
        return render(request, "review/inserted.html", context)
    if reply is None:
        messages.warning(request, _("Choose a saved reply first."))
    return go_to(request, reverse("review:claim", args=(number,)))


@access(Rule.REVIEWER)
@require_POST
def seen(request: HttpRequest, number: int) -> HttpResponse:
    """Everything that the page showed is read: what comes later is new."""
    claim = scope.get(request.actor, number)
    desk.look(claim, request.actor, _version(request, claim))
    messages.success(request, _("Everything up to here is marked as seen."))
    return go_to(request, reverse("review:claim", args=(number,)))


def _keep(request: HttpRequest, claim: Claim, part: str, fields: dict[str, list[str]]) -> ReviewDraft:
    checks = None
    if part == ReviewDraft.Part.APPROVE:
        checks = ApproveForm(completeness.checklist(claim), request.POST).checks
    return desk.save_draft(claim, request.actor, part, fields, _version(request, claim), checks)


def _part(request: HttpRequest) -> str:
    part = request.POST.get("part", ReviewDraft.Part.NOTE)
    if part not in ReviewDraft.Part.values:
        raise BadRequest(_("There is no such form."))
    return part


def _version(request: HttpRequest, claim: Claim) -> int:
    """The claim's version as the page showed it; a page that does not say so showed it as it is."""
    sent = whole(request.POST.get("version", ""), LARGEST_INTEGER)
    return claim.version if sent is None else sent
