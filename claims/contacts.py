"""Who is written to on both sides of a claim, and what a change of it means (R-094, R-164, R-165)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from claims import contact_exceptions, lifecycle
from claims.actions import Action
from claims.intake import needs_mismatch_reason
from claims.models import Claim
from customers.identity import mail_domain
from customers.models import Customer
from customers.resolution import known_domains
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Partner

CUSTOMER_FIELDS = ("customer_title", "customer_name", "customer_email")
PARTNER_FIELDS = ("partner_name", "partner_email")
LANGUAGE_FIELD = "customer_language"  # left alone when a form sends none; a change voids no link
FIELDS = (*CUSTOMER_FIELDS, *PARTNER_FIELDS, "mismatch_reason", LANGUAGE_FIELD)


def check(partner: Partner, customer: Customer, values: dict[str, str]) -> None:
    """Refuse contacts that cannot stand for the customer; ``values`` holds the fields of ``FIELDS``.

    Raises ValidationError with the message at its field: a domain that is nobody's on the public internet (C07,
    C09), an address at the partner's own company that no operator has allowed (Q5), or a mail domain that is not the
    customer's without a reason (R-088).
    """
    email = values["customer_email"]
    try:
        domain = mail_domain(email)
    except ValidationError as refusal:
        raise ValidationError({"customer_email": refusal.messages}) from None
    if contact_exceptions.is_own(partner, domain) and contact_exceptions.in_force(partner, email) is None:
        own = _(
            "This address belongs to your own company. Enter the customer's contact. If it is his all the same, a "
            "program operator can allow it: ask your contact at Microsoft, and name the address, the reason and your "
            "partner global account {account}."
        ).format(account=partner.pga_id)
        raise ValidationError({"customer_email": own})
    if needs_mismatch_reason(customer, email, known_domains(customer)) and not values.get("mismatch_reason"):
        why = _(
            "The e-mail domain {mail} is not the customer's domain {domain}. Say why this contact is the right one."
        ).format(mail=domain, domain=customer.domain or "–")
        raise ValidationError({"mismatch_reason": why})


def change(
    claim: Claim, by: Actor, values: dict[str, str], now: datetime | None = None, version: int | None = None
) -> Claim:
    """T05: take over changed contacts; nothing is written when nothing changed.

    Links already mailed to a changed address stop working and the partner is told (R-164). Raises Refused once
    the customer survey is complete and customer fields differ (R-165), ValidationError as ``check``.
    """
    given = {name: values[name] for name in FIELDS if name in values and (name != LANGUAGE_FIELD or values[name])}
    changed = {name: value for name, value in given.items() if value != getattr(claim, name)}
    if not changed:
        return claim
    check(claim.partner, claim.customer, {name: getattr(claim, name) for name in FIELDS} | values)
    return lifecycle.perform(
        claim,
        Action.EDIT_CONTACTS,
        by,
        now,
        version=version,
        contacts=changed,
        customer_changed=any(name in changed for name in CUSTOMER_FIELDS),
        partner_changed=any(name in changed for name in PARTNER_FIELDS),
        event={
            "fields": sorted(changed),
            "before": {name: getattr(claim, name) for name in changed},
            **contact_exceptions.on_record(claim.partner, changed.get("customer_email", "")),
        },
    )
