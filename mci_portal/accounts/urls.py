"""Addresses of the accounts: signing in, the start page, the person's own pages, the operator's, and health."""

from django.contrib import admin
from django.urls import include, path

from engagements.urls import console
from mci_portal.accounts.access import Rule, access
from mci_portal.accounts.pages import (
    account,
    admins,
    audit,
    calendar,
    confirm_address,
    help,
    home,
    invitations,
    language,
    members,
    microsoft_people,
    new_password,
    operator,
    password,
    preferences,
    role_requests,
    sign_in,
    workspace,
)
from mci_portal.common import health

accounts = [
    path("", home.home, name="home"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("admins/", admins.admins, name="admins"),
    path("help/", help.help_page, name="help"),
    path("account/", account.account, name="account"),
    path("language/", language.language, name="language"),
    path("account/calendar/", calendar.renew, name="renew_calendar"),
    path("account/calendar/withdraw/", calendar.withdraw, name="withdraw_calendar"),
    path("action-center/preferences/", preferences.preferences, name="preferences"),
    path("action-center/preferences/address/", preferences.address, name="notification_address"),
    path("confirm-address/<str:token>/", confirm_address.confirm_address, name="confirm_address"),
    path("account/password/", password.password, name="password"),
    path("new-password/", new_password.ask, name="forgot_password"),
    path("new-password/<str:token>/", new_password.choose, name="new_password"),
    path("ask-for-a-role/", role_requests.ask, name="ask_role"),
    path("incentives/members/", members.members, name="members"),
    path("incentives/members/invite/", invitations.invite, name="invite"),
    path("incentives/members/<int:user_id>/", members.member, name="member"),
    path("incentives/members/<int:user_id>/revoke/<int:membership_id>/", members.revoke, name="revoke"),
    path("incentives/members/<int:user_id>/remove/", members.remove, name="remove"),
    path(
        "incentives/members/invitations/<int:invitation_id>/withdraw/",
        invitations.withdraw,
        name="withdraw_invitation",
    ),
    path("incentives/members/requests/<int:request_id>/", role_requests.decide, name="decide_role"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("healthz", access(Rule.PUBLIC)(health.healthz), name="healthz"),
    path("readyz", access(Rule.PUBLIC)(health.readyz), name="readyz"),
]
operator_pages = [
    path("", operator.home, name="home"),
    path("users/", operator.users, name="users"),
    path("partners/", operator.partners, name="partners"),
    path("role-changes/", operator.role_changes, name="role_changes"),
    path("events/", audit.events, name="events"),
    path("people/", microsoft_people.people, name="people"),
    path("people/add/", microsoft_people.add, name="add_person"),
    path("people/add-partner-admin/", microsoft_people.add_partner_admin, name="add_partner_admin"),
    path("people/<int:user_id>/", microsoft_people.person, name="person"),
    path(
        "people/invitations/<int:invitation_id>/withdraw/",
        microsoft_people.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path(
        "people/invitations/<int:invitation_id>/confirm/",
        microsoft_people.confirm_invitation,
        name="confirm_invitation",
    ),
    path("people/nominations/<int:nomination_id>/", microsoft_people.nomination, name="nomination"),
]

urlpatterns = [
    # allauth looks for these two names itself.
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("operator/", include((operator_pages, "operator"))),
    path("operator/", include((console, "operator_catalogue"))),
    path("admin/", admin.site.urls),
    path("", include((accounts, "accounts"))),
]
