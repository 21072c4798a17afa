"""Before roles, payout data or addresses change, whoever is at the keyboard says the password again (11.7).

What was typed comes along, so that nothing is lost: the form is answered with the question, and the answer to the
question is the same form with the password. Who has no password here signs in
anew; another proof than a password needs no more than to call ``confirmed``.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mci_portal.accounts import audit
from mci_portal.common import errors

GOOD_FOR_SECONDS = 15 * 60
FIELD = "password_again"
_SESSION_KEY = "confirmed_at"
_NOT_KEPT = (FIELD, "csrfmiddlewaretoken")


class AgainForm(forms.Form):
    password_again = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )


class Unproved(Exception):
    """The proof is too old, wrong, or tried too often. ``form`` asks for the password; None = 429."""

    def __init__(self, form: AgainForm | None) -> None:
        super().__init__()
        self.form = form


def asks_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate, under ``access``, a view that calls ``require``: 422 with the question, 429 after too many tries."""

    @wraps(view)
    def careful(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Unproved as question:
            return _ask(request, question.form) if question.form else errors.too_many(request)

    careful.asks_again = True  # type: ignore[attr-defined]
    return careful


def require(request: Any) -> None:
    """Go on only when the last proof is younger than a quarter of an hour, or the password came along.

    Stands right before what is to be carried out: who may not do it, or asks for what is not his, hears that first.
    """
    if time.time() - int(request.session.get(_SESSION_KEY, 0)) < GOOD_FOR_SECONDS:
        return
    form = AgainForm(request.POST if FIELD in request.POST else None)
    if not form.is_valid():
        raise Unproved(form)
    if not ratelimit.consume(request, action="change_password", user=request.user):
        raise Unproved(None)
    if not request.user.check_password(form.cleaned_data[FIELD]):
        audit.record(audit.What.CONFIRMATION_FAILED, request.actor, request.path)
        form.add_error(FIELD, _("This is not your password."))
        raise Unproved(form)
    confirmed(request)
    audit.record(audit.What.CONFIRMED, request.actor, request.path)


def confirmed(request: HttpRequest) -> None:
    """Somebody has just proved that he is the session's user."""
    request.session[_SESSION_KEY] = int(time.time())


def begin(sender: Any, request: HttpRequest, **_: Any) -> None:
    """Receives ``user_logged_in``: signing in is such a proof."""
    confirmed(request)


def _ask(request: Any, form: AgainForm) -> HttpResponse:
    kept = [(name, value) for name, values in request.POST.lists() if name not in _NOT_KEPT for value in values]
    context = {"form": form, "kept": kept, "has_password": request.user.has_usable_password()}
    return render(request, "accounts/confirm_password.html", context, status=422)
