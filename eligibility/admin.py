"""Who may earn, in Django admin. Enrolments and credentials can be changed; verdicts and payee profiles are for
reading, and what is sealed of a profile is not shown at all."""

from django.contrib import admin

from eligibility.models import Credential, Enrolment, PayeeProfile, Verdict
from mci_portal.accounts.backstage import Editable, Readable


@admin.register(Enrolment)
class EnrolmentAdmin(Editable):
    list_display = ("location", "status", "since_on")
    list_filter = ("status",)
    list_select_related = ("location",)
    search_fields = ("location__name", "location__code")
    autocomplete_fields = ("location",)


@admin.register(Credential)
class CredentialAdmin(Editable):
    list_display = ("partner", "location", "name", "valid_from", "valid_to")
    list_select_related = ("partner", "location")
    search_fields = ("partner__name", "name")
    autocomplete_fields = ("partner", "location")


@admin.register(PayeeProfile)
class PayeeProfileAdmin(Readable):
    list_display = ("location", "bank_status", "tax_status", "submitted_at")
    list_filter = ("bank_status", "tax_status")
    list_select_related = ("location",)
    search_fields = ("location__name", "location__code")
    fields = ("location", "bank_status", "tax_status", "tax_country", "submitted_at", "updated_by")


@admin.register(Verdict)
class VerdictAdmin(Readable):
    list_display = ("location", "engagement", "eligible", "checked_at")
    list_filter = ("eligible",)
    list_select_related = ("location", "engagement")
    search_fields = ("location__name", "location__code", "engagement__name")
