"""The claim page, and what is typed and sent on it: the comment, the submission, the answers to a reviewer's issues."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from claims import associations, review
from claims.actions import Action
from claims.forms import AnswerForm, HandInForm
from claims.models import Kind
from claims.pages import done, refused, show_claim
from claims.queries import claim_page, scope
from mci_portal.accounts.access import Rule, access
from mci_portal.common.errors import Conflict


@access(Rule.INCENTIVES)
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """R-150: the claim with all its parts."""
    return show_claim(request, number)


@access(Rule.PARTNER)
@require_POST
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """T15, T21, T25. What stands in the comment box goes along, so that it is not lost (R-166)."""
    claim = scope.get(request.actor, number)
    form = claim_page.hand_in_form(claim, request.POST)
    form.require_acknowledgement()
    try:
        claim_page.offer(claim, Action.SUBMIT, request.actor)
        if not form.is_valid():
            return show_claim(request, number, status=422, hand_in=form)
        _hand_in(claim, request.actor, form)
    except Conflict as refusal:
        return refused(request, number, refusal, hand_in=_again(form, claim))
    return done(request, number, _("The claim was submitted."), focus="status")


def _hand_in(claim, by, form: HandInForm) -> None:
    typed = form.cleaned_data
    version, text = typed["version"], typed["text"]
    with transaction.atomic():
        if text:
            review.comment(claim, by, text)
            version = version and version + 1
        if claim.kind == Kind.CPOR:
            associations.submit(claim, by, form.ticked, version=version)
            return
        review.submit(claim, by, version=version, acknowledged_payee=typed.get("acknowledged", False))


@access(Rule.PARTNER)
@require_POST
def comment(request: HttpRequest, number: int) -> HttpResponse:
    """R-166, R-178: a word to the reviewers."""
    claim = scope.get(request.actor, number)
    form = claim_page.hand_in_form(claim, request.POST)
    form.require_text()
    try:
        claim_page.offer(claim, Action.COMMENT, request.actor)
        if not form.is_valid():
            return show_claim(request, number, status=422, hand_in=form)
        review.comment(claim, request.actor, form.cleaned_data["text"])
    except Conflict as refusal:
        return refused(request, number, refusal, hand_in=_again(form, claim))
    return done(request, number, _("Your comment was added."), focus="comment")


def _again(form: HandInForm, claim) -> HandInForm:
    """The form with what was typed, and the version that the redrawn page shows."""
    claim.refresh_from_db(fields=("version",))
    typed = {"text": form.data.get("text", ""), "version": claim.version}
    ticks = [name for name in form.fields if name == "acknowledged" or name.startswith("ack_")]
    typed |= {name: form.data.get(name) for name in ticks}
    return HandInForm(initial=typed, payee_incomplete="acknowledged" in ticks, acknowledges=len(ticks) > 1)


@access(Rule.PARTNER)
@require_POST
def answer_issue(request: HttpRequest, number: int, issue_id: int) -> HttpResponse:
    """R-172: one issue of the reviewer, answered."""
    claim = scope.get(request.actor, number)
    issue = claim.issues.filter(pk=issue_id).first()
    if issue is None:
        raise Http404
    form = AnswerForm(issue.pk, request.POST)
    try:
        claim_page.offer(claim, Action.ANSWER_ISSUE, request.actor)
        if not form.is_valid():
            return show_claim(request, number, status=422, answered=(issue.pk, form))
        review.answer_issue(claim, issue, form.cleaned_data["answer"], request.actor)
    except Conflict as refusal:
        return refused(request, number, refusal)
    return done(request, number, _("Your answer was saved."), focus="issues")
