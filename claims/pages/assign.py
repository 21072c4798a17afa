"""A lead reviewer or operator gives a claim to a reviewer, or to another one (R-012)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import assignment, lifecycle
from claims.actions import Action
from claims.models import Claim
from claims.pages import asking, offered
from claims.queries import scope
from mci_portal.accounts.access import Rule, access


class AssignForm(forms.Form):
    reviewer = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Reviewer"))

    def __init__(self, claim: Claim, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].queryset = assignment.candidates(claim)


@access(Rule.MICROSOFT)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, number: int) -> HttpResponse:
    """What the former reviewer has drafted stays his, and is not shown to the new one."""
    claim = scope.get(request.actor, number)
    offered(request, claim, Action.ASSIGN)
    form = AssignForm(claim, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reviewer = form.cleaned_data["reviewer"]
        lifecycle.perform(claim, Action.ASSIGN, request.actor, assignee=reviewer, note=reviewer.name)
        messages.success(request, _("{name} has the claim now.").format(name=reviewer.name))
        return redirect("review:claim", number)
    return asking(
        request,
        claim,
        form,
        heading=_("Assign to a reviewer"),
        button=_("Assign to a reviewer"),
        lead=_("Only reviewers who may decide this claim are offered."),
        back=reverse("review:claim", args=(number,)),
    )
