"""Ask for access to an engagement, and the operator's list and decision (R-030, R-031)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from eligibility.queries import locations
from eligibility.refresh import refresh
from engagements import access_requests
from engagements.models import AccessRequest
from engagements.queries import visible_to
from mci_portal.accounts.access import Rule, access
from mci_portal.common import paging
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import LineField, ParagraphField
from mci_portal.common.lists import ListState

SHOWN = 20


class AskForm(forms.Form):
    reason = ParagraphField(
        label=gettext_lazy("Why your company should have it"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Your experience, customers who asked, your contact at Microsoft."),
    )


class AskByNameForm(AskForm):
    name = LineField(label=gettext_lazy("Name of the engagement"), max_length=150)
    field_order = ("name", "reason")


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.PARTNER)
def request_access(request, slug: str):
    """For one engagement of the list. 404 for one the partner may not see, 409 where a location earns already."""
    engagement = get_object_or_404(visible_to(request.actor.partner_id), slug=slug)
    earning = any(row.earning for row in locations(engagement, request.actor))
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if earning:
            raise Conflict(_("Your company can earn on this engagement already."))
        access_requests.ask(request.actor, engagement, form.cleaned_data["reason"], database_now())
        return _asked(request)
    context = {
        "form": form,
        "engagement": engagement,
        "earning": earning,
        "waiting": access_requests.open_request(request.actor.partner_id, engagement),
        "crumbs": [
            (_("Home"), "/"),
            (_("MCI engagements"), reverse("engagements:list")),
            (engagement.name, reverse("engagements:summary", args=[engagement.slug])),
            (_("Request access"), ""),
        ],
    }
    return render(request, "engagements/request_access.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.PARTNER)
def request_by_name(request):
    """For one that the list does not show. The answer is the same whether it exists or not (R-031)."""
    form = AskByNameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        typed = form.cleaned_data
        access_requests.ask_by_name(request.actor, typed["name"], typed["reason"], database_now())
        return _asked(request)
    context = {
        "form": form,
        "asked": access_requests.of_partner(request.actor)[:SHOWN],
        "crumbs": [
            (_("Home"), "/"),
            (_("MCI engagements"), reverse("engagements:list")),
            (_("Request access"), ""),
        ],
    }
    return render(request, "engagements/request_access_by_name.html", context, status=422 if form.errors else 200)


def _asked(request):
    messages.success(request, _("Your request is with the program operators. You get a mail when they decide."))
    return redirect("engagements:request_by_name")


@require_safe
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def access_requests_list(request):
    """``?tab=decided`` shows what is decided; else what waits, oldest first."""
    tab = "decided" if request.GET.get("tab") == "decided" else ""
    state = ListState.read(request, sorts={"asked": ("id",)}, default_sort="asked", tab=tab)
    rows = AccessRequest.objects.select_related("partner", "engagement", "asked_by")
    rows = rows.exclude(decision="") if tab else rows.filter(decision="")
    if state.q:
        rows = rows.filter(partner__name__icontains=state.q) | rows.filter(asked_name__icontains=state.q)
    page = paging.page(rows, ["-id"] if tab else state.order, state.cursor, state.per_page)
    tabs = [("", _("Waiting")), ("decided", _("Decided"))]
    context = {
        "rows": page.rows,
        "pager": state.pager(page),
        "state": state,
        "tabs": [{"label": label, "url": state.url(tab=value), "current": value == tab} for value, label in tabs],
    }
    return answer(request, "engagements/request_access_list.html", context, parts=("rows",))


class DecisionForm(forms.Form):
    engagement = forms.ChoiceField(label=gettext_lazy("Engagement"), required=False)
    answer = ParagraphField(
        label=gettext_lazy("Answer to the partner"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Needed to decline. It stands in the mail."),
    )

    def __init__(self, engagements, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.engagements = {one.slug: one for one in engagements}
        choices = [(slug, f"{one.name} ({one.get_visibility_display()})") for slug, one in self.engagements.items()]
        self.fields["engagement"].choices = choices if len(choices) == 1 else [("", _("Choose")), *choices]


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.OPERATOR, readers=Rule.AUDITOR)
def decide_access(request, request_id: int):
    """POST ``decision``: ``approve`` (with ``engagement``) or ``decline`` (with ``answer``)."""
    asked = get_object_or_404(AccessRequest.objects.select_related("partner", "engagement", "asked_by"), pk=request_id)
    choices = access_requests.choices_for(asked, database_now().date())
    form = DecisionForm(choices, request.POST if request.method == "POST" else None)
    problem = ""
    if form.is_valid():
        try:
            _carry_out(request, form, asked)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except Conflict as refusal:
            problem = refusal.sentence
        else:
            return redirect("engagements:access_requests")
    status = 409 if problem else 422 if form.errors else 200
    context = {"asked": asked, "form": form, "problem": problem}
    return render(request, "engagements/request_access_decide.html", context, status=status)


def _carry_out(request, form: DecisionForm, asked: AccessRequest) -> None:
    by, words, now = request.actor, form.cleaned_data["answer"], database_now()
    decision = request.POST.get("decision")
    if decision == "decline":
        access_requests.decline(by, asked, words, now)
        messages.success(request, _("The request is declined."))
        return
    if decision != "approve":
        raise Http404
    engagement = form.engagements.get(form.cleaned_data["engagement"])
    if engagement is None:
        raise ValidationError({"engagement": _("Choose the engagement that is meant.")})
    if access_requests.approve(by, asked, engagement, words, now):
        # The daily job would do it too; the partner should not have to wait for it.
        places = list(asked.partner.locations.values_list("pk", flat=True))
        refresh(now, locations=places, engagements=[engagement.pk])
    messages.success(request, _("The request is approved."))
