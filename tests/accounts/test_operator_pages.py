"""The program operator's pages and Django admin behind them."""

import pytest
from django.contrib import admin

from claims.models import Claim, ClaimEvent, Earning
from customers.models import Customer
from eligibility.models import Verdict
from engagements.models import Rate
from mci_portal.accounts.backstage import Readable
from mci_portal.accounts.models import AuditEvent, User
from tests.rows import UserFactory

MAIL_LOG = "/operator/mail/"
PAGES = ("/operator/", "/operator/users/", "/operator/partners/", MAIL_LOG)


@pytest.fixture
def staff_olga(olga):
    olga.is_staff = True
    olga.save()
    return olga


@pytest.mark.parametrize(
    ("who", "address"),
    # The mail log shows an Incentives admin that of his own company (tests/outbox_pages/test_mail_log.py).
    [(who, page) for who in ("ana", "ben", "rita", "lena") for page in PAGES if (who, page) != ("ana", MAIL_LOG)],
)
def test_operator_page_is_refused_to_everybody_else(cast, client, address, who):
    client.force_login(getattr(cast, who))
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", PAGES)
def test_operator_page_opens_for_the_operator(cast, client, address):
    client.force_login(cast.olga)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(("staff", "linked"), [(True, True), (False, False)])
def test_administration_is_linked_for_staff_only(olga, client, staff, linked):
    olga.is_staff = staff
    olga.save()
    client.force_login(olga)
    pages = "".join(client.get(address).content.decode() for address in PAGES)
    assert ("/admin/" in pages) is linked


def test_user_list_finds_by_name_or_address_with_all_roles(cast, client):
    client.force_login(cast.olga)
    by_name = client.get("/operator/users/?q=smith").content.decode()
    by_address = client.get("/operator/users/?q=FABRIKAM").content.decode()
    assert ["ben@contoso.example" in by_name, "Redmond" in by_name, "ana@contoso.example" in by_name] == [
        True,
        True,
        False,
    ]
    assert ["omar@fabrikam.example" in by_address, "ben@contoso.example" in by_address] == [True, False]


@pytest.mark.parametrize("address", ["/operator/users/", "/operator/partners/"])
def test_list_takes_the_same_number_of_queries_for_one_and_for_many(
    cast, client, address, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(cast.olga)
    with django_assert_max_num_queries(8) as few:
        client.get(f"{address}?q=contoso")
    UserFactory.create_batch(20)
    with django_assert_num_queries(len(few)):
        client.get(address)


def test_partner_list_counts_people_and_names_locations(cast, client):
    client.force_login(cast.olga)
    page = client.get("/operator/partners/?q=5512001").content.decode()
    assert ["Redmond, US (6612001)" in page, "Amsterdam" in page] == [True, False]
    assert 'class="num">3</td>' in page


def test_htmx_gets_the_rows_alone(cast, client):
    client.force_login(cast.olga)
    part = client.get("/operator/users/", headers={"HX-Request": "true", "HX-Target": "rows"}).content.decode()
    assert part.lstrip().startswith('<div id="rows">')


def test_admin_without_account_leads_to_our_sign_in(client):
    answer = client.get("/admin/", follow=True)
    assert [address for address, _status in answer.redirect_chain] == [
        "/admin/login/?next=/admin/",
        "/sign-in/?next=%2Fadmin%2F",
    ]


@pytest.mark.parametrize("who", ["ana", "rita", "olga"])
def test_admin_is_refused_to_who_is_not_staff(cast, client, who):
    client.force_login(getattr(cast, who))
    assert client.get("/admin/", follow=True).status_code == 403


def test_admin_shows_nothing_to_staff_who_is_no_operator(rita, client):
    rita.is_staff = True
    rita.save()
    client.force_login(rita)
    assert [client.get(path).status_code for path in ("/admin/accounts/user/", "/admin/claims/claim/")] == [403, 403]


def _lists():
    return [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


@pytest.mark.parametrize("address", _lists())
def test_every_admin_list_opens_and_searches(staff_olga, client, address):
    client.force_login(staff_olga)
    assert client.get(address).status_code == 200
    assert client.get(f"{address}?q=1").status_code in (200, 302)


@pytest.mark.parametrize("model", [Claim, ClaimEvent, Earning, Rate, Verdict, Customer])
def test_history_and_money_are_for_reading_in_admin(rf, staff_olga, model):
    staff_olga.is_superuser = True
    request = rf.get("/")
    request.user = staff_olga
    page = admin.site._registry[model]
    allowed = [
        page.has_add_permission(request),
        page.has_change_permission(request),
        page.has_delete_permission(request),
    ]
    assert (page.has_view_permission(request), allowed) == (True, [False, False, False])


def test_every_registered_model_follows_the_backstage_rules():
    assert [model for model, page in admin.site._registry.items() if not isinstance(page, Readable)] == []


def test_sealed_and_secret_columns_show_nowhere_in_admin(rf, staff_olga):
    request = rf.get("/")
    request.user = staff_olga
    shown = {
        name
        for page in admin.site._registry.values()
        for name in page.get_fields(request) or ()
        if isinstance(name, str)
    }
    assert (
        shown & {"nonce", "digest", "token_nonce", "sealed_iban", "sealed_bic", "sealed_tax_id", "masked_iban"} == set()
    )


def test_operator_adds_a_user_in_admin(staff_olga, client):
    client.force_login(staff_olga)
    sent = {
        "email": "New@Contoso.example",
        "name": "New Person",
        "usable_password": "true",
        "password1": "a long road to Redmond",
        "password2": "a long road to Redmond",
    }
    assert client.post("/admin/accounts/user/add/", sent).status_code == 302
    made = User.objects.get(email="new@contoso.example")
    assert (made.name, made.check_password("a long road to Redmond"), made.is_staff) == ("New Person", True, False)


def test_operator_cannot_give_anybody_power(staff_olga, ana, client):
    client.force_login(staff_olga)
    sent = {"email": ana.email, "name": "Ana Sousa", "language": "en", "time_zone": "UTC", "is_active": "on"}
    powers = {"is_staff": "on", "is_superuser": "on", "microsoft_role": "operator"}
    assert client.post(f"/admin/accounts/user/{ana.pk}/change/", sent | powers).status_code == 302
    ana.refresh_from_db()
    assert (ana.name, ana.is_staff, ana.is_superuser, ana.microsoft_role) == ("Ana Sousa", False, False, "")


def test_operator_sets_nobodys_password(staff_olga, ana, client):
    """He could act as the partner with it."""
    client.force_login(staff_olga)
    sent = {"usable_password": "true", "password1": "an other long road", "password2": "an other long road"}
    assert client.post(f"/admin/accounts/user/{ana.pk}/password/", sent).status_code == 403
    ana.refresh_from_db()
    assert not ana.check_password("an other long road")


def test_change_of_an_account_in_admin_is_written_down(staff_olga, ana, client):
    """R-270: before and after."""
    client.force_login(staff_olga)
    sent = {"email": "ana.silva@contoso.example", "name": ana.name, "language": "en", "time_zone": "UTC"}
    assert client.post(f"/admin/accounts/user/{ana.pk}/change/", sent | {"is_active": "on"}).status_code == 302
    row = AuditEvent.objects.get(what="account")
    assert (row.user, row.before, row.after) == (
        staff_olga,
        {"email": "ana@contoso.example"},
        {"email": "ana.silva@contoso.example"},
    )


def test_admin_asks_for_the_password_again(staff_olga, ana, client):
    """11.7"""
    client.force_login(staff_olga)
    session = client.session
    session["confirmed_at"] = 0
    session.save()
    sent = {"email": "ana.silva@contoso.example", "name": ana.name, "is_active": "on"}
    answer = client.post(f"/admin/accounts/user/{ana.pk}/change/", sent)
    assert (answer.status_code, "Confirm that it is you" in answer.content.decode()) == (422, True)


def test_operator_deactivates_nobody_who_still_works_on_claims(staff_olga, ana, client):
    """No open claim without an owner (I16): the roles go first, with a hand-over."""
    client.force_login(staff_olga)
    sent = {"email": ana.email, "name": ana.name, "language": "en", "time_zone": "UTC"}
    page = client.post(f"/admin/accounts/user/{ana.pk}/change/", sent)
    assert "Members page first" in page.content.decode()
    ana.refresh_from_db()
    assert ana.is_active
    ana.memberships.all().delete()
    assert client.post(f"/admin/accounts/user/{ana.pk}/change/", sent).status_code == 302
    ana.refresh_from_db()
    assert not ana.is_active


@pytest.mark.parametrize("who", ["root", "rita", "olga"])
def test_operator_cannot_touch_superusers_or_microsofts_people(staff_olga, rita, client, who):
    root = User.objects.create_superuser("root@portal.example", "a long road to Redmond", name="Root")
    user = {"root": root, "rita": rita, "olga": staff_olga}[who]
    before = user.password
    client.force_login(staff_olga)
    sent = {"usable_password": "true", "password1": "an other long road", "password2": "an other long road"}
    facts = {"email": user.email, "name": "Changed", "language": "en", "time_zone": "UTC"}
    answers = [
        client.post(f"/admin/accounts/user/{user.pk}/password/", sent),
        client.post(f"/admin/accounts/user/{user.pk}/change/", facts),
    ]
    user.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert (user.password, user.name == "Changed", user.is_active) == (before, False, True)


def test_roles_are_only_read_in_admin_because_there_no_change_is_written_down(rf, staff_olga):
    """R-010: the Members page grants and revokes; it keeps the audit and hands open claims over."""
    request = rf.get("/")
    request.user = staff_olga
    membership = {model.__name__: page for model, page in admin.site._registry.items()}["Membership"]
    may = (membership.has_add_permission, membership.has_change_permission, membership.has_delete_permission)
    assert [permission(request) for permission in may] == [False, False, False]
