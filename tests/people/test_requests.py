"""Somebody without a role asks for one, his admins decide (R-001, R-010)."""

import pytest

from mci_portal.accounts import requests, roles
from mci_portal.accounts.models import Membership, Role, RoleRequest
from mci_portal.common.errors import Conflict
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.people.conftest import NOW
from tests.rows import UserFactory

pytestmark = pytest.mark.django_db
USER = Role.INCENTIVES_USER


@pytest.fixture
def asked(nina, grace, aki, gerda, act) -> RoleRequest:
    return requests.ask(act(nina), USER, "I run workshops.", NOW)


def test_request_is_mailed_to_every_admin_of_the_company(asked):
    told = Message.objects.order_by("to_email")
    assert [(mail.kind, mail.to_email) for mail in told] == [
        ("P04", "aki@contoso.example"),
        ("P04", "grace@contoso.example"),
    ]
    words = rendering.render(told[0])
    assert (words.subject, "I run workshops." in words.text) == ("Nina New asks for a role", True)
    assert f"/incentives/members/requests/{asked.pk}/" in words.html


def test_second_request_waits_for_the_first(asked, nina, act):
    with pytest.raises(Conflict):
        requests.ask(act(nina), Role.INCENTIVES_ADMIN, "", NOW)
    assert RoleRequest.objects.count() == 1


def test_granted_request_gives_the_role_where_the_admin_says(asked, aki, nina, redmond, act):
    requests.grant(act(aki), asked, redmond, NOW)
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by, act(nina).user_of) == ("granted", aki, {redmond.pk})
    assert set(Message.objects.filter(to_email=nina.email).values_list("kind", flat=True)) == {"P01"}
    assert rendering.render(Message.objects.filter(kind="P04").first()) is None


def test_declined_request_tells_the_answer(asked, aki, nina, act):
    requests.decline(act(aki), asked, "Ask your team lead.", NOW)
    mail = Message.objects.get(to_email=nina.email)
    assert (mail.kind, "Ask your team lead." in rendering.render(mail).text) == ("P05", True)
    assert Membership.objects.filter(user=nina).count() == 0


def test_decided_request_is_decided_once(asked, aki, act):
    requests.decline(act(aki), asked, "", NOW)
    with pytest.raises(Conflict):
        requests.grant(act(aki), asked, None, NOW)


def test_failed_grant_leaves_the_request_open(asked, aki, nina, redmond, act):
    roles.grant(act(aki), nina, USER, redmond, NOW)
    with pytest.raises(Conflict):
        requests.grant(act(aki), asked, redmond, NOW)
    asked.refresh_from_db()
    assert asked.decision == ""


@pytest.mark.parametrize("who", ["gerda", "ana", "rita", "olga"])
def test_nobody_else_decides(asked, cast, gerda, act, who):
    by = act(gerda if who == "gerda" else getattr(cast, who))
    for decide in (lambda: requests.grant(by, asked, None, NOW), lambda: requests.decline(by, asked, "", NOW)):
        with pytest.raises(roles.NotPermitted):
            decide()
    asked.refresh_from_db()
    assert asked.decision == ""


def test_admin_roles_cannot_be_asked_for(nina, act):
    with pytest.raises(roles.NotPermitted):
        requests.ask(act(nina), Role.GLOBAL_ADMIN, "", NOW)


def test_stranger_and_reviewer_have_nobody_to_ask(rita, contoso, act):
    for user in (rita, UserFactory(email="x@elsewhere.example")):
        assert requests.partner_of(act(user)) is None
        with pytest.raises(roles.NotPermitted):
            requests.ask(act(user), USER, "", NOW)
