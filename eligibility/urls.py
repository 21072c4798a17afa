"""Addresses of eligibility: where a location is paid. Its other pages belong to an engagement."""

from django.urls import path

from eligibility.pages import coach, payee

app_name = "eligibility"
urlpatterns = [
    path("incentives/eligibility-coach/", coach.coach, name="coach"),
    path("incentives/payout-and-tax/<slug:code>/", payee.payout_and_tax, name="payee"),
]
