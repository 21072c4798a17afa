"""Before roles, payout data or addresses change, whoever is at the keyboard says the password again (11.7).

A decorator of the pages in question. What was typed comes along, so that nothing is lost: the form is answered with
the question, and the answer to the question is the same form with the password. Who has no password here signs in
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


def asks_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate, under ``access``: sending asks for the password when the last proof is older than a quarter of an hour.

    Looking asks for nothing. Answers 422 with the question, and 429 for too many wrong passwords.
    """

    @wraps(view)
    def careful(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST" or _is_fresh(request):
            return view(request, *args, **kwargs)
        form = AgainForm(request.POST if FIELD in request.POST else None)
        if not form.is_valid():
            return _ask(request, form)
        if not ratelimit.consume(request, action="change_password", user=request.user):
            return errors.too_many(request)
        if not request.user.check_password(form.cleaned_data[FIELD]):
            audit.record(audit.What.CONFIRMATION_FAILED, request.actor, request.path)
            form.add_error(FIELD, _("This is not your password."))
            return _ask(request, form)
        confirmed(request)
        audit.record(audit.What.CONFIRMED, request.actor, request.path)
        return view(request, *args, **kwargs)

    careful.asks_again = True  # type: ignore[attr-defined]
    return careful


def confirmed(request: HttpRequest) -> None:
    """Somebody has just proved that he is the session's user."""
    request.session[_SESSION_KEY] = int(time.time())


def begin(sender: Any, request: HttpRequest, **_: Any) -> None:
    """Receives ``user_logged_in``: signing in is such a proof."""
    confirmed(request)


def _is_fresh(request: HttpRequest) -> bool:
    return time.time() - int(request.session.get(_SESSION_KEY, 0)) < GOOD_FOR_SECONDS


def _ask(request: Any, form: AgainForm) -> HttpResponse:
    kept = [(name, value) for name, values in request.POST.lists() if name not in _NOT_KEPT for value in values]
    context = {"form": form, "kept": kept, "has_password": request.user.has_usable_password()}
    return render(request, "accounts/confirm_password.html", context, status=422)
