"""Every address of the portal. Each app's own list stands in its ``urls.py``."""

from django.urls import include, path

handler400 = "mci_portal.common.errors.bad_request"
handler403 = "mci_portal.common.errors.forbidden"
handler404 = "mci_portal.common.errors.not_found"
handler500 = "mci_portal.common.errors.server_error"

# Addresses are looked for in this order, and some hundred that do not fit cost half a millisecond: the pages that are
# open all day come first. None of them fits an address of another app.
urlpatterns = [
    path("", include("claims.urls")),
    path("", include("mci_portal.accounts.urls")),
    path("", include("mci_portal.outbox.urls")),
    path("", include("engagements.urls")),
    path("", include("eligibility.urls")),
    path("", include("customers.urls")),
]
