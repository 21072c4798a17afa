"""The one door: who, state, clock, guards, in this order; all or nothing; one wording for button and server."""

from datetime import UTC, datetime, timedelta

import pytest

from claims import intake, lifecycle, review
from claims.actions import Action as A
from claims.lifecycle import Changed, NotPermitted, Refused, Taken, available, effective_status, perform
from claims.models import Claim, Draft, Earning
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for, customer
from mci_portal.common.clock import database_now
from tests.claims.moves import PLACES, actors, data_for, snapshot
from tests.factories import CustomerFactory, EngagementFactory, LocationFactory, Walk, allow, claim_in, contacts_of
from tests.rows import MembershipFactory, PayeeProfileFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(("status", "round"), PLACES, ids=[f"{status}-{round}" for status, round in PLACES])
def test_buttons_say_what_the_server_says(status, round, cast):
    """House rule 2: a refused offer names the sentence with which ``perform`` refuses; the rest happens."""
    claim = claim_in(
        status, round=round, engagement=EngagementFactory(evidence=("invoice", "customer_survey")), now=NOW
    )
    before = snapshot()
    for name, by in actors(cast).items():
        for code, offer in available(claim, by, NOW + HOUR).items():
            assert offer.label
            if offer.refusal and not data_for(offer.action, claim):
                with pytest.raises(Refused) as refusal:
                    perform(claim, offer.action, by, NOW + HOUR)
                assert refusal.value.sentence == offer.refusal, (name, code)
    assert snapshot() == before, "asking what is possible wrote something"


@pytest.mark.parametrize("name", ["ana", "ben", "tom", "omar", "rita", "ravi", "olga"])
def test_offers_of_a_claim_in_preparation_are_for_those_who_work_at_its_location(name, cast):
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    offered = set(available(claim, cast.actor(name), NOW + HOUR))
    partner = {
        "edit_contacts",
        "cancel",
        "upload",
        "remove_document",
        "send_customer_survey",
        "send_partner_survey",
        "complete_partner_survey",
        "comment",
        "submit",
        "set_stand_in",
    }
    # An operator records the customer's change of mind, where the engagement allows it.
    expected = {"ana": partner | {"hand_over"}, "ben": partner, "olga": {"withdraw"}}
    assert offered == expected.get(name, set())


def test_offer_of_submit_lists_what_is_missing():
    """R-167."""
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    offer = available(claim, actor_for(claim.owner), NOW + HOUR)["submit"]
    assert offer.refusal == (
        "Still missing: Upload Invoice; Upload Findings and recommendations document; "
        "Customer survey complete; Partner survey complete."
    )


def test_overdue_claim_offers_nothing_and_shows_the_status_it_will_have():
    """R-271: pages compute the effective status, so a late sweep never shows a wrong one."""
    claim = claim_in(S.ACTION_REQUIRED, now=NOW)
    by = actor_for(claim.owner)
    assert "submit" in available(claim, by, claim.due_at - HOUR)
    assert available(claim, by, claim.due_at) == {}
    assert effective_status(claim, claim.due_at - HOUR) == S.ACTION_REQUIRED
    assert effective_status(claim, claim.due_at) == S.POST_SUBMISSION_EXPIRED


def test_perform_from_a_page_drawn_before_a_change_is_refused_without_a_trace():
    """F04."""
    claim = claim_in(S.CUSTOMER_CLAIMED, now=NOW)
    by = actor_for(claim.owner)
    seen = claim.version
    perform(claim, A.EDIT_CONTACTS, by, NOW + HOUR, contacts={"customer_title": "CIO"})
    before = snapshot()
    with pytest.raises(Changed, match="changed while the page was open"):
        perform(claim, A.SEND_CONSENT, by, NOW + HOUR, version=seen)
    assert snapshot() == before
    assert perform(claim, A.SEND_CONSENT, by, NOW + HOUR, version=seen + 1).status == S.AWAITING_CONSENT


def test_perform_looks_at_the_person_before_the_state():
    """Reliability 6: a stranger learns nothing of the claim's state."""
    claim = claim_in(S.APPROVED, now=NOW)
    with pytest.raises(NotPermitted):
        perform(claim, A.SUBMIT, customer("Carla", "carla@x.example"), NOW + HOUR, version=1)


@pytest.mark.parametrize("action", [A.WITHDRAW, A.ADD_CUSTOMER, A.CLAIM_CUSTOMER])
def test_perform_of_an_action_that_no_row_carries_out_here_is_refused(action):
    claim = claim_in(S.CONSENT_RECEIVED, now=NOW)
    with pytest.raises((NotPermitted, Refused)):
        perform(claim, action, actor_for(claim.owner), NOW + HOUR)


def test_perform_without_a_moment_reads_the_database_clock():
    claim = claim_in(S.CUSTOMER_CLAIMED)
    before = database_now()
    changed = perform(claim, A.SEND_CONSENT, actor_for(claim.owner))
    assert before < changed.updated_at < database_now()


def test_second_open_claim_for_the_same_customer_and_engagement_is_taken():
    """F11, P19: the wizard refuses, and the database stands behind it."""
    first = claim_in(S.CUSTOMER_CLAIMED, now=NOW)
    with pytest.raises(Taken, match="already counted"):
        claim_in(S.CUSTOMER_CLAIMED, engagement=first.engagement, customer=first.customer, now=NOW + HOUR)
    columns = [field.attname for field in Claim._meta.concrete_fields if field.name not in ("id", "number")]
    copy = Claim(**{column: getattr(first, column) for column in columns} | {"version": 0})
    with pytest.raises(Taken, match="already an open claim"):
        lifecycle.begin(copy, A.ADD_CUSTOMER, actor_for(first.owner), NOW + HOUR)


@pytest.mark.parametrize("end", [S.CANCELED, S.CONSENT_DECLINED, S.CONSENT_EXPIRED])
def test_new_claim_after_an_end_before_consent_counts(end):
    """R-106, T41: an ended claim is not revived; whether a new one may be made is the engagement's limit."""
    via = S.AWAITING_CONSENT if end == S.CANCELED else None
    first = claim_in(end, via=via, engagement=EngagementFactory(claims_per_customer=2), now=NOW)
    again = claim_in(S.AWAITING_CONSENT, engagement=first.engagement, customer=first.customer, now=NOW + 2 * DAY)
    assert again.number != first.number


def test_draft_confirmed_twice_makes_its_claims_once(ana, redmond):
    """R-097, F05."""
    customer_row, engagement = CustomerFactory(), EngagementFactory()
    allow(redmond, engagement)
    draft = Draft.objects.create(
        ref="r1", kind="add", user=ana, partner=redmond.partner, engagement=engagement, created_at=NOW, updated_at=NOW
    )
    facts = {
        "action": A.ADD_CUSTOMER,
        "by": actor_for(ana),
        "location": redmond,
        "customer": customer_row,
        "engagements": [engagement],
        "contacts": contacts_of(redmond.partner, customer_row),
        "name": "A claim",
        "id_type": "domain",
        "id_value": customer_row.domain,
        "draft": draft,
    }
    (first,) = intake.start(**facts, now=NOW)
    (second,) = intake.start(**facts, now=NOW + HOUR)
    assert second.pk == first.pk
    assert Claim.objects.count() == 1


def test_rejected_claim_is_disputed_once_and_by_another_reviewer(cast):
    """R-197, R-205, P14, F07."""
    claim = claim_in(S.SUBMITTED, round=2, now=NOW)
    with pytest.raises(Refused, match="another reviewer must decide"):
        review.start(claim, cast.actor("rita"), NOW + HOUR)
    walk = Walk(claim, by=cast.actor("ana"), second_reviewer=cast.actor("ravi"))
    walk.start_again(NOW + HOUR)
    walk.reject(NOW + 2 * HOUR)
    assert walk.claim.status == S.REJECTED_FINAL
    with pytest.raises(Refused, match="not possible while the claim is “Rejected final”"):
        walk.dispute(NOW + 3 * HOUR)


def test_reviewer_who_belongs_to_the_partner_cannot_take_its_claim(cast):
    """R-196, P26."""
    claim = claim_in(S.SUBMITTED, now=NOW)
    MembershipFactory(user=cast.ravi, partner=cast.contoso)
    with pytest.raises(Refused, match="You belong to this partner"):
        review.start(claim, cast.actor("ravi"), NOW + HOUR)


def test_approval_makes_one_earning_of_the_rate_of_the_consent_day(toronto):
    """R-250, R-047, P13."""
    claim = claim_in(S.APPROVED, location=toronto, now=NOW)
    earning = Earning.objects.get(claim=claim)
    assert (earning.amount, earning.currency, earning.state) == (claim.amount, "USD", "unprocessed")
    assert earning.estimated_payment_on == (NOW + 45 * DAY).date()


def test_claim_without_a_rate_cannot_be_approved(cast):
    claim = claim_in(S.UNDER_REVIEW, now=NOW)
    Claim.objects.filter(pk=claim.pk).update(amount=None)
    with pytest.raises(Refused, match="No rate was in force"):
        review.approve(claim, cast.actor("rita"), NOW + HOUR)
    assert not Earning.objects.exists()


def test_submit_without_a_complete_payee_profile_needs_a_deliberate_yes(contoso):
    """T15, R-051."""
    place = LocationFactory(partner=contoso)
    PayeeProfileFactory(location=place, tax_status="expired")
    claim = claim_in(S.CONSENT_RECEIVED, location=place, engagement=EngagementFactory(evidence=()), now=NOW)
    by = actor_for(claim.owner)
    with pytest.raises(Refused, match="payee profile"):
        review.submit(claim, by, NOW + HOUR)
    assert review.submit(claim, by, NOW + HOUR, acknowledged_payee=True).status == S.SUBMITTED
