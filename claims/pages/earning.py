"""One earning: from its claim to its payment, with its history; operators move it on here (R-251, R-252)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from claims import adjustments, exchange, payments
from claims.earning_states import NEXT, meaning_of
from claims.guards import payee_profile_complete
from claims.models import Adjustment, AdjustmentReason, Earning, EarningState
from claims.queries import earnings
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.common.answers import answer
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import LineField, ParagraphField
from mci_portal.common.templatetags.ui import day, money


class MoveForm(forms.Form):
    state = forms.ChoiceField(label=gettext_lazy("New status"))
    payment_id = LineField(label=gettext_lazy("Payment ID"), max_length=40, required=False)

    def __init__(self, earning: Earning, *args, **kwargs) -> None:
        super().__init__(*args, initial={"payment_id": earning.payment_id}, **kwargs)
        following = [(state, EarningState(state).label) for state in NEXT[earning.state]]
        self.fields["state"].choices = following


class AdjustForm(forms.Form):
    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        max_digits=12,
        decimal_places=2,
        localize=True,  # with the reader's decimal comma or point
        widget=forms.TextInput(attrs={"autocomplete": "off"}),  # no inputmode: its keyboards have no minus sign
        help_text=gettext_lazy("With a minus sign in front it is taken off."),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=[("", gettext_lazy("Choose")), *AdjustmentReason.choices]
    )
    text = ParagraphField(label=gettext_lazy("Text for the partner"), max_length=500)
    known = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, auto_id="adjust-%s", **kwargs)


@access(Rule.EARNINGS)
@require_safe
def earning(request: HttpRequest, number: int) -> HttpResponse:
    """The earning of the claim ``number``, for its partner and for operators."""
    return _show(request, earnings.get(request.actor, number))


@access(Rule.OPERATOR)
@require_POST
def move(request: HttpRequest, number: int) -> HttpResponse:
    """R-251: the operator says where the payment is now."""
    found = earnings.get(request.actor, number)
    form = MoveForm(found, request.POST)
    # A state that may not follow is a conflict, not a slip of the pen: somebody else moved it meanwhile.
    if not form.is_valid() and "state" not in form.errors:
        return _show(request, found, form=form, status=422)
    try:
        payments.advance(
            found, request.POST.get("state", ""), request.actor, database_now(), form.cleaned_data.get("payment_id", "")
        )
    except ValidationError as error:
        form.add_error("payment_id", error)
        return _show(request, found, form=form, status=422)
    except Conflict as refusal:
        return _show(request, found, problem=refusal.sentence, status=409)
    messages.success(request, _("The earning was moved."))
    return redirect("earnings:detail", number)


@access(Rule.OPERATOR)
@require_POST
def adjust(request: HttpRequest, number: int) -> HttpResponse:
    """R-254: the operator adds to what is paid, or takes off."""
    found = earnings.get(request.actor, number)
    form = AdjustForm(request.POST)
    if form.is_valid():
        try:
            adjustments.adjust(found, by=request.actor, now=database_now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        except Conflict as refusal:
            return _show(request, found, adjust_form=form, problem=refusal.sentence, status=409)
        else:
            messages.success(request, _("The earning was adjusted, and the partner is told."))
            return redirect("earnings:detail", number)
    return _show(request, found, adjust_form=form, status=422)


def _show(
    request: HttpRequest, found: Earning, *, form=None, adjust_form=None, problem: str = "", status: int = 200
) -> HttpResponse:
    claim, meaning = found.claim, meaning_of(found.state, payee_profile_complete(found.claim))
    operates, made = request.actor.kind is Kind.OPERATOR, list(found.adjustments.all())
    moves = operates and bool(NEXT[found.state])
    if adjust_form is None and operates and found.state != EarningState.REJECTED:
        adjust_form = AdjustForm(initial={"known": len(made)})
    context = {
        "crumbs": [
            *earnings.above(request.actor),
            (_("Earnings"), reverse("earnings:list")),
            (claim.number, ""),
        ],
        "claim": claim,
        "earning": found,
        "meaning": meaning,
        "notes": earnings.notes(found.true_up, found.counts_from_on),
        "facts": _facts(found, made, request.actor),
        "adjustments": made,
        "adjust_form": adjust_form,
        "events": [
            {"label": EarningState(event.to_state).label, "event": event} for event in found.events.order_by("-id")
        ],
        "form": (form or MoveForm(found)) if moves else None,
        "problem": problem,
        "payee_url": reverse("eligibility:payee", args=[claim.location.code]) if not request.actor.is_microsoft else "",
    }
    return answer(request, "claims/earning.html", context, status=status)


def _facts(found: Earning, made: list[Adjustment], by: Actor) -> list[tuple[str, object]]:
    claim = found.claim
    number, payment = reverse("claims:detail", args=[claim.number]), earnings.payment_url(found.payment_id)
    return [
        (_("Claim ID"), format_html('<a href="{}">{}</a>', number, claim.number) if by.reads_claims else claim.number),
        (_("Customer"), claim.customer.name),
        (_("Engagement"), claim.engagement.name),
        (_("Partner"), claim.partner.name),
        (_("Location"), claim.location),
        (_("Customer consent date"), day(claim.consented_at)),
        (_("Market"), found.market),
        (_("Amount"), money(found.amount, found.currency)),
        *_adjusted(found, made),
        *_local(found),
        (_("Earning type"), earnings.TYPES[earnings.type_of(found.true_up, claim.hours)].label),
        (_("Approved on"), day(found.created_at)),
        (_("Estimated payment month"), earnings.month(found.estimated_payment_on)),
        (_("Payment ID"), format_html('<a href="{}">{}</a>', payment, found.payment_id) if payment else "-"),
    ]


def _adjusted(found: Earning, made: list[Adjustment]) -> list[tuple[str, object]]:
    if not made:
        return []
    total = adjustments.total(found.amount, made)
    changed = format_html('<a href="#adjustments">{}</a>', money(total - found.amount, found.currency))
    return [(_("Adjustments"), changed), (_("Earned with all adjustments"), money(total, found.currency))]


def _local(found: Earning) -> list[tuple[str, object]]:
    """R-250: what it comes to in the currency of the location; nothing where there is no rate of the month."""
    local = exchange.local(found, database_now())
    if local is None:
        return []
    rate = _("Exchange rate of {month}: {rate}").format(
        month=earnings.month(local.rate.month), rate=number_format(exchange.plain(local.rate))
    )
    label = _("Amount when it was sent, in the currency of the location")
    if not local.final:
        label = _("Amount in the currency of the location, for information")
    return [(label, format_html('{}<span class="sub">{}</span>', money(local.amount, local.rate.currency), rate))]
