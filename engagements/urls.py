"""Addresses of engagements: the list, and the pages of one engagement."""

from django.urls import path

from engagements.pages import criteria, eligibility, request_access, summary, templates
from engagements.pages.console import (
    audit,
    calendar,
    caps,
    catalogue,
    engagement,
    fixed,
    invitations,
    markets,
    rates,
    reasons,
    terms,
)
from engagements.pages.console import templates as console_templates
from engagements.pages.listing import note
from engagements.pages.listing import views as listing

app_name = "engagements"
LIST = "incentives/engagements/"
PAGE = f"{LIST}<slug:slug>/"
urlpatterns = [
    path(LIST, listing.engagements, name="list"),
    path(f"{LIST}hide-note/", note.hide_note, name="hide_note"),
    path(f"{LIST}request-access/", request_access.request_by_name, name="request_by_name"),
    path(PAGE, summary.summary, name="summary"),
    path(f"{PAGE}request-access/", request_access.request_access, name="request_access"),
    path(f"{PAGE}eligibility/", eligibility.eligibility, name="eligibility"),
    path(f"{PAGE}eligibility/<int:location_id>/", criteria.criteria, name="criteria"),
    path(f"{PAGE}templates/<int:template_id>/", templates.download, name="template"),
    path("operator/access-requests/", request_access.access_requests_list, name="access_requests"),
    path("operator/access-requests/<int:request_id>/", request_access.decide_access, name="decide_access"),
]

# Below /operator/, as namespace operator_catalogue: mci_portal.accounts.urls puts them there.
ONE = "catalogue/engagements/<slug:slug>/"
console = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/export.yaml", catalogue.download, name="export"),
    path("catalogue/<int:upload_id>/", catalogue.preview, name="preview"),
    path("catalogue/engagements/", engagement.engagements, name="engagements"),
    path(ONE, engagement.engagement, name="engagement"),
    path(f"{ONE}rates/", rates.add_rates, name="rates"),
    path(f"{ONE}templates/", console_templates.add_template, name="templates"),
    path(f"{ONE}invitations/", invitations.invited, name="invitations"),
    path("catalogue/markets/", markets.country_markets, name="markets"),
    path("catalogue/caps/", caps.caps_list, name="caps"),
    path("catalogue/caps/<slug:slug>/", caps.cap, name="cap"),
    path("catalogue/fixed/", fixed.fixed, name="fixed"),
    path("catalogue/calendar/", calendar.calendar_days, name="calendar"),
    path("catalogue/types/<slug:slug>/", terms.type_terms, name="type"),
    path("catalogue/reasons/new/", reasons.own_reason, name="own_reason"),
    path("catalogue/reasons/<slug:listed>/<slug:slug>/", reasons.reason, name="reason"),
    path("audit/", audit.audit, name="audit"),
]
