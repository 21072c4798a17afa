"""Four eyes above a threshold (T18): who may confirm a large amount, what it is good for, and who reads of it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from claims import exchange
from claims.actions import Action
from claims.lifecycle import NotPermitted, Refused, available, perform
from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from tests.factories import EngagementFactory, Walk, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_broken")]
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def under_review(amount: int):
    """Pays so much and is under review by Rita."""
    engagement = EngagementFactory()
    engagement.rates.update(amount=amount)
    return claim_in(S.UNDER_REVIEW, engagement=engagement, now=NOW)


@pytest.fixture
def large(cast):
    return under_review(60_000)


def walk_of(claim, cast) -> Walk:
    return Walk(claim, by=actor_for(claim.owner), reviewer=cast.actor("rita"))


def test_large_amount_is_approved_once_another_reviewer_has_confirmed_it(large, cast):
    walk = walk_of(large, cast)
    with pytest.raises(Refused, match="another reviewer has to confirm the amount"):
        walk.approve(NOW + HOUR)
    assert available(large, cast.actor("rita"), NOW)["approve"].refusal != ""
    perform(large, Action.COUNTERSIGN, cast.actor("ravi"), NOW + HOUR)
    walk.approve(NOW + 2 * HOUR)
    assert walk.claim.earning.amount == 60_000


def test_reviewer_of_the_claim_cannot_confirm_his_own_decision(large, cast):
    with pytest.raises(Refused, match="You decide this claim yourself"):
        perform(large, Action.COUNTERSIGN, cast.actor("rita"), NOW + HOUR)


@pytest.mark.parametrize("name", ["ana", "omar", "olga"])
def test_nobody_but_reviewers_confirms(large, cast, name):
    with pytest.raises(NotPermitted):
        perform(large, Action.COUNTERSIGN, cast.actor(name), NOW + HOUR)


def test_whoever_confirmed_and_takes_the_claim_over_needs_another_one(large, cast):
    """Rita releases it, Ravi takes it: his own confirmation is no second pair of eyes."""
    perform(large, Action.COUNTERSIGN, cast.actor("ravi"), NOW + HOUR)
    claim = perform(large, Action.RELEASE, cast.actor("rita"), NOW + HOUR)
    claim = perform(claim, Action.START_REVIEW, cast.actor("ravi"), NOW + HOUR)
    with pytest.raises(Refused):
        perform(claim, Action.APPROVE, cast.actor("ravi"), NOW + 2 * HOUR)
    claim = perform(claim, Action.COUNTERSIGN, cast.actor("rita"), NOW + 2 * HOUR)
    assert perform(claim, Action.APPROVE, cast.actor("ravi"), NOW + 2 * HOUR).status == S.APPROVED


def test_confirmation_holds_for_what_was_handed_in_before_it_only(large, cast):
    walk = walk_of(large, cast)
    walk.countersign(NOW + HOUR)
    walk.request_action(NOW + HOUR)
    walk.answer_issues(NOW + 2 * HOUR)
    walk.submit(NOW + 3 * HOUR)
    walk.start(NOW + 4 * HOUR)
    with pytest.raises(Refused):
        walk.approve(NOW + 5 * HOUR)


def test_up_to_the_threshold_one_reviewer_decides(cast):
    claim = under_review(50_000)
    with pytest.raises(Refused, match="needs no second reviewer"):
        perform(claim, Action.COUNTERSIGN, cast.actor("ravi"), NOW + HOUR)
    walk_of(claim, cast).approve(NOW + HOUR)


@pytest.mark.parametrize(
    ("amount", "month", "refusal"),
    [
        (46_000, 7, ""),  # 50,000 USD
        (46_001, 7, r"Above 50,000\.00 USD another reviewer has to confirm"),
        (1, 6, "There is no exchange rate of this month for EUR, so another reviewer has to confirm"),
    ],
)
def test_other_currency_is_compared_by_the_rate_of_the_month_and_without_one_two_decide(cast, amount, month, refusal):
    """T18: the threshold is one of US dollars."""
    exchange.set_rate("EUR", date(2026, month, 1), Decimal("0.92"), cast.actor("olga"), NOW)
    claim = under_review(amount)
    Claim.objects.filter(pk=claim.pk).update(currency="EUR")
    walk = walk_of(claim, cast)
    if not refusal:
        walk.approve(NOW + HOUR)
        return
    with pytest.raises(Refused, match=refusal):
        walk.approve(NOW + HOUR)
    walk.countersign(NOW + HOUR)
    walk.approve(NOW + 2 * HOUR)


def test_switched_off_one_reviewer_is_always_enough(large, cast, settings):
    settings.FOUR_EYES_ABOVE = 0
    walk_of(large, cast).approve(NOW + HOUR)


def test_second_reviewer_finds_the_button_and_the_partner_reads_nothing_of_it(large, cast, client):
    client.force_login(cast.ravi)
    page = client.get(f"/review/{large.number}/").content.decode()
    assert "This claim pays 60,000.00 USD." in page
    client.post(f"/incentives/claims/{large.number}/do/countersign/")
    page = client.get(f"/review/{large.number}/").content.decode()
    assert "You have confirmed the amount." in page
    assert "This claim pays 60,000.00 USD." not in page
    client.force_login(cast.ana)
    for address in ("", "history/"):
        assert "Confirm the amount" not in client.get(f"/incentives/claims/{large.number}/{address}").content.decode()
