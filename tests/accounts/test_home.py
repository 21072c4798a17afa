"""Where everybody starts, and what somebody without a role is told (R-001, R-010)."""

import pytest

from mci_portal.accounts.models import Role
from tests.rows import MembershipFactory, UserFactory


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("ana", "/incentives/engagements/"),
        ("ben", "/incentives/engagements/"),
        ("olga", "/incentives/engagements/"),
        ("rita", "/review/"),
        ("lena", "/review/"),
    ],
)
def test_start_page_leads_to_where_the_work_is(cast, client, who, where):
    client.force_login(getattr(cast, who))
    assert client.get("/")["Location"] == where


def test_start_page_without_account_leads_to_sign_in(client):
    assert client.get("/")["Location"] == "/sign-in/?next=/"


def test_member_without_an_incentives_role_is_told_who_can_give_one(contoso, fabrikam, client):
    """R-001: not a bare 403, and nobody of another company is named."""
    gina = UserFactory(name="Gina Global", email="gina@contoso.example")
    omega = UserFactory(name="Omega Outsider", email="omega@fabrikam.example")
    adam = UserFactory(name="Adam Account", email="adam@contoso.example")
    MembershipFactory(user=gina, partner=contoso, role=Role.GLOBAL_ADMIN)
    MembershipFactory(user=adam, partner=contoso, role=Role.ACCOUNT_ADMIN)
    MembershipFactory(user=omega, partner=fabrikam, role=Role.GLOBAL_ADMIN)
    client.force_login(adam)
    for address in ("/incentives/engagements/", "/operator/"):
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 403
        assert [name in page for name in ("Gina Global", "gina@contoso.example", "Adam Account", "Omega")] == [
            True,
            True,
            True,
            False,
        ]


@pytest.mark.parametrize("role", [Role.GLOBAL_ADMIN, Role.ACCOUNT_ADMIN])
def test_who_only_gives_roles_starts_at_the_members(contoso, client, role):
    """R-010"""
    client.force_login(MembershipFactory(partner=contoso, role=role).user)
    assert client.get("/", follow=True).redirect_chain == [("/incentives/members/", 302)]


def test_user_of_no_partner_is_told_so(db, client):
    client.force_login(UserFactory())
    answer = client.get("/")
    assert answer.status_code == 403
    assert "does not belong to a partner yet" in answer.content.decode()


def test_find_your_admins_lists_those_of_the_own_partner_only(ana, omar, contoso, fabrikam, client):
    """R-010"""
    MembershipFactory(user=UserFactory(name="Gina Global"), partner=contoso, role=Role.GLOBAL_ADMIN)
    MembershipFactory(user=UserFactory(name="Omega Outsider"), partner=fabrikam, role=Role.ACCOUNT_ADMIN)
    client.force_login(ana)
    page = client.get("/admins/").content.decode()
    assert [name in page for name in ("Gina Global", "Omega Outsider")] == [True, False]


def test_find_your_admins_answers_microsofts_people_too(rita, client):
    client.force_login(rita)
    assert client.get("/admins/").status_code == 200


def test_health_pages_ask_for_no_account(db, client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["parts"]["database"] == "ok"
