"""Customers in Django admin, for reading; the local directory that identifies them can be kept up here."""

from django.contrib import admin

from customers.models import Customer, DirectoryTenant, Opportunity, Subscription
from mci_portal.accounts.backstage import Editable, Readable


@admin.register(Customer)
class CustomerAdmin(Readable):
    list_display = ("name", "domain", "tpid", "tenant_id", "country", "checked_at")
    list_filter = ("sector",)
    search_fields = ("name", "domain", "tpid")


@admin.register(DirectoryTenant)
class DirectoryTenantAdmin(Editable):
    list_display = ("name", "tenant_id", "tpid", "country", "seats", "sector")
    list_filter = ("sector",)
    search_fields = ("name", "tpid")


@admin.register(Opportunity)
class OpportunityAdmin(Editable):
    list_display = ("msx_id", "tenant", "stage", "amount", "currency", "is_open")
    list_filter = ("is_open", "stage")
    list_select_related = ("tenant",)
    search_fields = ("msx_id", "tenant__name")
    autocomplete_fields = ("tenant",)


@admin.register(Subscription)
class SubscriptionAdmin(Editable):
    list_display = ("subscription_id", "tenant", "family", "channel", "provisioned_on", "ends_on")
    list_filter = ("family", "channel")
    list_select_related = ("tenant",)
    search_fields = ("=subscription_id", "tenant__name")
    autocomplete_fields = ("tenant",)
