"""The operator's word against Q5: contacts at the partner's own company that are customers all the same.

``contacts.check`` asks here; the operator's page allows and ends. Each row says who allowed it, when and why.
"""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from claims.models import ContactException
from mci_portal.accounts.actors import Actor, Kind
from mci_portal.accounts.models import Partner


def is_own(partner: Partner, domain: str) -> bool:
    """Q5: whether mail to this domain goes to the partner himself."""
    return domain in {partner.mail_domain, partner.tenant_domain} - {""}


def on_record(partner: Partner, email: str) -> dict[str, str]:
    """For the claim's history: who allowed an address of the partner's own company, and why; else nothing."""
    if not is_own(partner, email.rpartition("@")[2].lower()):
        return {}
    found = in_force(partner, email)
    return {"contact_allowed_by": found.allowed_by_name, "contact_allowed_because": found.reason} if found else {}


def in_force(partner: Partner, email: str) -> ContactException | None:
    """What allows this partner this address now, or None."""
    return ContactException.objects.filter(partner=partner, email__iexact=email.strip(), ended_at=None).first()


def allow(by: Actor, pga_id: str, email: str, reason: str, now: datetime) -> ContactException:
    """Let the partner with this account ID name this address as a customer's contact.

    Raises PermissionDenied for who is no operator, ValidationError at its field for an unknown account and for an
    address that is allowed already.
    """
    _require_operator(by)
    partner = Partner.objects.filter(pga_id=pga_id).first()
    if partner is None:
        raise ValidationError({"pga_id": _("There is no partner with this account ID.")})
    try:
        with transaction.atomic():
            return ContactException.objects.create(
                partner=partner,
                email=email.strip().lower(),
                reason=reason,
                allowed_by=by.user,
                allowed_by_name=by.name,
                allowed_at=now,
            )
    except IntegrityError as error:
        if "one_exception_per_partner_and_address" not in str(error):
            raise
        raise ValidationError({"email": _("This address is allowed already.")}) from error


def end(by: Actor, exception: ContactException, now: datetime) -> None:
    """It counts no more for what is typed from now on; claims that hold the address keep it. Again does nothing."""
    _require_operator(by)
    ContactException.objects.filter(pk=exception.pk, ended_at=None).update(
        ended_by=by.user, ended_by_name=by.name, ended_at=now
    )


def _require_operator(by: Actor) -> None:
    if by.kind is not Kind.OPERATOR:
        raise PermissionDenied
