"""The reviewer's view of one claim, and his decision (ui-spec 6.12, R-191..R-199)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from claims import completeness, desk, lifecycle, review, review_drafts, saved_replies, shortcuts
from claims.actions import Action
from claims.models import Claim
from claims.queries import review_claim, scope
from claims.review_forms import ApproveForm, BaseIssues, Issues, NoteForm, RejectForm, VersionedForm
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Kind as ActorKind
from mci_portal.common.answers import answer, go_to
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict


@access(Rule.MICROSOFT)
@require_safe
def claim(request: HttpRequest, number: int) -> HttpResponse:
    """Everything about the claim, with the decision panel for the reviewer who took it."""
    return _show(request, scope.get(request.actor, number))


@access(Rule.REVIEWER)
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """T18, T28."""
    claim = scope.get(request.actor, number)
    form = ApproveForm(completeness.checklist(claim), request.POST)
    return _decide(
        request,
        claim,
        Action.APPROVE,
        "approve",
        form,
        lambda: desk.approve(claim, request.actor, form.checks, _text(form), _version(form)),
    )


@access(Rule.REVIEWER)
@require_POST
def reject(request: HttpRequest, number: int) -> HttpResponse:
    """T19, T29."""
    claim = scope.get(request.actor, number)
    form = RejectForm(request.POST)
    return _decide(
        request,
        claim,
        Action.REJECT,
        "reject",
        form,
        lambda: review.reject(claim, request.actor, form.cleaned_data["reasons"], _text(form), version=_version(form)),
    )


@access(Rule.REVIEWER)
@require_POST
def request_action(request: HttpRequest, number: int) -> HttpResponse:
    """T20."""
    claim = scope.get(request.actor, number)
    issues = _issues(completeness.checklist(claim), request.POST)
    shown = VersionedForm(request.POST)
    # A page that does not say which version it showed counts as an old one.
    version = _version(shown) if shown.is_valid() else -1
    return _decide(
        request,
        claim,
        Action.REQUEST_ACTION,
        "issues",
        issues,
        lambda: review.request_action(claim, request.actor, issues.filled, version=version),
    )


@access(Rule.REVIEWER)
@require_POST
def comment(request: HttpRequest, number: int) -> HttpResponse:
    """A comment to the partner, or with the other button an internal note (R-178)."""
    claim = scope.get(request.actor, number)
    form = NoteForm(request.POST)
    internal = request.POST.get("internal") == "1"
    action = Action.WRITE_NOTE if internal else Action.COMMENT
    return _decide(
        request,
        claim,
        action,
        "note",
        form,
        lambda: desk.comment(claim, request.actor, _text(form), internal),
    )


def _text(form) -> str:
    return form.cleaned_data["text"]


def _version(form) -> int:
    return form.cleaned_data["version"]


def _issues(items: list[completeness.Item], *data):
    return Issues(*data, form_kwargs={"requirements": [item.requirement for item in items]}, prefix="issues")


def _decide(
    request: HttpRequest, claim: Claim, action: Action, name: str, form, act: Callable[[], Claim]
) -> HttpResponse:
    """Carry it out and show the claim anew; else show the page with the form as it was typed.

    Who may not do it is told so whatever he typed (403).
    """
    if not lifecycle.permitted(claim, action, request.actor):
        raise lifecycle.NotPermitted
    if not form.is_valid():
        return _show(request, claim, status=422, **{name: form})
    try:
        changed = act()
    except Conflict as refusal:
        messages.error(request, refusal.sentence)
        return _show(request, scope.get(request.actor, claim.number), status=409, **{name: form})
    messages.success(request, _done(name, changed))
    return go_to(request, reverse("review:claim", args=(claim.number,)))


def _done(name: str, claim: Claim) -> str:
    if name == "note":
        return _("Your text was added.")
    return _("Claim {number} is now “{status}”. The partner was told.").format(
        number=claim.number, status=claim.get_status_display()
    )


def _show(request: HttpRequest, claim: Claim, status: int = 200, **typed) -> HttpResponse:
    now = getattr(claim, "read_at", None) or database_now()
    context = review_claim.load(claim, request.actor, now, request.GET.get("document", ""))
    items = [evidence.item for evidence in context["evidence"]]
    version = {"version": claim.version}
    drafts = desk.drafts(claim, request.actor)
    kept = {part: review_drafts.initial(draft) for part, draft in drafts.items()}
    issues = _issues(items)
    review_drafts.restore_issues(issues, kept.get("issues", {}))
    context |= {
        "crumbs": [(_("Home"), "/"), (_("Review queue"), reverse("review:queue")), (str(claim.number), "")],
        "approve": ApproveForm(
            items, initial=kept.get("approve", {}) | review_drafts.check_values(context["checks"]) | version
        ),
        "reject": RejectForm(initial=kept.get("reject", {}) | version),
        "issues_form": issues,
        "note": NoteForm(initial=kept.get("note", {})),
        "drafts": review_drafts.shown(drafts, context["events"], request.actor),
        "replies": saved_replies.options(request.actor) if request.actor.kind is ActorKind.REVIEWER else [],
        "reviews": request.actor.kind is ActorKind.REVIEWER,
        "shortcuts": shortcuts.enabled(request.actor),
        "next_url": f"{reverse('review:next')}?{request.session.get('review_queue', '')}",
        "here": request.get_full_path() if request.method == "GET" else reverse("review:claim", args=(claim.number,)),
        "unsent": _unsent(context["offers"], typed),
    }
    for name, form in typed.items():
        context["issues_form" if name == "issues" else name] = _of_this_version(form, claim)
    context["checklist"] = context["approve"].lines
    return answer(request, "review/claim.html", context, parts=("viewer",), status=status)


def _of_this_version(form, claim: Claim):
    """The form as typed, but sent again it speaks of the claim that the reader has now before him (F04)."""
    if isinstance(form, VersionedForm):
        data = form.data.copy()
        data["version"] = str(claim.version)
        form.data = data
    return form


def _unsent(offers: dict, typed: dict) -> list[str]:
    """What was typed into a form that the page, as the claim is now, no longer draws."""
    needs = {"approve": "approve", "reject": "reject", "issues": "request_action", "note": "write_note"}
    texts = []
    for name, form in typed.items():
        if needs[name] not in offers:
            texts += form.written if isinstance(form, BaseIssues) else [form["text"].value() or ""]
    return [text for text in texts if text.strip()]
