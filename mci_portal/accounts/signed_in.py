"""Who is signed in, without a query of his own: the session brought him along. Stands where Django's
AuthenticationMiddleware stands otherwise."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from mci_portal.accounts.models import User


class SignedInMiddleware(AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: Any) -> Any:
    """The user of the session, kept where Django keeps him; caches are told by it that the page is somebody's."""
    if not hasattr(request, "_cached_user"):
        request._cached_user = _found(request)
    return request._cached_user


def _found(request: HttpRequest) -> Any:
    """Whatever does not fit the session - a changed password, a user switched off, an older key of the
    site - is left to Django, which reads him anew and decides."""
    session: Any = request.session
    told = session.get(auth.SESSION_KEY)  # reads the session
    user: User | None = session.user
    if user is not None and told == str(user.pk) and user.is_active and _fits(session, user):
        return user
    return auth.get_user(request)


def _fits(session: Any, user: User) -> bool:
    backend, mark = session.get(auth.BACKEND_SESSION_KEY), session.get(auth.HASH_SESSION_KEY, "")
    return backend in settings.AUTHENTICATION_BACKENDS and constant_time_compare(mark, user.get_session_auth_hash())
