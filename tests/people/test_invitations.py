"""Invited by mail: the link, the new account, and everything that closes it (R-010, TK01-TK14)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from mci_portal.accounts import invitations, roles
from mci_portal.accounts.models import Invitation, Membership, Role, RoleChange, User
from mci_portal.common import tokens
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.logs import without_secrets
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.people.conftest import NOW
from tests.rows import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
TYPED = {"name": "Nora Neu", "password": "a long road to Redmond", "again": "a long road to Redmond"}
NORA = "nora@contoso.example"


def link(row: Invitation) -> str:
    return f"/invitation/{tokens.value('invitation', row.nonce)}/"


@pytest.fixture
def row(grace, redmond, act) -> Invitation:
    return invitations.invite(act(grace), NORA, Role.INCENTIVES_USER, redmond, database_now())


def test_mail_carries_the_link_and_the_table_does_not(row):
    mail = Message.objects.get()
    words = rendering.render(mail)
    secret = tokens.value("invitation", row.nonce)
    assert (mail.kind, mail.to_email, words.subject) == (
        "P03",
        NORA,
        "Contoso Consulting invites you to the partner portal",
    )
    assert [secret in part for part in (words.text, words.html)] == [False, False]
    assert rendering.with_token(words.text, mail).count(f"/invitation/{secret}/") == 1
    assert secret not in str(Invitation.objects.filter(pk=row.pk).values_list())


def test_secret_stays_out_of_the_log(row):
    """TK13"""
    assert without_secrets(f"GET {link(row)} HTTP/1.1") == "GET /invitation/…/ HTTP/1.1"


def test_opening_the_link_shows_what_is_offered_and_writes_nothing(client, row):
    """TK01"""
    answer = client.get(link(row))
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"], answer["Referrer-Policy"]) == (200, "no-store", "no-referrer")
    assert ["Contoso Consulting" in page, "Incentives user" in page, "Redmond (6612001)" in page] == [True] * 3
    assert (User.objects.filter(email=NORA).exists(), Membership.objects.filter(user__email=NORA).exists()) == (
        False,
        False,
    )


def test_accepted_invitation_makes_the_account_with_its_role(client, row, redmond, grace, act):
    answer = client.post(link(row), TYPED)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    nora = User.objects.get(email=NORA)
    assert (nora.name, nora.check_password(TYPED["password"]), act(nora).user_of) == ("Nora Neu", True, {redmond.pk})
    row.refresh_from_db()
    assert row.accepted_by == nora
    line = RoleChange.objects.get()
    assert (line.user, line.by, line.what) == (nora, grace, "granted")
    assert "Your role is ready" in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"again": "another long road"}, "The two passwords differ."),
        ({"password": "", "again": ""}, "This field is required."),
        ({"name": "   "}, "This field is required."),
        ({"name": "No\nra"}, "hidden characters"),
    ],
)
def test_what_does_not_fit_is_refused_and_kept(client, row, typed, words):
    answer = client.post(link(row), TYPED | typed)
    page = answer.content.decode()
    assert (answer.status_code, words in page, TYPED["password"] in page) == (422, True, False)
    assert User.objects.filter(email=NORA).count() == 0


@pytest.mark.parametrize("way", ["expired", "withdrawn", "accepted", "replaced"])
def test_closed_link_opens_nothing(client, row, grace, act, way):
    """TK05-TK08: 410, and no account."""
    if way == "expired":
        Invitation.objects.update(expires_at=database_now() - timedelta(seconds=1))
    elif way == "withdrawn":
        invitations.void(act(grace), row, database_now())
    elif way == "accepted":
        client.post(link(row), TYPED)
    else:
        invitations.invite(act(grace), NORA, Role.INCENTIVES_ADMIN, None, database_now())
    before = User.objects.count()
    assert [client.get(link(row)).status_code, client.post(link(row), TYPED).status_code] == [410, 410]
    assert User.objects.count() == before


def test_withdrawn_invitation_is_not_even_mailed(row, grace, act):
    invitations.void(act(grace), row, NOW)
    mail = Message.objects.get()
    assert (mail.status, rendering.render(mail)) == ("void", None)


@pytest.mark.parametrize("token", ["x", "", "a" * 43])
def test_unknown_link_is_not_found(client, row, token):
    assert client.get(f"/invitation/{token}/").status_code == 404


def test_link_of_another_purpose_is_not_found(client, row):
    """TK10"""
    assert client.get(f"/invitation/{tokens.value('consent', row.nonce)}/").status_code == 404


def test_link_needs_a_form_token(row):
    """TK12"""
    assert Client(enforce_csrf_checks=True).post(link(row), TYPED).status_code == 403
    assert User.objects.filter(email=NORA).count() == 0


@pytest.mark.parametrize("email", ["nora@fabrikam.example", "nora@sub.contoso.example", "contoso.example@evil.example"])
def test_address_outside_the_company_is_refused(grace, act, email):
    with pytest.raises(ValidationError):
        invitations.invite(act(grace), email, Role.INCENTIVES_USER, None, NOW)
    assert Message.objects.count() == 0


def test_colleague_with_account_is_not_invited(grace, ben, act):
    with pytest.raises(ValidationError):
        invitations.invite(act(grace), "ben@contoso.example", Role.INCENTIVES_USER, None, NOW)


def test_admin_invites_into_roles_he_gives_only(aki, ana, act):
    for user, role in ((aki, Role.ACCOUNT_ADMIN), (ana, Role.INCENTIVES_USER)):
        with pytest.raises(roles.NotPermitted):
            invitations.invite(act(user), NORA, role, None, NOW)


def test_inviter_who_lost_his_role_invites_nobody_any_more(client, row, grace):
    """A role he could not give today must not come out of last week's mail."""
    grace.memberships.all().delete()
    assert client.post(link(row), TYPED).status_code == 409
    assert User.objects.filter(email=NORA).count() == 0


def test_account_made_in_the_meantime_keeps_its_password(client, row):
    """The link proves the mailbox, it is no way to reset a password."""
    nora = UserFactory(email=NORA, name="Nora")
    nora.set_password("her own long password")
    nora.save()
    assert "your password stays as it is" in client.get(link(row)).content.decode()
    assert client.post(link(row), TYPED).status_code == 302
    nora.refresh_from_db()
    assert (nora.check_password("her own long password"), nora.name, nora.memberships.count()) == (True, "Nora", 1)


def test_closed_account_is_not_opened_by_a_link(client, row):
    UserFactory(email=NORA, is_active=False)
    assert client.post(link(row), TYPED).status_code == 409
    assert Membership.objects.filter(user__email=NORA).count() == 0


def test_other_company_withdraws_nothing(row, gerda, act):
    with pytest.raises(roles.NotPermitted):
        invitations.void(act(gerda), row, NOW)


def test_too_many_open_invitations_are_refused(grace, act, monkeypatch):
    monkeypatch.setattr(invitations, "OPEN_AT_ONCE", 2)
    for name in ("one", "two"):
        invitations.invite(act(grace), f"{name}@contoso.example", Role.INCENTIVES_USER, None, NOW)
    with pytest.raises(Conflict):
        invitations.invite(act(grace), "three@contoso.example", Role.INCENTIVES_USER, None, NOW)


def test_operator_brings_in_the_first_admin_of_a_partner(client, olga, contoso, act):
    first = invitations.invite_first_admin(act(olga), contoso, NORA, database_now())
    client.post(link(first), TYPED)
    assert act(User.objects.get(email=NORA)).roles == {Role.GLOBAL_ADMIN}
    with pytest.raises(ValidationError):
        invitations.invite_first_admin(act(olga), contoso, "second@contoso.example", NOW)


def test_only_operators_invite_first_admins_and_reviewers(grace, rita, contoso, act):
    for user in (grace, rita):
        with pytest.raises(roles.NotPermitted):
            invitations.invite_first_admin(act(user), contoso, NORA, NOW)
        with pytest.raises(roles.NotPermitted):
            invitations.invite_microsoft(act(user), "ray@microsoft.example", "reviewer", NOW)


def test_member_of_two_partners_is_invited_by_the_one_that_is_open(grace, fabrikam, act):
    """R-011: the workspace decides."""
    MembershipFactory(user=grace, partner=fabrikam, role=Role.INCENTIVES_USER)
    assert invitations.invite(act(grace), NORA, Role.INCENTIVES_USER, None, NOW).partner.name == "Contoso Consulting"
