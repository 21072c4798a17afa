"""A claim's stand-in: who may be one, who names him, what he is told, and what becomes of it when he leaves."""

import pytest
from django.db import transaction

from claims import handover, stand_ins
from claims.actions import Action
from claims.invariants import violations
from claims.lifecycle import NotPermitted, Refused, perform
from claims.models import Claim, ClaimEvent
from claims.reminders import remind
from claims.statuses import Status as S
from claims.sweeps import sweep
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import Membership, Role
from mci_portal.common.clock import database_now
from mci_portal.outbox import notices, rendering
from mci_portal.outbox.models import Message
from tests.factories import EngagementFactory, Walk, claim_in
from tests.pages.htmx import assert_swap_equals_reload
from tests.rows import MembershipFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.server]


@pytest.fixture
def claim(cast) -> Claim:
    return claim_in(S.CONSENT_RECEIVED, by=cast.ana, engagement=EngagementFactory(evidence=()))


@pytest.fixture
def gina(contoso):
    """Gives and takes roles at Contoso, and works on no claims."""
    user = UserFactory(email="gina@contoso.example", name="Gina Global")
    MembershipFactory(user=user, partner=contoso, role=Role.GLOBAL_ADMIN)
    return user


@pytest.fixture
def covered(claim, cast) -> Claim:
    """Ana's, with Ben as the stand-in."""
    return stand_ins.choose(claim, cast.ben, cast.actor("ana"))


def mailed(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("id").values_list("to_email", flat=True))


def test_stand_in_is_chosen_and_the_history_says_so(claim, cast):
    changed = stand_ins.choose(claim, cast.ben, cast.actor("ana"))
    line = ClaimEvent.objects.filter(claim=claim).last()
    assert (changed.stand_in, changed.status, changed.due_at) == (cast.ben, claim.status, claim.due_at)
    assert (line.action, line.note, line.actor) == ("set_stand_in", "– → Ben Smith", cast.ana)
    gone = stand_ins.choose(changed, None, cast.actor("ben"))
    assert gone.stand_in is None
    assert ClaimEvent.objects.filter(claim=claim).last().note == "Ben Smith → –"
    assert {code for code, *_rest in violations(database_now())} & {"I1", "I2"} == set()


def test_same_choice_again_writes_nothing(covered, cast):
    before = ClaimEvent.objects.count()
    stand_ins.choose(covered, cast.ben, cast.actor("ana"))
    assert ClaimEvent.objects.count() == before


def test_only_an_active_member_of_the_location_stands_in(claim, cast, contoso, gina):
    left = UserFactory(name="Lea Left", is_active=False)
    MembershipFactory(user=left, partner=contoso, role=Role.INCENTIVES_USER)
    assert list(stand_ins.candidates(claim)) == [cast.ben]
    for nobody in (left, gina, cast.tom, cast.omar, cast.rita, cast.ana):
        with pytest.raises(Refused):
            stand_ins.choose(claim, nobody, cast.actor("ana"))


@pytest.mark.parametrize("who", ["tom", "omar", "rita", "olga"])
def test_strangers_choose_nobody(claim, cast, who):
    with pytest.raises(NotPermitted):
        stand_ins.choose(claim, cast.ben, cast.actor(who))


def test_reminder_goes_to_contact_and_stand_in_once_each(covered, cast):
    """R-245: to at least two people; the owner is one of them."""
    now = covered.due_at - (covered.due_at - covered.created_at) / 100
    assert remind(now) == 3
    assert remind(now) == 0
    assert sorted(mailed("E06")) == sorted([covered.partner_email, cast.ana.email, cast.ben.email])
    copy = Message.objects.get(kind="E06", to_email=cast.ben.email)
    text = rendering.render(copy).text
    assert "stand-in" in text
    assert "partner contact of this claim" not in text


def test_copy_shows_in_the_portal_once(covered, cast):
    remind(covered.due_at - (covered.due_at - covered.created_at) / 100)
    assert [one.to_email for one in notices.of_actor(cast.actor("ben")).filter(kind="E06")] == [covered.partner_email]


def test_stand_in_hears_what_follows_a_move_and_what_the_sweep_does(covered, cast):
    Walk(covered, by=cast.actor("ana")).submit(database_now())
    assert sorted(mailed("E11")) == sorted([covered.partner_email, cast.ben.email])
    other = stand_ins.choose(claim_in(S.AWAITING_CONSENT, by=cast.ana), cast.ben, cast.actor("ana"))
    sweep(other.due_at)
    assert sorted(mailed("E07")) == sorted([other.partner_email, cast.ben.email])


def test_link_made_for_one_person_is_not_copied(claim, cast):
    claim = claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    claim = stand_ins.choose(claim, cast.ben, cast.actor("ana"))
    perform(claim, Action.SEND_PARTNER_SURVEY, cast.actor("ana"))
    assert mailed("E09") == [claim.partner_email]


def test_who_no_longer_works_there_is_told_nothing(covered, cast):
    """Even when the role went away behind the portal's back."""
    Membership.objects.filter(user=cast.ben).delete()
    remind(covered.due_at - (covered.due_at - covered.created_at) / 100)
    assert sorted(mailed("E06")) == sorted([covered.partner_email, cast.ana.email])


def test_stand_in_who_leaves_is_dropped_with_a_history_line(covered, cast, gina):
    elsewhere = claim_in(S.CONSENT_RECEIVED, by=cast.ana)
    now = database_now()
    handover.revoke(actor_for(gina), list(cast.ben.memberships.select_related("user", "partner")), None, now)
    covered.refresh_from_db()
    line = ClaimEvent.objects.filter(claim=covered).last()
    assert (covered.stand_in, line.note, line.data) == (
        None, "Ben Smith → –", {"from_stand_in": cast.ben.pk, "to_stand_in": None},
    )  # fmt: skip
    assert (line.action, line.actor, line.seq) == ("set_stand_in", gina, covered.version)
    assert elsewhere.version == Claim.objects.get(pk=elsewhere.pk).version
    assert {code for code, *_rest in violations(now)} & {"I1", "I2"} == set()


def test_stand_in_who_still_works_at_the_location_stays(covered, cast, gina):
    MembershipFactory(user=cast.ben, partner=cast.contoso, location=None, role=Role.INCENTIVES_USER)
    grant = cast.ben.memberships.select_related("user", "partner").get(location=cast.redmond)
    handover.revoke(actor_for(gina), [grant], None, database_now())
    covered.refresh_from_db()
    assert covered.stand_in == cast.ben


def test_stand_in_who_takes_the_claim_over_no_longer_stands_in(covered, cast):
    by = cast.actor("ana")
    assert handover.hand_over(cast.ana, cast.ben, by, database_now()) == 1
    covered.refresh_from_db()
    assert (covered.owner, covered.stand_in) == (cast.ben, None)


def test_page_chooses_changes_and_drops(client, claim, cast):
    client.force_login(cast.ana)
    url, page = f"/incentives/claims/{claim.number}/stand-in/", f"/incentives/claims/{claim.number}/"
    form = client.get(url).content.decode()
    assert "Ben Smith, ben@contoso.example" in form
    assert "Tom Tremblay" not in form
    assert_swap_equals_reload(client, page, (url, {"stand_in": cast.ben.pk, "version": claim.version}))
    shown = client.get(page).content.decode()
    assert "<dt>Stand-in</dt><dd>Ben Smith</dd>" in shown
    assert "<dt>Owner</dt><dd>Ana Silva</dd>" in shown
    assert "Change stand-in" in shown
    assert client.post(url, {"stand_in": "", "version": claim.version + 1}).status_code == 302
    assert Claim.objects.get(pk=claim.pk).stand_in is None


def test_page_refuses_in_words(client, claim, cast):
    client.force_login(cast.ana)
    url = f"/incentives/claims/{claim.number}/stand-in/"
    assert client.post(url, {"stand_in": cast.tom.pk, "version": claim.version}).status_code == 422
    stale = client.post(url, {"stand_in": cast.ben.pk, "version": claim.version - 1})
    assert stale.status_code == 409
    assert f'value="{cast.ben.pk}" selected' in stale.content.decode()
    closed = claim_in(S.CANCELED, by=cast.ana)
    assert client.get(f"/incentives/claims/{closed.number}/stand-in/").status_code == 409
    assert "stand-in/" not in client.get(f"/incentives/claims/{closed.number}/").content.decode()


def test_bulk_leaves_exactly_what_the_life_cycle_leaves(covered, cast):
    """The set-based statement for one who leaves and ``perform`` write the same rows."""
    now, seen = database_now(), []
    grants = list(cast.ben.memberships.select_related("user", "partner"))
    for bulk in (True, False):
        with transaction.atomic():
            if bulk:
                handover._step_back(grants, cast.actor("ana"), now)
            else:
                stand_ins.choose(covered, None, cast.actor("ana"), now=now)
            told = ClaimEvent.objects.filter(claim=covered).values().order_by("seq").last()
            seen.append((Claim.objects.filter(pk=covered.pk).values().get(), told | {"id": 0}))
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert seen[0][1]["action"] == "set_stand_in"
