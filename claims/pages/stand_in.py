"""Choose who looks after a claim beside its owner: a side panel of the claim page, or a page of its own."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import stand_ins
from claims.actions import Action
from claims.models import Claim
from claims.pages import done, panel
from claims.queries import claim_page, scope
from mci_portal.accounts.access import Rule, access
from mci_portal.common.errors import Conflict


class StandInForm(forms.Form):
    stand_in = forms.ModelChoiceField(
        label=gettext_lazy("Stand-in"),
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Nobody"),
        help_text=gettext_lazy("Colleagues with an incentives role at the location of the claim."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, claim: Claim, *args, **kwargs):
        super().__init__(*args, auto_id="stand-in-%s", **kwargs)
        field = self.fields["stand_in"]
        field.queryset = stand_ins.candidates(claim)
        field.label_from_instance = lambda user: f"{user.name}, {user.email}"


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, number: int) -> HttpResponse:
    """T40. Whoever may edit the claim may choose; a stale page keeps the choice and shows who is chosen now."""
    claim = scope.get(request.actor, number)
    claim_page.offer(claim, Action.SET_STAND_IN, request.actor)
    if request.method != "POST":
        form = StandInForm(claim, initial={"stand_in": claim.stand_in_id, "version": claim.version})
        return _draw(request, claim, form)
    form = StandInForm(claim, request.POST)
    if not form.is_valid():
        return _draw(request, claim, form, status=422)
    typed = form.cleaned_data
    try:
        changed = stand_ins.choose(claim, typed["stand_in"], request.actor, version=typed["version"])
    except Conflict as refusal:
        claim = scope.get(request.actor, number)
        again = StandInForm(claim, initial={"stand_in": form.data.get("stand_in"), "version": claim.version})
        return _draw(request, claim, again, status=409, problem=refusal.sentence)
    saved = changed.version != claim.version
    return done(
        request, number, _("The stand-in was changed.") if saved else _("Nothing was changed."), focus="details"
    )


def _draw(request: HttpRequest, claim: Claim, form: StandInForm, status: int = 200, problem: str = "") -> HttpResponse:
    return panel(request, "claims/stand_in.html", {"claim": claim, "form": form, "problem": problem}, status=status)
