"""What a directory answers: a tenant, or one of two refusals. Used by the adapters and by who calls ``resolve``."""

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from customers.identity import IdType


@dataclass(frozen=True)
class Tenant:
    """An organisation as a directory knows it; unknown facts are empty, unknown seats 0.

    ``tenant_id`` is None when a TPID stands for several tenants: the TPID itself is the identity then.
    """

    tenant_id: uuid.UUID | None
    tpid: str | None
    name: str
    domain: str = ""
    country: str = ""
    seats: int = 0
    sector: str = ""
    products: tuple[str, ...] = ()
    tenant_created_on: datetime.date | None = None
    active_users: Mapping[str, int] = field(default_factory=dict)
    planned_consumption: int | None = None


class _Refusal(Exception):
    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class TenantNotFound(_Refusal):
    """Nobody has this ID; ``sentence`` asks for another one (R-087)."""


class DirectoryUnavailable(_Refusal):
    """The directory cannot answer now; ``sentence`` says so. Nothing was decided about the customer."""


def not_found(value: str, id_type: str = "") -> TenantNotFound:
    """Return the refusal of R-087 for a value nobody has; an opportunity asks for another opportunity."""
    if id_type == IdType.MSX:
        sentence = _("No opportunity was found for %(value)s. Check it for typing errors, or enter another one.")
    else:
        sentence = _(
            "No tenant was found for %(value)s. Check it for typing errors, or enter another domain name, "
            "or the tenant ID or TPID of the customer."
        )
    return TenantNotFound(sentence % {"value": value})


def ambiguous(value: str) -> TenantNotFound:
    """Return the refusal for a value that several tenants claim."""
    return TenantNotFound(
        _("Several tenants use %(value)s. Enter the tenant ID or TPID of the customer.") % {"value": value}
    )


def unavailable() -> DirectoryUnavailable:
    """Return the refusal for a directory that did not answer as it should."""
    return DirectoryUnavailable(
        _("The customer cannot be looked up at the moment. Try again in a few minutes; what you entered is kept.")
    )
