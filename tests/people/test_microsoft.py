"""Reviewers, leads and operators: who decides is let in by two operators, who reads by one (R-012, section 6)."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from claims import handover
from claims.statuses import Status as S
from mci_portal.accounts import invitations, microsoft, roles
from mci_portal.accounts.models import Invitation, MicrosoftRole, Nomination, RoleChange, User
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.outbox.models import Message
from tests.factories import claim_in
from tests.people.conftest import NOW
from tests.people.test_invitations import TYPED, link
from tests.rows import UserFactory

pytestmark = pytest.mark.django_db
OPERATOR, LEAD, REVIEWER = MicrosoftRole.OPERATOR, MicrosoftRole.LEAD_REVIEWER, MicrosoftRole.REVIEWER
AUDITOR, FINANCE = MicrosoftRole.AUDITOR, MicrosoftRole.FINANCE


@pytest.fixture
def oskar(db) -> User:
    return UserFactory(email="oskar@microsoft.example", name="Oskar Olsen", microsoft_role=OPERATOR)


def test_operator_is_made_by_two(rita, olga, oskar, act):
    row = microsoft.nominate(act(olga), rita, OPERATOR, NOW)
    rita.refresh_from_db()
    assert (rita.microsoft_role, Message.objects.get(kind="P10").to_email) == (REVIEWER, oskar.email)
    with pytest.raises(roles.NotPermitted):
        microsoft.confirm(act(olga), row, NOW)
    microsoft.confirm(act(oskar), row, NOW)
    rita.refresh_from_db()
    row.refresh_from_db()
    assert (rita.microsoft_role, row.confirmed_by, row.closed_at) == (OPERATOR, oskar, NOW)
    assert list(RoleChange.objects.order_by("id").values_list("what", "role", "by")) == [
        ("revoked", REVIEWER, oskar.pk),
        ("granted", OPERATOR, oskar.pk),
    ]


def test_database_refuses_a_single_operators_confirmation(rita, olga):
    with pytest.raises(IntegrityError), transaction.atomic():
        Nomination.objects.create(user=rita, nominated_by=olga, nominated_at=NOW, confirmed_by=olga, closed_at=NOW)


def test_withdrawn_nomination_has_no_effect(rita, olga, oskar, act):
    row = microsoft.nominate(act(olga), rita, OPERATOR, NOW)
    microsoft.withdraw(act(oskar), row, NOW)
    with pytest.raises(Conflict):
        microsoft.confirm(act(oskar), row, NOW)
    rita.refresh_from_db()
    assert rita.microsoft_role == REVIEWER


def test_nomination_ends_with_the_account(rita, olga, oskar, act):
    row = microsoft.nominate(act(olga), rita, OPERATOR, NOW)
    microsoft.deactivate(act(olga), rita, NOW)
    with pytest.raises(Conflict):
        microsoft.confirm(act(oskar), row, NOW)


@pytest.mark.parametrize("who", ["rita", "lena", "ana"])
def test_nobody_but_operators_changes_anything(cast, act, who):
    by, ravi = act(getattr(cast, who)), cast.ravi
    for attempt in (
        lambda: microsoft.change_role(by, ravi, AUDITOR, NOW),
        lambda: microsoft.deactivate(by, ravi, NOW),
        lambda: microsoft.reactivate(by, ravi, NOW),
        lambda: microsoft.nominate(by, ravi, LEAD, NOW),
    ):
        with pytest.raises(roles.NotPermitted):
            attempt()
    assert RoleChange.objects.count() == 0


def test_operator_is_no_role_to_give_directly(rita, olga, act):
    with pytest.raises(roles.NotPermitted):
        microsoft.change_role(act(olga), rita, OPERATOR, NOW)
    with pytest.raises(roles.NotPermitted):
        invitations.invite_microsoft(act(olga), "new@microsoft.example", OPERATOR, NOW)


def test_partners_people_are_out_of_reach(ana, olga, act):
    with pytest.raises(roles.NotPermitted):
        microsoft.change_role(act(olga), ana, REVIEWER, NOW)


def test_last_operator_oneself_and_superuser_stay(olga, oskar, rita, act):
    with pytest.raises(Conflict):
        microsoft.deactivate(act(olga), olga, NOW)
    User.objects.filter(pk=oskar.pk).update(is_superuser=True)
    with pytest.raises(Conflict):
        microsoft.deactivate(act(olga), oskar, NOW)
    by = act(oskar)
    User.objects.filter(pk=oskar.pk).update(is_active=False)
    with pytest.raises(Conflict) as refusal:
        microsoft.deactivate(by, olga, NOW)
    assert refusal.value.sentence == "This is the last program operator."


def test_operator_comes_back_as_reviewer_without_the_console(olga, oskar, act):
    User.objects.filter(pk=oskar.pk).update(is_staff=True)
    other = UserFactory(email="otto@microsoft.example", name="Otto", microsoft_role=OPERATOR)
    microsoft.deactivate(act(olga), oskar, NOW)
    microsoft.confirm(act(other), microsoft.nominate(act(olga), oskar, REVIEWER, NOW), NOW)
    oskar.refresh_from_db()
    assert (oskar.microsoft_role, oskar.is_staff, oskar.is_active) == (REVIEWER, False, True)


def test_closed_account_ends_the_session(client, rita, olga, act):
    client.force_login(rita)
    assert client.get("/account/").status_code == 200
    microsoft.deactivate(act(olga), rita, NOW)
    assert client.get("/account/")["Location"] == "/sign-in/?next=/account/"


def test_reader_is_invited_by_one(client, olga, act):
    row = invitations.invite_microsoft(act(olga), "ann@microsoft.example", AUDITOR, database_now())
    assert client.post(link(row), TYPED).status_code == 302
    assert User.objects.get(email="ann@microsoft.example").microsoft_role == AUDITOR


@pytest.mark.parametrize("role", [REVIEWER, LEAD])
def test_reviewer_is_let_in_by_two(client, olga, oskar, act, role):
    """The link is not even mailed, and opens nothing, before the second operator's word."""
    row = invitations.invite_microsoft(act(olga), "ray@microsoft.example", role, database_now())
    assert list(Message.objects.values_list("kind", "to_email")) == [("P10", oskar.email)]
    assert client.post(link(row), TYPED).status_code == 410
    with pytest.raises(roles.NotPermitted):
        invitations.confirm(act(olga), row, database_now())
    invitations.confirm(act(oskar), row, database_now())
    with pytest.raises(Conflict):
        invitations.confirm(act(oskar), row, database_now())
    assert Message.objects.get(kind="P03").to_email == "ray@microsoft.example"
    assert client.post(link(row), TYPED).status_code == 302
    assert User.objects.get(email="ray@microsoft.example").microsoft_role == role


def test_database_refuses_a_single_operators_invitation(olga, act):
    row = invitations.invite_microsoft(act(olga), "ray@microsoft.example", REVIEWER, NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=row.pk).update(confirmed_by=olga)


def test_withdrawn_invitation_is_not_confirmed(olga, oskar, act):
    row = invitations.invite_microsoft(act(olga), "ray@microsoft.example", REVIEWER, NOW)
    invitations.void(act(olga), row, NOW)
    with pytest.raises(Conflict):
        invitations.confirm(act(oskar), row, NOW)


ONE, TWO = False, True


@pytest.mark.parametrize(
    ("former", "role", "operators"),
    [
        (REVIEWER, LEAD, TWO),
        (LEAD, REVIEWER, ONE),
        (FINANCE, REVIEWER, TWO),
        (AUDITOR, LEAD, TWO),
        (OPERATOR, REVIEWER, TWO),
        (OPERATOR, AUDITOR, ONE),
        (REVIEWER, FINANCE, ONE),
        (LEAD, OPERATOR, TWO),
    ],
)
def test_more_to_decide_takes_two_operators(olga, oskar, act, former, role, operators):
    ray = UserFactory(email="ray@microsoft.example", name="Ray", microsoft_role=former)
    if operators is ONE:
        microsoft.change_role(act(olga), ray, role, NOW)
    else:
        with pytest.raises(roles.NotPermitted):
            microsoft.change_role(act(olga), ray, role, NOW)
        row = microsoft.nominate(act(olga), ray, role, NOW)
        ray.refresh_from_db()
        assert ray.microsoft_role == former
        microsoft.confirm(act(oskar), row, NOW)
    ray.refresh_from_db()
    assert ray.microsoft_role == role


def test_closed_account_of_a_reviewer_is_opened_by_two(rita, olga, oskar, act):
    microsoft.deactivate(act(olga), rita, NOW)
    with pytest.raises(roles.NotPermitted):
        microsoft.reactivate(act(olga), rita, NOW)
    row = microsoft.nominate(act(olga), rita, REVIEWER, NOW)
    rita.refresh_from_db()
    assert rita.is_active is False
    microsoft.confirm(act(oskar), row, NOW)
    rita.refresh_from_db()
    assert (rita.is_active, rita.microsoft_role) == (True, REVIEWER)
    assert RoleChange.objects.order_by("id").last().what == "reactivated"


def test_reviewer_who_becomes_an_operator_leaves_no_claim_behind(olga, oskar, act):
    """An operator decides on no claim, so it would wait for ever."""
    claim = claim_in(S.UNDER_REVIEW)
    row = microsoft.nominate(act(olga), claim.reviewer, OPERATOR, NOW)
    assert handover.confirm(act(oskar), row, database_now()) == 1
    claim.refresh_from_db()
    assert (claim.status, claim.reviewer) == (S.SUBMITTED, None)


def test_partners_address_makes_no_reviewer(olga, contoso, act):
    with pytest.raises(ValidationError):
        invitations.invite_microsoft(act(olga), "spy@contoso.example", REVIEWER, NOW)
