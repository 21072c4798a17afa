"""My preferences of the Action Center: what is mailed, when, in which language, and to which address (R-242, R-243)."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from mci_portal.accounts import addresses, hidden_notes
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.confirmation import asks_again, require
from mci_portal.accounts.locale import time_zones
from mci_portal.accounts.models import User
from mci_portal.common.clock import database_now
from mci_portal.common.forms import LineField, StrictEmailField
from mci_portal.outbox import menu
from mci_portal.outbox.kinds import OPTIONAL, Category, Workspace
from mci_portal.outbox.models import Digest, MailPreference
from mci_portal.outbox.preferences import mark


class PreferencesForm(forms.Form):
    job_title = LineField(
        label=gettext_lazy("Job title"),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "organization-title"}),
    )
    mail_language = forms.ChoiceField(
        label=gettext_lazy("E-mail language"),
        required=False,
        choices=lambda: [("", _("As the pages of the portal")), *settings.LANGUAGES],
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=lambda: [(zone, zone.replace("_", " ")) for zone in time_zones()],
        help_text=gettext_lazy("Dates and times are shown in this zone. Deadlines do not move with it."),
    )
    digest = forms.ChoiceField(
        label=gettext_lazy("Transactional mail in a digest"),
        required=False,
        choices=Digest.choices,
        help_text=gettext_lazy("Mandatory and recommended mail always comes at once."),
    )
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("Hour of the digest"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        help_text=gettext_lazy("In your time zone."),
    )


class AddressForm(forms.Form):
    email = StrictEmailField(
        label=gettext_lazy("Notification address"),
        help_text=gettext_lazy("We mail a link to a new address. Until you open it, the present one is used."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access(Rule.SIGNED_IN)
def preferences(request):
    """POST also ``mail`` (repeated): the cells of the matrix that stay on. 422 for what the page does not offer."""
    user, wish = request.user, _wish(request.user)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        wanted = set(request.POST.getlist("mail"))
        offered = _offered(request.actor)
        if not wanted <= offered:
            form.add_error(None, _("This category of mail cannot be chosen."))
        if form.is_valid():
            # What another role of this user switched off stays as it is.
            _save(user, form.cleaned_data, sorted(set(wish.muted) - offered | offered - wanted))
            messages.success(request, _("Your preferences are saved."))
            return redirect("accounts:preferences")
        muted = offered - wanted
    else:
        form, muted = PreferencesForm(initial=_initial(user, wish)), set(wish.muted)
    return _page(request, form, None, muted)


@require_POST
@access(Rule.SIGNED_IN)
@asks_again
def address(request):
    """POST ``email``: mails a link to it. 422 for what is no address, and for the sixth within a day."""
    form = AddressForm(request.POST)
    if form.is_valid():
        require(request)
        email = form.cleaned_data["email"]
        try:
            needs_link = addresses.ask(request.user, email, database_now())
        except ValidationError as refusal:
            form.add_error("email", refusal)
        else:
            sent = _("A link is on its way to %(address)s. Open it to confirm the address.")
            used = _("Your notifications go to %(address)s.")
            messages.success(request, (sent if needs_link else used) % {"address": email})
            return redirect("accounts:preferences")
    wish = _wish(request.user)
    return _page(request, PreferencesForm(initial=_initial(request.user, wish)), form, set(wish.muted))


def _wish(user: User) -> MailPreference:
    return MailPreference.objects.filter(user=user).first() or MailPreference(user=user)


def _initial(user: User, wish: MailPreference) -> dict:
    return {
        "job_title": user.job_title,
        "mail_language": wish.language,
        "time_zone": user.time_zone,
        "digest": wish.digest,
        "digest_hour": wish.digest_hour,
    }


def _save(user: User, typed: dict, muted: list[str]) -> None:
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(job_title=typed["job_title"], time_zone=typed["time_zone"])
        MailPreference.objects.update_or_create(
            user=user,
            defaults={
                "muted": muted,
                "language": typed["mail_language"],
                "digest": typed["digest"],
                "digest_hour": typed["digest_hour"],
            },
        )
        hidden_notes.hide(user.pk, hidden_notes.SET_PREFERENCES)


def _workspaces(actor: Actor) -> list[Workspace]:
    return [Workspace.REVIEW if actor.is_microsoft else Workspace.INCENTIVES, Workspace.ACCOUNT]


def _offered(actor: Actor) -> set[str]:
    """The cells that may be switched: never mandatory or recommended ones, never one's own account."""
    return {
        mark(where, category) for where in _workspaces(actor) if where != Workspace.ACCOUNT for category in OPTIONAL
    }


def _matrix(actor: Actor, muted: set[str]) -> list[dict]:
    offered = _offered(actor)
    return [
        {
            "label": where.label,
            "cells": [
                {
                    "value": value,
                    "label": category.label,
                    "on": value not in muted or value not in offered,
                    "fixed": value not in offered,
                }
                for category in Category
                for value in (mark(where, category),)
            ],
        }
        for where in _workspaces(actor)
    ]


def _page(request, form: PreferencesForm, address_form: AddressForm | None, muted: set[str]):
    waiting = addresses.waiting(request.user, database_now())
    present = addresses.current(request.user)
    context = {
        "form": form,
        "address_form": address_form or AddressForm(initial={"email": present}),
        "present": present,
        "waiting": waiting.email if waiting else "",
        "categories": Category.labels,
        "matrix": _matrix(request.actor, muted),
        "nav": menu.entries(request.path),
        "crumbs": [(_("Home"), "/"), (_("Action Center"), reverse("outbox:action_center")), (_("My preferences"), "")],
    }
    failed = form.errors or (address_form is not None and address_form.errors)
    return render(request, "accounts/preferences.html", context, status=422 if failed else 200)
