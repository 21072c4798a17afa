"""The five kinds of customer ID (R-084) and the one written form of each. Called by forms and by the resolver."""

import re
import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .domains import is_punycode, mail_domain, normalise_domain, normalise_email

__all__ = ["IdType", "is_punycode", "mail_domain", "normalise", "normalise_domain", "normalise_email"]

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TPID = re.compile(r"[1-9][0-9]{5,7}")
MSX = re.compile(r"7-[0-9A-Z]{10}")


class IdType(models.TextChoices):
    """What a customer may be identified by; an engagement accepts some of them (R-085)."""

    DOMAIN = "domain", gettext_lazy("Domain name")
    TENANT_ID = "tenant_id", gettext_lazy("Tenant ID")
    TPID = "tpid", gettext_lazy("TPID")
    SUBSCRIPTION = "subscription", gettext_lazy("Azure subscription ID")
    MSX = "msx", gettext_lazy("MSX opportunity ID")


def normalise(id_type: str, value: str) -> str:
    """Return the one written form of an ID (C06 to C11); normalising twice changes nothing.

    Domain: A-label. Tenant and subscription: lower case GUID without braces. TPID: 6 to 8 digits.
    MSX: ``7-`` and ten upper case letters or digits. Raises ValidationError with one sentence.
    """
    if id_type not in IdType.values:
        raise ValidationError(_("Choose what kind of ID this is."), code="unknown_id_type")
    return NORMALISERS[id_type](value)


def _guid(value: str) -> str:
    text = value.strip(" \t").lower()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    if not GUID.fullmatch(text):
        raise ValidationError(
            _("Enter the ID as 36 characters, for example 1b4e28ba-2fa1-41d2-883f-0016d3cca427."), code="invalid_guid"
        )
    if uuid.UUID(text).int == 0:
        raise ValidationError(_("An ID of only zeros belongs to nobody. Enter the real ID."), code="nil_guid")
    return text


def _tpid(value: str) -> str:
    text = value.strip(" \t")
    if not TPID.fullmatch(text):
        raise ValidationError(
            _("A TPID is a number of 6 to 8 digits that does not begin with zero."), code="invalid_tpid"
        )
    return text


def _msx(value: str) -> str:
    text = value.strip(" \t")
    # Ask for ASCII before raising the case: some foreign letters turn into A-Z there.
    text = text.upper() if text.isascii() else ""
    if not MSX.fullmatch(text):
        raise ValidationError(
            _("An MSX opportunity ID is 7- followed by 10 letters or digits, for example 7-3KQ9T2M4XA."),
            code="invalid_msx",
        )
    return text


NORMALISERS = {
    IdType.DOMAIN.value: normalise_domain,
    IdType.TENANT_ID.value: _guid,
    IdType.TPID.value: _tpid,
    IdType.SUBSCRIPTION.value: _guid,
    IdType.MSX.value: _msx,
}
