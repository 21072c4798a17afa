"""Who may hold a customer's workload, and until when the customer may opt out (R-224, R-226, T35, T36, C-22)."""

from datetime import UTC, datetime, timedelta

import pytest

from claims import associations, consent, contacts, opt_outs
from claims.actions import Action
from claims.association import rivals
from claims.associations import Products
from claims.consent import Answer, LinkState
from claims.lifecycle import Refused, perform
from claims.models import Claim, ConsentRequest, OptOutLink
from claims.statuses import Status as S
from engagements.models import Area
from mci_portal.accounts.actors import CLOCK
from mci_portal.common import tokens
from mci_portal.outbox.models import Message
from tests.factories import AssociationEngagementFactory, CustomerFactory, EngagementFactory, Walk, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken")]

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday
ANSWER = Answer("", "Carla Customer", "192.0.2.1", "a browser", "en", "", False)


def _link(claim: Claim) -> OptOutLink:
    link = OptOutLink.objects.get(claim=claim, voided_at=None)
    return opt_outs.find(tokens.value("opt_out", link.nonce))


def _pair(first: Products, second: Products, other_place, **facts) -> tuple[Claim, Claim]:
    engagement = AssociationEngagementFactory(**facts)
    customer = CustomerFactory()
    common = {"kind": "cpor", "engagement": engagement, "customer": customer, "now": NOW}
    mine = claim_in(S.UNDER_REVIEW, products=first, **common)
    return mine, claim_in(S.APPROVED, location=other_place, products=second, **common)


@pytest.mark.parametrize(
    ("theirs", "compete"), [(("teams", "viva"), True), (("exchange", "teams"), True), (("viva", "intune"), False)]
)
def test_one_partner_holds_a_workload_and_many_hold_a_customer(cast, theirs, compete):
    """R-226."""
    mine, other = _pair(Products(("exchange", "teams")), Products(theirs), cast.amsterdam)
    assert [claim.pk for claim in rivals(mine)] == ([other.pk] if compete else [])
    if compete:
        with pytest.raises(Refused, match="arbitrate"):
            associations.approve(mine, cast.actor("rita"), NOW + timedelta(hours=1))
        assert Claim.objects.get(pk=other.pk).status == S.APPROVED
    else:
        assert associations.approve(mine, cast.actor("rita"), NOW + timedelta(hours=1)).status == S.APPROVED


def test_claim_of_an_ended_association_competes_no_more(cast):
    mine, other = _pair(Products(("teams",)), Products(("teams",)), cast.amsterdam)
    Walk(other, by=cast.actor("omar")).disassociate(NOW + timedelta(minutes=1))
    assert not rivals(mine).exists()
    assert associations.approve(mine, cast.actor("rita"), NOW + timedelta(hours=1)).status == S.APPROVED


def test_subscription_is_what_partners_compete_for_on_business_applications(cast):
    """R-226."""
    ids = ("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "2b4e28ba-2fa1-41d2-883f-0016d3cca427")
    engagement, customer = AssociationEngagementFactory(), CustomerFactory()
    common = {"kind": "cpor", "engagement": engagement, "customer": customer, "now": NOW}
    mine = claim_in(S.UNDER_REVIEW, products=Products(("exchange",), ids[0]), **common)
    same = claim_in(S.SUBMITTED, location=cast.amsterdam, products=Products(("viva",), ids[0]), **common)
    claim_in(S.SUBMITTED, location=cast.amsterdam, products=Products(("exchange",), ids[1]), **common)
    engagement.area = Area.BUSINESS_APPLICATIONS
    engagement.save()
    assert [claim.pk for claim in rivals(Claim.objects.get(pk=mine.pk))] == [same.pk]


def test_customer_opts_out_until_five_business_days_after_the_approval(cast):
    """T36, C-22: the very instant is too late."""
    claim = claim_in(S.APPROVED, kind="cpor", now=NOW)
    ends = NOW + timedelta(days=7)
    assert opt_outs.state(_link(claim), ends - timedelta(seconds=1)) is LinkState.OPEN
    assert opt_outs.state(_link(claim), ends) is LinkState.CLOSED
    with pytest.raises(Refused, match="time to opt out of it is over"):
        opt_outs.opt_out(_link(claim), ANSWER, ends)
    assert opt_outs.opt_out(_link(claim), ANSWER, ends - timedelta(seconds=1)).status == S.CONSENT_REJECTED


def test_customer_opts_out_at_any_time_where_the_setting_says_so(settings):
    """C-22."""
    settings.CPOR_OPT_OUT_ANY_TIME = True
    claim = claim_in(S.APPROVED, kind="cpor", now=NOW)
    assert opt_outs.opt_out(_link(claim), ANSWER, NOW + timedelta(days=300)).status == S.CONSENT_REJECTED


@pytest.mark.parametrize("status", [S.REJECTED, S.REJECTED_FINAL, S.DISPUTED_EXPIRED])
def test_link_of_a_claim_that_holds_nothing_is_closed(status):
    """TK08: nothing to opt out of."""
    claim = claim_in(status, kind="cpor", round=1, now=NOW)
    link = OptOutLink.objects.filter(claim=claim).get()
    found = opt_outs.find(tokens.value("opt_out", link.nonce))
    assert opt_outs.state(found, NOW + timedelta(hours=1)) is LinkState.CLOSED
    with pytest.raises(Refused):
        opt_outs.opt_out(found, ANSWER, NOW + timedelta(hours=1))


def test_changed_contact_gets_the_notice_when_the_claim_is_handed_in_again(cast):
    """R-164, R-224: the link of the old address is dead, the new one comes with the submission."""
    claim = claim_in(S.ACTION_REQUIRED, kind="cpor", now=NOW)
    old = _link(claim)
    walk = Walk(claim, by=cast.actor("ana"))
    later = NOW + timedelta(hours=1)
    walk.claim = contacts.change(claim, walk.by, {"customer_email": f"dora@{claim.customer.domain}"}, later)
    old.refresh_from_db()
    assert opt_outs.state(old, later) is LinkState.CLOSED
    walk.answer_issues(later)
    walk.submit(later)
    assert opt_outs.state(old, later) is LinkState.REPLACED
    assert Message.objects.filter(kind="E17").order_by("-id")[0].to_email == f"dora@{claim.customer.domain}"
    assert opt_outs.opt_out(_link(claim), ANSWER, later).status == S.CONSENT_REJECTED


def test_opt_out_counts_once_and_its_record_is_final():
    """TK04."""
    claim = claim_in(S.CONSENT_REJECTED, kind="cpor", now=NOW)
    link = OptOutLink.objects.get()
    again = opt_outs.opt_out(link, Answer("", "Somebody else", None, "", "en", "", False), NOW + timedelta(hours=1))
    assert (again.version, OptOutLink.objects.get().typed_name) == (claim.version, claim.customer_name)


def test_withdrawal_is_there_until_the_first_submission_where_the_engagement_offers_it():
    """T13, C-08."""
    engagement = EngagementFactory(withdrawal=True, evidence=())
    claim = claim_in(S.CONSENT_RECEIVED, engagement=engagement, now=NOW)
    request = consent.find_by_digest(ConsentRequest.objects.get().digest)
    later = NOW + timedelta(hours=1)
    assert consent.may_withdraw(request, later)
    done = consent.withdraw(request, ANSWER, later)
    assert (done.status, done.due_at, done.closed_at) == (S.CONSENT_REJECTED, None, later)
    assert set(Message.objects.filter(dedup_key__endswith=f":v{done.version}").values_list("kind", flat=True)) == {
        "E03",
        "E05",
    }
    assert consent.withdraw(request, ANSWER, later).version == done.version  # TK04
    assert claim.pk == done.pk

    submitted = claim_in(S.SUBMITTED, engagement=engagement, now=NOW)
    request = consent.find_by_digest(ConsentRequest.objects.get(claim=submitted).digest)
    assert not consent.may_withdraw(request, later)
    with pytest.raises(Refused):
        consent.withdraw(request, ANSWER, later)


def test_withdrawal_is_refused_where_the_engagement_does_not_offer_it():
    """C-08: default off."""
    claim_in(S.CONSENT_RECEIVED, now=NOW)
    request = consent.find_by_digest(ConsentRequest.objects.get().digest)
    assert not consent.may_withdraw(request, NOW + timedelta(hours=1))
    with pytest.raises(Refused, match="cannot be withdrawn"):
        consent.withdraw(request, ANSWER, NOW + timedelta(hours=1))


def test_silence_in_the_second_round_is_final(cast):
    """T31."""
    claim = claim_in(S.ACTION_REQUIRED, kind="cpor", round=2, now=NOW)
    after = perform(claim, Action.EXPIRE, CLOCK, claim.due_at)
    assert (after.status, after.events.last().data) == (S.REJECTED_FINAL, {"reasons": ["no_response"]})


def test_association_moved_to_where_its_owner_does_not_work_goes_to_who_moved_it(cast):
    """R-225, I16: Ben works in Redmond only."""
    engagement = AssociationEngagementFactory()
    claim = claim_in(S.DRAFT, kind="cpor", engagement=engagement, by=cast.ben, now=NOW)
    products = Products(tuple(claim.association.workloads))
    moved = associations.edit(claim, cast.actor("ana"), cast.redmond, products, NOW)
    assert moved.owner == cast.ben
    moved = associations.edit(moved, cast.actor("ana"), cast.toronto, products, NOW)
    assert (moved.location, moved.owner) == (cast.toronto, cast.ana)
