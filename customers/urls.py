"""Addresses of customers: an engagement's Customers page, and the wizards that add or claim one."""

from django.urls import path

from customers.pages import choose
from customers.pages.listing import views as listing
from customers.pages.wizard import views as wizard

app_name = "customers"
PAGE = "incentives/engagements/<slug:slug>/customers/"
urlpatterns = [
    path("incentives/customers/add/", choose.add_any, name="add_any"),
    path(PAGE, listing.customers, name="list"),
    path(f"{PAGE}add/", wizard.add, name="add"),
    path(f"{PAGE}add/<slug:draft>/discard/", wizard.discard, name="discard"),
    path(f"{PAGE}add/<slug:draft>/<slug:step>/", wizard.add_step, name="add_step"),
    path(f"{PAGE}<slug:ref>/claim/", wizard.claim, name="claim"),
    path(f"{PAGE}<slug:ref>/claim/<slug:draft>/<slug:step>/", wizard.claim_step, name="claim_step"),
]
