"""Attention required: each thing to do appears when its time comes and goes when it is done (R-027, R-035)."""

from datetime import timedelta

import pytest

from claims import consent, contacts, lifecycle
from claims.actions import Action
from claims.models import Claim, ConsentRequest
from claims.queries import attention
from claims.statuses import Status as S
from eligibility.models import PayeeProfile, PayeeStatus, Verdict
from mci_portal.accounts.actors import CLOCK
from mci_portal.common.clock import database_now
from tests.factories import EngagementFactory, Walk, claim_in, live_request

URL = "/incentives/engagements/?tab=attention"
DAY = timedelta(days=1)


@pytest.fixture
def now(cast):
    return database_now()


@pytest.fixture
def ana(cast):
    return cast.actor("ana")


def todo(actor, at) -> list[str]:
    """What the actor has to do at a moment; the number of the tab is of the same mind."""
    found = [item.todo.value for item in attention.items(actor, at, size=100).rows]
    assert attention.count(actor, at) == len(found)
    return found


def test_nothing_to_do_where_there_is_no_claim(ana, now):
    assert todo(ana, now) == []


def test_consent_not_sent_until_it_is_sent_or_expired(ana, now):
    claim = claim_in(S.CUSTOMER_CLAIMED, now=now)
    assert todo(ana, now) == ["not_sent"]
    assert todo(ana, claim.due_at) == []
    consent.ask(claim, ana, now)
    assert todo(ana, now) == []


def test_consent_expiring_in_its_last_seven_days(ana, now):
    claim = claim_in(S.AWAITING_CONSENT, now=now)
    ConsentRequest.objects.update(expires_at=claim.due_at)
    assert todo(ana, claim.due_at - 7 * DAY - timedelta(seconds=1)) == []
    assert todo(ana, claim.due_at - 7 * DAY) == ["consent_expiring"]
    assert todo(ana, claim.due_at) == []


def test_request_without_a_live_link_needs_a_resend(ana, now):
    claim = claim_in(S.AWAITING_CONSENT, now=now)
    ConsentRequest.objects.update(voided_at=now)
    assert todo(ana, now) == ["needs_resend"]
    consent.ask(Claim.objects.get(pk=claim.pk), ana, now + DAY)
    assert todo(ana, now + DAY) == []


def test_bounced_mail_until_the_contact_is_corrected(ana, now):
    """R-124: more pressing than whatever else is to do with the claim"""
    claim = claim_in(S.AWAITING_CONSENT, now=now)
    claim = lifecycle.perform(claim, Action.NOTE_BOUNCE, CLOCK, now)
    ConsentRequest.objects.update(voided_at=now)
    assert todo(ana, now) == ["bounced"]
    corrected = {name: getattr(claim, name) for name in contacts.FIELDS}
    corrected["customer_email"] = f"cora@{claim.customer.domain}"
    contacts.change(claim, ana, corrected, now)
    assert todo(ana, now) == ["needs_resend"]


def test_proposed_contact_until_that_person_is_asked(ana, now):
    """R-123, T40"""
    claim = claim_in(S.AWAITING_CONSENT, now=now)
    ConsentRequest.objects.update(proposed_name="Cora", proposed_email="cora@customer.example")
    assert todo(ana, now) == ["proposed_contact"]
    Claim.objects.filter(pk=claim.pk).update(customer_email="cora@customer.example")
    assert todo(ana, now) == []


def test_missing_evidence_in_the_last_fourteen_days_then_only_the_submit(ana, now):
    claim = claim_in(S.CONSENT_RECEIVED, now=now)
    near = claim.due_at - 14 * DAY
    assert todo(ana, near - timedelta(seconds=1)) == []
    assert todo(ana, near) == ["evidence_missing"]
    walk = Walk(claim, by=ana)
    walk.hand_in(now)
    assert todo(ana, near) == ["ready_to_submit"]
    walk.submit(now)
    assert todo(ana, near) == []


def test_removed_document_is_missing_again(ana, now):
    claim = claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(evidence=("invoice",)), now=now)
    walk = Walk(claim, by=ana)
    walk.hand_in(now)
    document = walk.claim.documents.get()
    walk.claim = lifecycle.perform(walk.claim, Action.REMOVE_DOCUMENT, ana, now, document=document)
    assert todo(ana, claim.due_at - DAY) == ["evidence_missing"]


def test_optional_evidence_is_not_missing(ana, now):
    engagement = EngagementFactory(evidence=(), evidence__optional=("invoice", "customer_survey"))
    claim = claim_in(S.CONSENT_RECEIVED, engagement=engagement, now=now)
    assert todo(ana, claim.due_at - DAY) == ["ready_to_submit"]


def test_partner_action_required_until_it_is_submitted_again(ana, now):
    walk = Walk(claim_in(S.ACTION_REQUIRED, now=now), by=ana)
    assert todo(ana, now) == ["action_required"]
    walk.answer_issues(now)
    walk.submit(now)
    assert todo(ana, now) == []


def test_open_dispute_window_then_the_dispute_to_submit(ana, now):
    walk = Walk(claim_in(S.REJECTED, now=now), by=ana)
    assert todo(ana, now) == ["dispute_open"]
    assert todo(ana, walk.claim.due_at) == []
    walk.dispute(now)
    assert todo(ana, now) == ["dispute_to_submit"]
    walk.argue(now)
    walk.submit(now)
    assert todo(ana, now) == []


@pytest.mark.parametrize("status", [S.SUBMITTED, S.UNDER_REVIEW, S.APPROVED, S.CONSENT_DECLINED, S.CONSENT_RECEIVED])
def test_claim_that_waits_for_others_or_has_time_asks_nothing(ana, now, status):
    claim_in(status, now=now)
    assert todo(ana, now) == []


def test_incomplete_payee_profile_of_a_location_with_open_claims(ana, cast, now):
    """R-054: once for the location, however many claims"""
    profile = PayeeProfile.objects.filter(location=cast.redmond)
    for _two in range(2):
        claim_in(S.SUBMITTED, now=now)
    profile.update(tax_status=PayeeStatus.PENDING)
    assert todo(ana, now) == ["payee_incomplete"]
    assert attention.items(ana, now).rows[0].claims == 2
    profile.update(tax_status=PayeeStatus.APPROVED)
    assert todo(ana, now) == []
    profile.delete()
    assert todo(ana, now) == ["payee_incomplete"]


def test_incomplete_payee_profile_without_open_claims_asks_nothing(ana, cast, now):
    claim_in(S.APPROVED, now=now)
    PayeeProfile.objects.all().delete()
    assert todo(ana, now) == []


def test_location_that_lost_its_eligibility_while_claims_run(ana, now):
    """R-035: once for each engagement"""
    first, second = claim_in(S.SUBMITTED, now=now), claim_in(S.SUBMITTED, now=now)
    claim_in(S.SUBMITTED, engagement=first.engagement, now=now)
    Verdict.objects.update(eligible=False, unmet=["Designation"])
    assert todo(ana, now) == ["lost_eligibility"] * 2
    Verdict.objects.filter(engagement=second.engagement).update(eligible=True, unmet=[])
    assert todo(ana, now) == ["lost_eligibility"]


def test_member_and_outsider_see_what_is_theirs(cast, now):
    """R-007: the cast's locations decide"""
    claim_in(S.CUSTOMER_CLAIMED, location=cast.redmond, now=now)
    claim_in(S.CUSTOMER_CLAIMED, location=cast.toronto, now=now)
    assert [len(todo(cast.actor(who), now)) for who in ("ana", "ben", "tom", "omar", "rita")] == [2, 1, 1, 0, 0]


def test_earliest_deadline_comes_first_and_pages_lose_nothing(ana, now):
    numbers = [claim_in(S.CUSTOMER_CLAIMED, now=now - age * DAY).number for age in (1, 5, 3)]
    PayeeProfile.objects.all().delete()
    first = attention.items(ana, now, size=2)
    second = attention.items(ana, now, first.next, size=2)
    back = attention.items(ana, now, second.previous, size=2)
    assert [item.number for item in first.rows] == [0, numbers[1], numbers[2]]
    assert [item.number for item in second.rows] == [numbers[0]]
    assert [item.number for item in back.rows] == [0, numbers[1], numbers[2]]


@pytest.mark.parametrize("claims", [1, 20])
def test_page_costs_a_fixed_number_of_queries(client, cast, django_assert_num_queries, claims):
    for _number in range(claims):
        claim_in(S.CUSTOMER_CLAIMED)
    client.force_login(cast.ana)
    client.get(URL)
    with django_assert_num_queries(5):  # session with user and roles, clock, count, claims, locations
        answer = client.get(URL)
    assert len(answer.context["rows"]) == claims


def test_page_says_what_to_do_where_and_until_when(client, cast, now):
    claim = claim_in(S.CUSTOMER_CLAIMED, now=now)
    PayeeProfile.objects.all().delete()
    Verdict.objects.update(eligible=False)
    client.force_login(cast.ana)
    answer = client.get(URL)
    assert [(row["words"], row["url"]) for row in answer.context["rows"]] == [
        ("Complete the payee profile of Redmond", "/incentives/payout-and-tax/6612001/"),
        (
            "Redmond is no longer eligible: see what is missing",
            f"/incentives/engagements/{claim.engagement.slug}/eligibility/{cast.redmond.pk}/",
        ),
        ("Send customer consent email", f"/incentives/claims/{claim.number}/consent/"),
    ]
    html = answer.content.decode()
    assert "Attention required (3)" in html
    assert "29 days left" in html
    for row in answer.context["rows"]:
        assert client.get(row["url"]).status_code == 200


def test_named_contact_leads_to_the_contacts_with_that_person(client, cast, now):
    claim = claim_in(S.AWAITING_CONSENT, now=now)
    request = live_request(claim)
    request.proposed_name, request.proposed_email = "Cora", "cora@customer.example"
    request.save()
    client.force_login(cast.ana)
    (row,) = client.get(URL).context["rows"]
    assert row["url"] == f"/incentives/claims/{claim.number}/contacts/?proposed=1"


def test_nothing_to_do_says_so(client, cast):
    client.force_login(cast.ana)
    assert "Nothing needs your attention." in client.get(URL).content.decode()
