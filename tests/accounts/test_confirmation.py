"""Roles, payout data and addresses change only under the hands of who can say the password again (reliability 11.7)."""

import time

import pytest

from mci_portal.accounts import confirmation
from mci_portal.accounts.models import AddressCheck, AuditEvent, Invitation, Membership, Role
from tests.accounts.conftest import PASSWORD
from tests.rows import MembershipFactory, UserFactory
from tests.security.routes import ROUTES

pytestmark = pytest.mark.django_db
GRANT = {"role": "incentives_user", "where": "6612002"}


@pytest.fixture
def grace(contoso):
    user = UserFactory(email="grace@contoso.example", name="Grace Hall")
    user.set_password(PASSWORD)
    user.save()
    MembershipFactory(user=user, partner=contoso, role=Role.GLOBAL_ADMIN)
    return user


@pytest.fixture
def long_signed_in(client):
    """``long_signed_in(user)``: his session, begun twenty minutes ago."""

    def begin(user):
        client.force_login(user)
        session = client.session
        session["confirmed_at"] = int(time.time()) - 20 * 60
        session.save()
        return client

    return begin


def test_who_signed_in_just_now_is_not_asked(grace, ben, toronto, client):
    client.force_login(grace)
    assert client.post(f"/incentives/members/{ben.pk}/", GRANT).status_code == 302


def test_role_is_given_after_the_password_and_nothing_typed_is_lost(grace, ben, toronto, long_signed_in):
    client, url = long_signed_in(grace), f"/incentives/members/{ben.pk}/"
    assert client.get(url).status_code == 200
    asked = client.post(url, GRANT)
    page = asked.content.decode()
    kept = [f'<input type="hidden" name="{name}" value="{value}">' in page for name, value in GRANT.items()]
    assert (asked.status_code, kept, "Confirm that it is you" in page) == (422, [True, True], True)
    assert Membership.objects.filter(user=ben).count() == 1
    wrong = client.post(url, GRANT | {"password_again": "wrong"})
    assert (wrong.status_code, "This is not your password." in wrong.content.decode()) == (422, True)
    assert PASSWORD not in client.post(url, GRANT | {"password_again": ""}).content.decode()
    assert client.post(url, GRANT | {"password_again": PASSWORD}).status_code == 302
    assert Membership.objects.filter(user=ben, location=toronto).exists()
    assert list(AuditEvent.objects.filter(what__startswith="confirm").order_by("id").values_list("what", "about")) == [
        ("confirm_failed", url),
        ("confirmed", url),
    ]


def test_answer_counts_for_a_quarter_of_an_hour(grace, ben, toronto, long_signed_in, monkeypatch):
    client, url = long_signed_in(grace), f"/incentives/members/{ben.pk}/"
    client.post(url, GRANT | {"password_again": PASSWORD})
    assert client.post(url, GRANT).status_code == 409  # he has it already: carried out, not asked
    later = time.time() + confirmation.GOOD_FOR_SECONDS
    monkeypatch.setattr(confirmation.time, "time", lambda: later)
    assert "Confirm that it is you" in client.post(url, GRANT).content.decode()


def test_stolen_session_cannot_guess(grace, ben, toronto, long_signed_in):
    client, url = long_signed_in(grace), f"/incentives/members/{ben.pk}/"
    tries = [client.post(url, GRANT | {"password_again": f"guess {number}"}).status_code for number in range(7)]
    assert tries == [422] * 5 + [429] * 2
    assert client.post(url, GRANT | {"password_again": PASSWORD}).status_code == 429


def test_several_values_of_one_field_come_along(grace, long_signed_in):
    client = long_signed_in(grace)
    sent = {"roles": ["a", "<b>"], "email": "x@contoso.example", "role": "account_admin", "where": "account"}
    page = client.post("/incentives/members/invite/", sent)
    for value in ("a", "&lt;b&gt;"):
        assert f'name="roles" value="{value}"' in page.content.decode()
    assert Invitation.objects.count() == 0


def test_address_and_payout_data_are_asked_for_as_well(ana_with_password, redmond, long_signed_in):
    client = long_signed_in(ana_with_password)
    sent = client.post("/action-center/preferences/address/", {"email": "thief@elsewhere.example"})
    assert (sent.status_code, AddressCheck.objects.count()) == (422, 0)
    page = client.post(f"/incentives/payout-and-tax/{redmond.code}/", {"iban": "NL91ABNA0417164300"}).content.decode()
    assert "Confirm that it is you" in page


def test_who_may_not_hears_that_and_is_not_asked(cast, long_signed_in):
    """Section 6: rights come before everything else; what is somebody else's looks like nothing."""
    client = long_signed_in(cast.omar)
    addresses = ("/incentives/payout-and-tax/6612001/", "/incentives/payout-and-tax/nosuch/")
    assert [client.post(address).status_code for address in addresses] == [404, 404]
    client = long_signed_in(cast.ben)
    assert client.post("/incentives/payout-and-tax/6612001/").status_code == 403
    assert client.post(f"/incentives/members/{cast.ana.pk}/", GRANT).status_code == 403


def test_who_has_no_password_here_signs_in_anew(grace, ben, toronto, long_signed_in):
    grace.set_unusable_password()
    grace.save()
    client = long_signed_in(grace)
    page = client.post(f"/incentives/members/{ben.pk}/", GRANT).content.decode()
    assert ["Sign out and in again" in page, "password_again" in page] == [True, False]


def test_every_page_that_changes_roles_payout_or_addresses_asks():
    """The list is short and written out: a new page of this kind has to be put on it."""
    asking = {route.name for route in ROUTES if getattr(route.view, "asks_again", False)}
    assert asking == {
        "accounts:decide_role",
        "accounts:invite",
        "accounts:member",
        "accounts:notification_address",
        "accounts:remove",
        "accounts:revoke",
        "eligibility:payee",
        "operator:add_partner_admin",
        "operator:add_person",
        "operator:confirm_invitation",
        "operator:nomination",
        "operator:person",
        "personal_data",
    }
