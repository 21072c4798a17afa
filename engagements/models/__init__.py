"""What can be earned: engagements with their type, rules, rates and required evidence."""

from engagements.models.access_request import AccessRequest
from engagements.models.audit import CatalogueChange
from engagements.models.caps import Cap, CappedEngagement
from engagements.models.engagement import (
    Area,
    DayCounts,
    Engagement,
    EngagementName,
    EngagementType,
    Invitation,
    PartnerRole,
    TypeTerms,
)
from engagements.models.evidence import EvidenceKind, EvidenceRequirement, EvidenceTemplate, ResourceLink
from engagements.models.qualification import PartnerCriterion
from engagements.models.rates import ANY_COUNTRY, Market, MarketCountry, Rate
from engagements.models.settled import CalendarDay, ReasonWords
from engagements.models.upload import CatalogueUpload

__all__ = [
    "ANY_COUNTRY",
    "AccessRequest",
    "Area",
    "CalendarDay",
    "Cap",
    "CappedEngagement",
    "CatalogueChange",
    "CatalogueUpload",
    "DayCounts",
    "Engagement",
    "EngagementName",
    "EngagementType",
    "EvidenceKind",
    "EvidenceRequirement",
    "EvidenceTemplate",
    "Invitation",
    "Market",
    "MarketCountry",
    "PartnerCriterion",
    "PartnerRole",
    "Rate",
    "ReasonWords",
    "ResourceLink",
    "TypeTerms",
]
