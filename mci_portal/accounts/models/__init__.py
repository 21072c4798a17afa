"""Who acts: users, partner companies, their locations, the roles that join them, and how those are given."""

from mci_portal.accounts.models.access import AddressCheck, AuditEvent, CalendarFeed, Session
from mci_portal.accounts.models.grants import (
    GIVEN_BY_TWO,
    INVITED,
    MICROSOFT_ROLES,
    Invitation,
    Nomination,
    RoleChange,
    RoleRequest,
)
from mci_portal.accounts.models.people import Location, Membership, MicrosoftRole, Partner, Role, User, UserManager

__all__ = [
    "GIVEN_BY_TWO",
    "INVITED",
    "MICROSOFT_ROLES",
    "AddressCheck",
    "AuditEvent",
    "CalendarFeed",
    "Invitation",
    "Location",
    "Membership",
    "MicrosoftRole",
    "Nomination",
    "Partner",
    "Role",
    "RoleChange",
    "RoleRequest",
    "Session",
    "User",
    "UserManager",
]
