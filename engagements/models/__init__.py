"""What can be earned: engagements with their type, rules, rates and required evidence."""

from engagements.models.access_request import AccessRequest
from engagements.models.audit import CatalogueChange
from engagements.models.caps import Cap, CappedEngagement
from engagements.models.engagement import Area, Engagement, EngagementName, EngagementType, Invitation, PartnerRole
from engagements.models.evidence import EvidenceKind, EvidenceRequirement, EvidenceTemplate, ResourceLink
from engagements.models.qualification import PartnerCriterion
from engagements.models.rates import ANY_COUNTRY, Market, MarketCountry, Rate
from engagements.models.upload import CatalogueUpload

__all__ = [
    "ANY_COUNTRY",
    "AccessRequest",
    "Area",
    "Cap",
    "CappedEngagement",
    "CatalogueChange",
    "CatalogueUpload",
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
    "ResourceLink",
]
