"""Every address of the portal. Each app's own list stands in its ``urls.py``."""

from django.urls import include, path

handler400 = "mci_portal.common.errors.bad_request"
handler403 = "mci_portal.common.errors.forbidden"
handler404 = "mci_portal.common.errors.not_found"
handler500 = "mci_portal.common.errors.server_error"

urlpatterns = [
    path("", include("mci_portal.accounts.urls")),
    path("", include("mci_portal.outbox.urls")),
    path("", include("engagements.urls")),
    path("", include("eligibility.urls")),
    path("", include("customers.urls")),
    path("", include("claims.urls")),
]
