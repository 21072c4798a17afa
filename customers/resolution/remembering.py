"""Keeps one Customer row for each tenant that was found. The wizards call it after ``resolve``."""

from datetime import datetime

from django.db import transaction

from customers.models import Customer

from .tenants import Tenant

FACTS = ("tpid", "name", "domain", "country", "seats", "sector", "tenant_created_on")


def remember(tenant: Tenant, now: datetime) -> Customer:
    """Return the one Customer of a tenant, made or brought up to date at ``now`` (R-098).

    Safe against two callers at once: the unique constraints decide, and the loser takes the winner's row.
    An empty fact never wipes out a known one, nor an older check a newer one. Raises ValueError for a
    tenant with neither tenant ID nor TPID.
    """
    if tenant.tenant_id is not None:
        lookup: dict = {"tenant_id": tenant.tenant_id}
    elif tenant.tpid:
        lookup = {"tenant_id__isnull": True, "tpid": tenant.tpid}
    else:
        raise ValueError("a tenant without tenant ID and TPID cannot be remembered")
    known = {fact: value for fact in FACTS if (value := getattr(tenant, fact))}
    if tenant.products:
        known["products"] = list(tenant.products)
    if tenant.active_users:
        known["active_users"] = dict(tenant.active_users)
    if tenant.planned_consumption is not None:
        known["planned_consumption"] = tenant.planned_consumption
    with transaction.atomic():
        customer, made = Customer.objects.select_for_update().get_or_create(
            **lookup, defaults={**known, "checked_at": now, "created_at": now}
        )
        if not made and now > customer.checked_at:
            for fact, value in known.items():
                setattr(customer, fact, value)
            customer.checked_at = now
            customer.save(update_fields=[*known, "checked_at"])
    return customer
