"""Who gives and takes which role (R-008 to R-010), and that each change is kept and told."""

import pytest
from django.db import IntegrityError, transaction

from mci_portal.accounts import roles
from mci_portal.accounts.models import Membership, Role, RoleChange
from mci_portal.common.errors import Conflict
from mci_portal.outbox.models import Message
from tests.people.conftest import NOW
from tests.rows import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
ADMIN, USER, ACCOUNT, GLOBAL = Role.INCENTIVES_ADMIN, Role.INCENTIVES_USER, Role.ACCOUNT_ADMIN, Role.GLOBAL_ADMIN


@pytest.mark.parametrize(
    ("who", "expected"),
    [("grace", {ADMIN, USER, ACCOUNT, GLOBAL}), ("aki", {ADMIN, USER}), ("ana", set()), ("olga", set())],
)
def test_admin_gives_exactly_the_roles_of_his_rank(cast, grace, aki, nina, act, who, expected):
    """R-010"""
    by = act({"grace": grace, "aki": aki}.get(who) or getattr(cast, who))
    given = set()
    for role in Role:
        try:
            with transaction.atomic():
                roles.grant(by, nina, role, None, NOW)
            given.add(role)
        except roles.NotPermitted:
            pass
    assert given == expected == set(roles.grantable(by))


def test_grant_is_kept_audited_and_told(grace, nina, redmond, act):
    """R-008: for one location, and the person hears of it."""
    roles.grant(act(grace), nina, USER, redmond, NOW)
    grant = Membership.objects.get(user=nina)
    assert (grant.role, grant.location, grant.partner, grant.created_at) == (USER, redmond, redmond.partner, NOW)
    line = RoleChange.objects.get()
    assert (line.what, line.user, line.by, line.by_name, line.role, line.location, line.at) == (
        "granted", nina, grace, "Grace Hall", USER, redmond, NOW,
    )  # fmt: skip
    mail = Message.objects.get()
    assert (mail.kind, mail.to_email, mail.partner_id) == ("P01", "nina@contoso.example", None)
    assert act(nina).location_ids == {redmond.pk}


def test_revocation_deletes_the_grant_keeps_the_audit_and_tells(grace, ben, redmond, act):
    roles.revoke(act(grace), ben.memberships.get(), NOW)
    assert (ben.memberships.count(), act(ben).works_on_incentives) == (0, False)
    line = RoleChange.objects.get()
    assert (line.what, line.user, line.location, line.role) == ("revoked", ben, redmond, USER)
    assert Message.objects.get().kind == "P02"


@pytest.mark.parametrize("who", ["omar", "rita", "stranger", "leaver"])
def test_role_is_refused_to_people_of_elsewhere(cast, grace, act, who):
    """Nobody of another company, of Microsoft, or with a closed account."""
    made = {
        "stranger": lambda: UserFactory(email="x@elsewhere.example"),
        "leaver": lambda: UserFactory(email="old@contoso.example", is_active=False),
    }
    user = made[who]() if who in made else getattr(cast, who)
    with pytest.raises(roles.NotPermitted):
        roles.grant(act(grace), user, USER, None, NOW)
    assert RoleChange.objects.count() == 0


def test_foreign_location_and_foreign_grant_are_refused(grace, nina, omar, amsterdam, act):
    with pytest.raises(roles.NotPermitted):
        roles.grant(act(grace), nina, USER, amsterdam, NOW)
    with pytest.raises(roles.NotPermitted):
        roles.revoke(act(grace), omar.memberships.get(), NOW)
    assert (Membership.objects.filter(user=omar).count(), RoleChange.objects.count()) == (1, 0)


def test_admin_role_for_one_location_is_refused(grace, nina, redmond, act):
    with pytest.raises(roles.NotPermitted):
        roles.grant(act(grace), nina, ACCOUNT, redmond, NOW)


@pytest.mark.parametrize("where", ["same", "covered"])
def test_role_held_already_is_refused(grace, ana, ben, redmond, act, where):
    user, role = (ben, USER) if where == "same" else (ana, ADMIN)
    with pytest.raises(Conflict):
        roles.grant(act(grace), user, role, redmond, NOW)


def test_last_global_admin_stays(grace, contoso, act):
    other = MembershipFactory(user=UserFactory(), partner=contoso, role=GLOBAL)
    roles.revoke(act(grace), other, NOW)
    with pytest.raises(Conflict) as refusal:
        roles.revoke(act(grace), grace.memberships.get(), NOW)
    assert refusal.value.sentence == "This is the last Global admin of the company. Name another one first."


def test_global_admin_with_a_closed_account_does_not_count(grace, contoso, act):
    MembershipFactory(user=UserFactory(is_active=False), partner=contoso, role=GLOBAL)
    with pytest.raises(Conflict):
        roles.revoke(act(grace), grace.memberships.get(), NOW)


def test_own_last_admin_role_stays(grace, contoso, act):
    MembershipFactory(user=UserFactory(), partner=contoso, role=GLOBAL)
    with pytest.raises(Conflict) as refusal:
        roles.revoke(act(grace), grace.memberships.get(), NOW)
    assert refusal.value.sentence == "This is your own last admin role. Another admin has to take it away."
    MembershipFactory(user=grace, partner=contoso, role=ACCOUNT)
    roles.revoke(act(grace), grace.memberships.get(role=GLOBAL), NOW)
    assert act(grace).roles == {ACCOUNT}


def test_account_admin_takes_no_admin_role(aki, grace, act):
    with pytest.raises(roles.NotPermitted):
        roles.revoke(act(aki), grace.memberships.get(), NOW)


def test_second_click_of_a_revocation_changes_nothing_more(grace, ben, act):
    grant = ben.memberships.get()
    roles.revoke(act(grace), grant, NOW)
    grant.pk = grant.pk or 1
    with pytest.raises(Conflict):
        roles.revoke(act(grace), grant, NOW)
    assert RoleChange.objects.count() == 1


@pytest.mark.parametrize("how", ["update", "delete"])
def test_audit_of_roles_is_append_only(grace, nina, act, how):
    roles.grant(act(grace), nina, USER, None, NOW)
    rows = RoleChange.objects.all()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(by_name="Nobody") if how == "update" else rows._raw_delete("default")
    assert RoleChange.objects.get().by_name == "Grace Hall"
