"""Which tenant an ID belongs to (R-086, R-087). The wizards call ``resolve``; ``settings.TENANT_RESOLVER`` answers."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from customers.identity import normalise

from .local import known_domains, other_ids
from .opportunities import find_opportunity
from .remembering import remember
from .subscriptions import check_subscription, find_subscription
from .tenants import DirectoryUnavailable, Tenant, TenantNotFound

__all__ = [
    "DirectoryUnavailable",
    "Tenant",
    "TenantNotFound",
    "TenantResolver",
    "check_subscription",
    "find_opportunity",
    "find_subscription",
    "known_domains",
    "other_ids",
    "remember",
    "resolve",
]


class TenantResolver(Protocol):
    """What a class named by ``settings.TENANT_RESOLVER`` offers; it gets normalised values only."""

    def resolve(self, id_type: str, value: str) -> Tenant:
        """Return the tenant, or raise TenantNotFound or DirectoryUnavailable."""


def resolve(id_type: str, value: str) -> Tenant:
    """Return the tenant that an ID belongs to; the check runs on this ID alone (R-089).

    Raises ValidationError for a malformed value (before anything is looked up), TenantNotFound with the
    sentence of R-087, and DirectoryUnavailable when the directory cannot answer now.
    """
    value = normalise(id_type, value)
    adapter: TenantResolver = import_string(settings.TENANT_RESOLVER)()
    return adapter.resolve(id_type, value)
