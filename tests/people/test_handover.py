"""A member leaves and no open claim stays without an owner who works there."""

from datetime import timedelta

import pytest
from django.db import transaction

from claims import handover
from claims.actions import Action
from claims.lifecycle import NotPermitted, Refused, perform
from claims.models import Claim, ClaimEvent
from claims.statuses import Status as S
from mci_portal.accounts import roles
from mci_portal.accounts.actors import CLOCK
from mci_portal.accounts.models import Membership, Role, RoleChange
from mci_portal.common.clock import database_now
from mci_portal.outbox import rendering
from mci_portal.outbox.models import Message
from tests.factories import claim_in
from tests.rows import MembershipFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken")]


@pytest.fixture
def cleo(contoso):
    """Incentives admin of the whole account, who can take everything over."""
    user = UserFactory(email="cleo@contoso.example", name="Cleo Costa")
    MembershipFactory(user=user, partner=contoso, role=Role.INCENTIVES_ADMIN)
    return user


def owners() -> set[str]:
    return set(Claim.objects.values_list("owner__name", flat=True))


def test_open_claims_change_hands_finished_ones_do_not(cast, grace, cleo, act):
    going = [claim_in(status, by=cast.ana) for status in (S.CUSTOMER_CLAIMED, S.CONSENT_RECEIVED, S.UNDER_REVIEW)]
    done = claim_in(S.APPROVED, by=cast.ana)
    now = database_now()
    assert handover.hand_over(cast.ana, cleo, act(grace), now) == 3
    assert set(Claim.objects.filter(owner=cleo)) == set(going)
    done.refresh_from_db()
    assert done.owner == cast.ana


def test_bulk_leaves_exactly_what_the_life_cycle_leaves(cast, grace, cleo, act):
    """The set-based statement and ``perform`` write the same rows."""
    claim = claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    now = database_now()
    seen = []
    for bulk in (True, False):
        with transaction.atomic():
            if bulk:
                handover.hand_over(cast.ana, cleo, act(grace), now)
            else:
                told = {"note": handover.note(cast.ana, cleo), "event": handover.event(cast.ana, cleo)}
                perform(claim, Action.HAND_OVER, act(grace), now, owner=cleo, **told)
            line = ClaimEvent.objects.filter(claim=claim).values().order_by("seq").last()
            seen.append((Claim.objects.filter(pk=claim.pk).values().get(), line | {"id": 0}))
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert seen[0][1]["action"] == "hand_over"


def test_history_names_both(cast, grace, cleo, act):
    claim = claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    handover.hand_over(cast.ana, cleo, act(grace), database_now())
    line = claim.events.last()
    assert (line.note, line.actor, line.from_status, line.to_status) == (
        "Ana Silva → Cleo Costa", grace, S.CONSENT_RECEIVED, S.CONSENT_RECEIVED,
    )  # fmt: skip


def test_new_owner_is_told_once_with_the_numbers(cast, grace, cleo, act):
    claims = [claim_in(S.CUSTOMER_CLAIMED, by=cast.ana) for _n in range(2)]
    handover.hand_over(cast.ana, cleo, act(grace), database_now())
    mail = rendering.render(Message.objects.get(kind="P09", to_email=cleo.email))
    assert mail.subject == "2 claims are yours now"
    assert all(str(claim.number) in mail.text for claim in claims)


def test_overdue_claim_is_left_to_the_sweep(cast, grace, cleo, act):
    claim = claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    assert handover.hand_over(cast.ana, cleo, act(grace), claim.due_at) == 0
    assert handover.hand_over(cast.ana, cleo, act(grace), claim.due_at - timedelta(microseconds=1)) == 1


def test_successor_must_work_at_every_location(cast, grace, act):
    claim_in(S.CONSENT_RECEIVED, location=cast.redmond, by=cast.ana)
    claim_in(S.CONSENT_RECEIVED, location=cast.toronto, by=cast.ana)
    for successor in (cast.ben, cast.tom, cast.omar, cast.rita, grace):
        with pytest.raises(handover.Successor):
            handover.hand_over(cast.ana, successor, act(grace), database_now())
    assert owners() == {"Ana Silva"}


def test_those_who_cover_the_locations_are_offered(cast, grace, cleo, contoso, act):
    claim_in(S.CONSENT_RECEIVED, location=cast.redmond, by=cast.ana)
    MembershipFactory(user=UserFactory(name="Zed", is_active=False), partner=contoso)
    mine = handover.owned(cast.ana, contoso, database_now())
    assert [user.name for user in handover.successors(mine, cast.ana, contoso)] == ["Ben Smith", "Cleo Costa"]


@pytest.mark.parametrize("who", ["ben", "omar", "rita", "olga"])
def test_nobody_but_an_admin_hands_over(cast, cleo, act, who):
    claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    claims = handover.owned(cast.ana, cast.contoso, database_now())
    with pytest.raises(NotPermitted):
        handover.hand_over(cast.ana, cleo, act(getattr(cast, who)), database_now(), claims)
    assert owners() == {"Ana Silva"}


def test_last_role_is_taken_only_after_a_successor_is_named(cast, grace, cleo, act):
    claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    going = list(cast.ana.memberships.select_related("user", "partner", "location"))
    with pytest.raises(handover.Successor):
        handover.revoke(act(grace), going, None, database_now())
    assert (cast.ana.memberships.count(), RoleChange.objects.count()) == (1, 0)
    assert handover.revoke(act(grace), going, cleo, database_now()) == 1
    assert (cast.ana.memberships.count(), owners()) == (0, {"Cleo Costa"})


def test_refused_revocation_moves_no_claim(cast, grace, cleo, contoso, act):
    """All or nothing."""
    claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    MembershipFactory(user=cast.ana, partner=contoso, role=Role.GLOBAL_ADMIN)
    Membership.objects.filter(user=grace).update(role=Role.ACCOUNT_ADMIN)
    going = list(cast.ana.memberships.select_related("user", "partner", "location"))
    with pytest.raises(roles.NotPermitted):
        handover.revoke(act(grace), going, cleo, database_now())
    assert (owners(), cast.ana.memberships.count()) == ({"Ana Silva"}, 2)


def test_only_claims_of_the_lost_location_need_somebody_else(cast, contoso):
    MembershipFactory(user=cast.ben, partner=contoso, role=Role.INCENTIVES_USER, location=cast.toronto)
    here = claim_in(S.CONSENT_RECEIVED, location=cast.redmond, by=cast.ben)
    claim_in(S.CONSENT_RECEIVED, location=cast.toronto, by=cast.ben)
    grants = Membership.objects.select_related("user", "partner")
    lost = grants.get(user=cast.ben, location=cast.redmond)
    assert list(handover.left_behind([lost], database_now())) == [here]
    MembershipFactory(user=cast.ben, partner=contoso, role=Role.INCENTIVES_ADMIN)
    assert list(handover.left_behind([lost], database_now())) == []


def test_hand_over_takes_the_same_statements_for_one_and_for_many(
    cast, grace, cleo, act, django_assert_num_queries, django_assert_max_num_queries
):
    by = act(grace)
    claim_in(S.CUSTOMER_CLAIMED, by=cast.ana)
    with django_assert_max_num_queries(14) as few:
        handover.hand_over(cast.ana, cleo, by, database_now())
    for _number in range(4):
        claim_in(S.CUSTOMER_CLAIMED, by=cast.ana)
    with django_assert_num_queries(len(few)):
        handover.hand_over(cast.ana, cleo, by, database_now())


def test_reviewer_who_leaves_gives_his_claims_back(cast, act):
    """R-012"""
    claim = claim_in(S.UNDER_REVIEW)
    assert handover.leave_review(act(cast.olga), cast.rita, database_now()) == 1
    claim.refresh_from_db()
    cast.rita.refresh_from_db()
    assert (claim.status, claim.reviewer, cast.rita.is_active) == (S.SUBMITTED, None, False)


@pytest.mark.parametrize("status", [S.CUSTOMER_CLAIMED, S.CONSENT_RECEIVED, S.UNDER_REVIEW, S.REJECTED])
def test_life_cycle_lets_admins_alone_change_the_owner(cast, grace, aki, cleo, act, status):
    """T40, through ``perform``: the location's Incentives admin and the company's admins, nobody else."""
    claim = claim_in(status, by=cast.ana)
    people = {name: act(getattr(cast, name)) for name in ("ana", "ben", "tom", "omar", "rita", "lena", "olga")}
    people |= {"grace": act(grace), "aki": act(aki), "clock": CLOCK}
    allowed = set()
    for name, by in people.items():
        try:
            with transaction.atomic():
                perform(claim, Action.HAND_OVER, by, database_now(), owner=cleo)
                transaction.set_rollback(True)
            allowed.add(name)
        except NotPermitted:
            pass
    assert allowed == {"ana", "grace", "aki"}


def test_life_cycle_refuses_an_owner_who_does_not_work_there(cast, grace, act):
    claim = claim_in(S.CONSENT_RECEIVED, location=cast.redmond, by=cast.ana)
    for owner in (cast.tom, cast.omar, grace):
        with pytest.raises(Refused):
            perform(claim, Action.HAND_OVER, act(grace), database_now(), owner=owner)
    with pytest.raises(Refused):
        perform(claim, Action.HAND_OVER, act(grace), database_now())
    assert owners() == {"Ana Silva"}


def test_finished_claim_keeps_its_owner(cast, cleo, act):
    claim = claim_in(S.APPROVED, by=cast.ana)
    with pytest.raises(Refused):
        perform(claim, Action.HAND_OVER, act(cast.ana), database_now(), owner=cleo)
