"""The addresses of both wizards. A step is one address: GET shows it, POST takes it and leads to the next one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from claims import drafts
from claims.models import Draft
from claims.queries import customers as queries
from customers.pages.wizard import frame, steps
from customers.pages.wizard.run import Run
from customers.reasons import Reason
from customers.resolution import remember
from engagements.availability import Availability, availability
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer, go_to
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.PARTNER)
def add(request, slug):
    """R-080: the first step; what it accepts begins a draft."""
    return _begin(request, Run(request.actor, queries.engagement_of(request.actor, slug), database_now()))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.PARTNER)
def claim(request, slug, ref):
    """R-105: the same for a customer who is known from another engagement."""
    engagement = queries.engagement_of(request.actor, slug)
    known = get_object_or_404(queries.known(request.actor), ref=ref)
    return _begin(request, Run(request.actor, engagement, database_now(), known=known))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.PARTNER)
def add_step(request, slug, draft, step):
    return _take(request, _load(request, slug, draft, Draft.Kind.ADD), step)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.PARTNER)
def claim_step(request, slug, ref, draft, step):
    run = _load(request, slug, draft, Draft.Kind.CLAIM)
    if run.known.ref != ref:
        raise Http404
    return _take(request, run, step)


@require_POST
@access(Rule.PARTNER)
def discard(request, slug, draft):
    """Forget an unfinished wizard."""
    found = drafts.load(request.actor, draft, database_now())
    if found.engagement.slug != slug:
        raise Http404
    drafts.discard(found)
    messages.success(request, _("The draft is discarded."))
    return go_to(request, Run(request.actor, found.engagement, database_now()).list_url)


def _begin(request, run: Run):
    if availability(run.engagement, run.now.date()) != Availability.ACTIVE:
        raise Conflict(Reason("CLOSED").sentence)
    form = steps.STEPS["details"].form(run, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _show(request, run, "details", form)
    run.draft = drafts.begin(run.actor, run.engagement, form.cleaned_data, run.now, run.known)
    return go_to(request, run.url(steps.after(run, "details")))


def _load(request, slug: str, ref: str, kind: str) -> Run:
    """The run of the reader's own draft; raises Http404 for anybody else's, or one of the other wizard."""
    now = database_now()
    draft = drafts.load(request.actor, ref, now)
    if draft.engagement.slug != slug or draft.kind != kind:
        raise Http404
    known = draft.customer if kind == Draft.Kind.CLAIM else None
    return Run(request.actor, draft.engagement, now, draft, known)


def _take(request, run: Run, step: str):
    if step == "done" and run.draft.made:
        return _done(request, run)
    if run.draft.made:
        return go_to(request, run.url("done"))
    if step not in steps.of(run):
        raise Http404
    if request.method != "POST":
        unfinished = steps.first_incomplete(run, step)
        return (
            redirect(run.url(unfinished)) if unfinished else _show(request, run, step, _shown_form(request, run, step))
        )
    if missing := steps.first_missing(run, step):
        raise Conflict(_("First complete the step “%(step)s”.") % {"step": steps.STEPS[missing].LABEL})
    return _confirm(request, run) if step == "review" else _save(request, run, step)


def _shown_form(request, run: Run, step: str):
    if step == "customer" and "id_type" in request.GET:
        return steps.STEPS[step].form(run, shown=request.GET)
    return steps.STEPS[step].form(run)


def _save(request, run: Run, step: str):
    if step != "details" and run.location is None:
        raise Conflict(_("The location can no longer be chosen. Go back to the first step."))
    form = steps.STEPS[step].form(run, request.POST)
    if not form.is_valid():
        return _show(request, run, step, form)
    try:
        values = steps.STEPS[step].accepted(run, form)
    except Conflict as refusal:
        return _show(request, run, step, form, refusal.sentence)
    customer = remember(form.tenant, run.now) if step == "customer" else None
    drafts.save_step(run.draft, step, values, run.now, customer)
    return go_to(request, run.url(step if "check" in request.POST else steps.after(run, step)))


def _confirm(request, run: Run):
    """T01, T02. A refusal is told on the review page, as long as that can still be drawn; the draft stays."""
    try:
        drafts.confirm(run.draft, run.actor, run.now)
    except Conflict as refusal:
        if run.location is None:
            raise
        return _show(request, run, "review", steps.STEPS["review"].form(run), refusal.sentence)
    return go_to(request, run.url("done"))


def _show(request, run: Run, step: str, form, refusal: str = ""):
    context = {
        **frame.around(run, step),
        "form": form,
        "refusal": refusal,
        **steps.STEPS[step].context(run, form, request),
    }
    status = 409 if refusal else 422 if form.errors else 200
    return answer(request, "customers/wizard.html", context, parts=("step",), status=status)


def _done(request, run: Run):
    title = frame.title_of(run)
    context = {
        "wizard_title": title,
        "crumbs": frame.crumbs(run, title),
        "customer": run.customer,
        "claims": drafts.claims_of(run.draft),
        "list_url": run.list_url,
        "add_url": Run(run.actor, run.engagement, run.now).url("details"),
    }
    return render(request, "customers/done.html", context)
