"""Reviewers, leads and operators: one operator invites, two make another operator (R-012)."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from mci_portal.accounts import invitations, microsoft, roles
from mci_portal.accounts.models import MicrosoftRole, OperatorNomination, RoleChange, User
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.outbox.models import Message
from tests.people.conftest import NOW
from tests.people.test_invitations import TYPED, link
from tests.rows import UserFactory

pytestmark = pytest.mark.django_db
OPERATOR, LEAD, REVIEWER = MicrosoftRole.OPERATOR, MicrosoftRole.LEAD_REVIEWER, MicrosoftRole.REVIEWER


@pytest.fixture
def oskar(db) -> User:
    return UserFactory(email="oskar@microsoft.example", name="Oskar Olsen", microsoft_role=OPERATOR)


def test_operator_is_made_by_two(rita, olga, oskar, act):
    row = microsoft.nominate(act(olga), rita, NOW)
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
        OperatorNomination.objects.create(
            user=rita, nominated_by=olga, nominated_at=NOW, confirmed_by=olga, closed_at=NOW
        )


def test_withdrawn_nomination_has_no_effect(rita, olga, oskar, act):
    row = microsoft.nominate(act(olga), rita, NOW)
    microsoft.withdraw(act(oskar), row, NOW)
    with pytest.raises(Conflict):
        microsoft.confirm(act(oskar), row, NOW)
    rita.refresh_from_db()
    assert rita.microsoft_role == REVIEWER


def test_nomination_ends_with_the_account(rita, olga, oskar, act):
    row = microsoft.nominate(act(olga), rita, NOW)
    microsoft.deactivate(act(olga), rita, NOW)
    with pytest.raises(Conflict):
        microsoft.confirm(act(oskar), row, NOW)


@pytest.mark.parametrize("who", ["rita", "lena", "ana"])
def test_nobody_but_operators_changes_anything(cast, act, who):
    by, ravi = act(getattr(cast, who)), cast.ravi
    for attempt in (
        lambda: microsoft.change_role(by, ravi, LEAD, NOW),
        lambda: microsoft.deactivate(by, ravi, NOW),
        lambda: microsoft.reactivate(by, ravi, NOW),
        lambda: microsoft.nominate(by, ravi, NOW),
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
    microsoft.deactivate(act(olga), oskar, NOW)
    microsoft.reactivate(act(olga), oskar, NOW)
    oskar.refresh_from_db()
    assert (oskar.microsoft_role, oskar.is_staff, oskar.is_active) == (REVIEWER, False, True)


def test_closed_account_ends_the_session(client, rita, olga, act):
    client.force_login(rita)
    assert client.get("/account/").status_code == 200
    microsoft.deactivate(act(olga), rita, NOW)
    assert client.get("/account/")["Location"] == "/sign-in/?next=/account/"


def test_reviewer_is_invited_by_mail(client, olga, act):
    row = invitations.invite_microsoft(act(olga), "ray@microsoft.example", REVIEWER, database_now())
    assert client.post(link(row), TYPED).status_code == 302
    assert User.objects.get(email="ray@microsoft.example").microsoft_role == REVIEWER


def test_partners_address_makes_no_reviewer(olga, contoso, act):
    with pytest.raises(ValidationError):
        invitations.invite_microsoft(act(olga), "spy@contoso.example", REVIEWER, NOW)
