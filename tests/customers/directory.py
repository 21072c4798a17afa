"""A few rows of the local directory, as plain functions. Used by the customer tests."""

import datetime
import uuid

from customers.models import DirectoryTenant, Opportunity

NORTHWIND_ID = uuid.UUID("11111111-1111-4111-8111-111111111111")
SUBSCRIPTION_ID = uuid.UUID("22222222-2222-4222-8222-222222222222")


def northwind(**changes) -> DirectoryTenant:
    """Northwind Traders, or the same with other facts."""
    facts = {
        "tenant_id": NORTHWIND_ID,
        "tpid": "1234567",
        "name": "Northwind Traders",
        "country": "US",
        "seats": 4200,
        "sector": "commercial",
        "products": ["M365 E3"],
        "created_on": datetime.date(2015, 5, 4),
        "domains": ["northwindtraders.example", "northwind.example"],
        "subscription_ids": [SUBSCRIPTION_ID],
    }
    return DirectoryTenant.objects.create(**{**facts, **changes})


def opportunity(tenant: DirectoryTenant, **changes) -> Opportunity:
    """An open opportunity of the tenant."""
    return Opportunity.objects.create(
        **{"msx_id": "7-ABCDE12345", "tenant": tenant, "stage": 2, "amount": "1000.00", **changes}
    )
