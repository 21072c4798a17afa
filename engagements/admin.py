"""The catalogue in Django admin, for reading: it changes in the operator console and through ``load_catalogue``, where
each change is written down (R-277)."""

from django.contrib import admin

from engagements.models import (
    Engagement,
    EngagementType,
    EvidenceRequirement,
    Invitation,
    MarketCountry,
    PartnerCriterion,
    Rate,
)
from mci_portal.accounts.backstage import Readable


@admin.register(Engagement)
class EngagementAdmin(Readable):
    list_display = ("name", "area", "role", "type", "starts_on", "ends_on", "visibility")
    list_filter = ("area", "role", "visibility")
    list_select_related = ("type",)
    search_fields = ("name", "slug")


@admin.register(EngagementType)
class EngagementTypeAdmin(Readable):
    list_display = ("name", "consent_days", "submit_days", "review_days", "dispute_days", "dispute_review_days")


@admin.register(Rate)
class RateAdmin(Readable):
    list_display = ("engagement", "market", "amount", "currency", "per_hour", "valid_from", "valid_to")
    list_filter = ("market",)
    list_select_related = ("engagement",)
    search_fields = ("engagement__name",)


@admin.register(MarketCountry)
class MarketCountryAdmin(Readable):
    list_display = ("country", "market", "valid_from")
    list_filter = ("market",)
    search_fields = ("country",)


@admin.register(EvidenceRequirement)
class EvidenceRequirementAdmin(Readable):
    list_display = ("label", "engagement", "kind", "required", "ended_on")
    list_filter = ("kind", "required")
    list_select_related = ("engagement",)
    search_fields = ("label", "engagement__name")


@admin.register(PartnerCriterion)
class PartnerCriterionAdmin(Readable):
    list_display = ("title", "engagement", "scope", "valid_from", "valid_to")
    list_select_related = ("engagement",)
    search_fields = ("title", "engagement__name")


@admin.register(Invitation)
class InvitationAdmin(Readable):
    list_display = ("engagement", "partner")
    list_select_related = ("engagement", "partner")
    search_fields = ("engagement__name", "partner__name")
    autocomplete_fields = ("engagement", "partner")
