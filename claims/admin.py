"""Claims in Django admin, for reading only: status, history and money change through the life cycle alone.

Mailed links show when and to whom, never what their secret is made of; internal notes stay on the review pages.
"""

from django.contrib import admin

from claims.models import (
    Adjustment,
    Association,
    Claim,
    ClaimEvent,
    ConsentRequest,
    Document,
    Earning,
    ExchangeRate,
    OptOutLink,
    Survey,
)
from mci_portal.accounts.backstage import Readable


@admin.register(Claim)
class ClaimAdmin(Readable):
    list_display = ("number", "status", "partner", "customer", "engagement", "due_at", "updated_at")
    list_filter = ("status", "kind")
    list_select_related = ("partner", "customer", "engagement")
    search_fields = ("=number", "customer__name", "partner__name")
    ordering = ("-id",)


@admin.register(ClaimEvent)
class ClaimEventAdmin(Readable):
    list_display = ("claim", "seq", "action", "from_status", "to_status", "actor_name", "actor_role", "address", "at")
    list_filter = ("action",)
    list_select_related = ("claim",)
    search_fields = ("=claim__number",)
    ordering = ("-id",)


@admin.register(Earning)
class EarningAdmin(Readable):
    list_display = ("claim", "partner", "amount", "currency", "market", "state", "estimated_payment_on")
    list_filter = ("state",)
    list_select_related = ("claim", "partner")
    search_fields = ("=claim__number", "payment_id")
    ordering = ("-id",)


@admin.register(Adjustment)
class AdjustmentAdmin(Readable):
    list_display = ("earning", "partner", "amount", "reason", "actor_name", "at")
    list_filter = ("reason",)
    list_select_related = ("earning", "partner")
    search_fields = ("=earning__claim__number",)
    ordering = ("-id",)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(Readable):
    list_display = ("currency", "month", "rate", "actor_name", "at")
    list_filter = ("currency",)
    ordering = ("-month", "currency", "-id")


@admin.register(Document)
class DocumentAdmin(Readable):
    list_display = ("claim", "name", "content_type", "size", "uploaded_at", "removed_at")
    list_select_related = ("claim",)
    search_fields = ("=claim__number", "sha256")
    exclude = ("key",)
    ordering = ("-id",)


@admin.register(ConsentRequest)
class ConsentRequestAdmin(Readable):
    list_display = ("claim", "to_email", "created_at", "expires_at", "voided_at", "used_at", "decision")
    list_filter = ("decision",)
    list_select_related = ("claim",)
    search_fields = ("=claim__number", "=to_email")
    exclude = ("nonce", "digest")
    ordering = ("-id",)


@admin.register(Association)
class AssociationAdmin(Readable):
    list_display = ("claim", "workloads", "subscription_id", "recognition_only", "ended_on")
    list_select_related = ("claim",)
    search_fields = ("=claim__number", "=subscription_id")
    ordering = ("-id",)


@admin.register(OptOutLink)
class OptOutLinkAdmin(Readable):
    list_display = ("claim", "to_email", "created_at", "expires_at", "voided_at", "used_at")
    list_select_related = ("claim",)
    search_fields = ("=claim__number", "=to_email")
    exclude = ("nonce", "digest")
    ordering = ("-id",)


@admin.register(Survey)
class SurveyAdmin(Readable):
    list_display = ("claim", "kind", "sent_at", "completed_at")
    list_filter = ("kind",)
    list_select_related = ("claim",)
    search_fields = ("=claim__number",)
    ordering = ("-id",)
