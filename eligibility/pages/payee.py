"""Payout and tax: where a location is paid, and the form to change it (R-009, R-054, R-055)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from eligibility import payee
from eligibility.models import PayeeProfile, PayeeStatus
from mci_portal.accounts import audit
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.accounts.models import Location
from mci_portal.common.clock import database_now
from mci_portal.common.forms import LineField

SECRET = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}


class PayeeForm(forms.Form):
    """What a field means is judged by ``payee.update``; here only that each is one line of text."""

    holder = LineField(label=gettext_lazy("Account holder"), max_length=150)
    iban = LineField(label=gettext_lazy("IBAN or account number"), max_length=60, widget=forms.TextInput(attrs=SECRET))
    bic = LineField(label=gettext_lazy("BIC"), max_length=30, widget=forms.TextInput(attrs=SECRET))
    tax_country = LineField(
        label=gettext_lazy("Tax country"), max_length=2, help_text=gettext_lazy("Two letters, for example NL.")
    )
    tax_id = LineField(label=gettext_lazy("Tax ID"), max_length=40, widget=forms.TextInput(attrs=SECRET))


@sensitive_post_parameters("holder", "iban", "bic", "tax_id")
@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
@asks_again
def payout_and_tax(request: HttpRequest, code: str) -> HttpResponse:
    """An Incentives admin of the location reads masked values and changes them; others see who can (R-054)."""
    location = _location(request.actor, code)
    if request.method != "POST":
        profile = _profile(location)
        kept = {"holder": profile.account_holder, "tax_country": profile.tax_country or location.country}
        return _draw(request, location, profile, PayeeForm(initial=kept))
    form = PayeeForm(request.POST)
    if payee.may_update(location, request.actor):
        require(request)
    if not _saved(form, location, request.actor):
        return _draw(request, location, _profile(location), form, status=422)
    audit.record(audit.What.PAYEE_CHANGED, request.actor, location.code)
    messages.success(request, _("The payee profile was handed in. Microsoft validates it within 48 hours."))
    return redirect("eligibility:payee", code)


def _saved(form: PayeeForm, location: Location, by: Actor) -> bool:
    """Ask the domain even where a field is not a line of text, so that all wrong fields are told at once."""
    form.is_valid()
    typed = {name: form.cleaned_data.get(name, "") for name in form.fields}
    try:
        payee.update(location, by, database_now(), **typed)
    except ValidationError as refusal:
        for name, errors in refusal.error_dict.items():
            if name not in form.errors:
                form.add_error(name, errors)
    return not form.errors


def _location(by: Actor, code: str) -> Location:
    """404 for another company's location, 403 for one of the own company where the reader does not work (R-008)."""
    location = Location.objects.select_related("payee").filter(partner_id=by.partner_id, code=code).first()
    if location is None:
        raise Http404
    if not by.works_at(location.pk):
        raise PermissionDenied(_("This location belongs to your company, but you do not work for it."))
    return location


def _profile(location: Location) -> PayeeProfile:
    return getattr(location, "payee", None) or PayeeProfile(location=location)


def _draw(request: HttpRequest, location: Location, profile: PayeeProfile, form: PayeeForm, status: int = 200):
    may_update = payee.may_update(location, request.actor)
    home = reverse("engagements:list")
    context = {
        "crumbs": [
            (_("Home"), reverse("accounts:home")),
            (_("Incentives"), home),
            (_("Payout and tax: {location}").format(location=location.name), ""),
        ],
        "location": location,
        "states": [
            {"label": _("Bank profile"), "words": profile.get_bank_status_display(), **_look(profile.bank_status)},
            {"label": _("Tax profile"), "words": profile.get_tax_status_display(), **_look(profile.tax_status)},
        ],
        "is_complete": profile.complete,
        "is_pending": PayeeStatus.PENDING in (profile.bank_status, profile.tax_status),
        "may_update": may_update,
        "who_can": payee.who_can_update(location),
        "masked": _masked(profile) if may_update else [],
        "submitted_at": profile.submitted_at if may_update else None,
        "form": form,
    }
    return render(request, "eligibility/payee.html", context, status=status)


def _look(state: str) -> dict[str, str]:
    return {
        PayeeStatus.MISSING: {"tone": "warning", "symbol": "Warning"},
        PayeeStatus.PENDING: {"tone": "info", "symbol": "Clock"},
        PayeeStatus.APPROVED: {"tone": "success", "symbol": "Completed"},
        PayeeStatus.EXPIRED: {"tone": "danger", "symbol": "StatusErrorFull"},
    }[PayeeStatus(state)]


def _masked(profile: PayeeProfile) -> list[tuple[str, str]]:
    return [
        (_("Account holder"), profile.account_holder),
        (_("IBAN or account number"), profile.masked_iban),
        (_("BIC"), profile.masked_bic),
        (_("Tax country"), profile.tax_country),
        (_("Tax ID"), profile.masked_tax_id),
    ]
