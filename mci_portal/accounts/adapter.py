"""Sign-in rules on top of allauth: nobody registers himself, redirects stay on this site, and whoever fails
gets the same answer whatever the reason."""

import secrets

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from mci_portal.accounts import audit, demo, devices
from mci_portal.common.throttle import address_of


class PortalAccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("This e-mail address and password do not belong together."),
        "too_many_login_attempts": _("Too many wrong passwords. Wait five minutes and try again."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def is_ajax(self, request) -> bool:
        """The portal's pages speak HTML; allauth's JSON answers would be a second, untested face."""
        return False

    def add_message(self, *args, **kwargs) -> None:
        """Being in is message enough."""

    def is_safe_url(self, url: str) -> bool:
        """H05: a path on this site, never an address with a host, not even our own."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def pre_authenticate(self, request, **credentials) -> None:
        """11.11: allauth counts in the cache; while that is away, the failures that are written down count."""
        super().pre_authenticate(request, **credentials)
        if audit.guesses_too_often(credentials.get("email", ""), address_of(request)):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request, **credentials):
        """The user, or None for an unknown one, a wrong password and a disabled account alike (H08, G15)."""
        if not settings.DEMO and credentials.get("password") == demo.PASSWORD:
            # Replaced, not refused: the attempt must cost and count like any wrong one.
            credentials["password"] = secrets.token_urlsafe()
        user = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def _get_login_attempts_cache_key(self, request, **credentials) -> str:
        """H09: a device known to the account's owner has its own count of wrong passwords."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:known" if devices.is_known(request, credentials.get("email", "")) else key
