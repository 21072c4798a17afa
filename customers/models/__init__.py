"""With whom a claim is made: the customer, and the local directory that identifies customers."""

from .customer import Customer, Sector, new_ref
from .directory import DirectoryTenant, Opportunity, Subscription

__all__ = ["Customer", "DirectoryTenant", "Opportunity", "Sector", "Subscription", "new_ref"]
