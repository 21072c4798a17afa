"""Brings the user of a session and his roles in one query; named in ``settings.AUTHENTICATION_BACKENDS``."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from mci_portal.accounts.actors import note_grants
from mci_portal.accounts.models import Membership, User


class PortalBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        """As Django's; a member's roles of this moment come along for the one look that the request takes at them."""
        grants = list(
            Membership.objects.filter(user=user_id).select_related("user", "partner").order_by("partner__name", "id")
        )
        if not grants:
            return super().get_user(user_id)
        user = grants[0].user
        if not self.user_can_authenticate(user):
            return None
        note_grants(user, grants)
        return user
