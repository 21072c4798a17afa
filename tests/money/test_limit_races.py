"""Two at once: the last money of a pot, the last place of a limit, the first consent. Each with a control that loses
(R-255, R-066, R-067, C-14, P18)."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.db.models import QuerySet

from claims import caps, consent, intake
from claims.actions import Action
from claims.consent import Held
from claims.models import CapUse, Claim, ConsentRequest
from claims.statuses import Status as S
from customers.models import Customer
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import Partner
from tests.cast import admin_of
from tests.factories import (
    CustomerFactory,
    EngagementFactory,
    LocationFactory,
    PayeeProfileFactory,
    allow,
    claim_in,
    contacts_of,
    live_request,
)
from tests.money.pots import pot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server, pytest.mark.usefixtures("nothing_broken")]

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


def at_once(*jobs) -> list:
    """Run the jobs in a thread each, started together; what each returned or raised."""
    start, outcomes = threading.Barrier(len(jobs), timeout=20), [None] * len(jobs)

    def run(number: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '60s'")  # whoever waits for his turn is not what is tested here
            start.wait()
            outcomes[number] = jobs[number]()
        except Exception as error:
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def kinds(outcomes: list) -> Counter:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def adding(location, engagement, customer=None, user=None):
    """A job in which ``user``, else the partner's admin, adds a customer, a fresh one unless given."""
    allow(location, engagement)
    customer = customer or CustomerFactory(country=location.country)
    by = actor_for(user or admin_of(location.partner), location.partner_id)
    contacts = contacts_of(location.partner, customer)

    def job() -> list[Claim]:
        return intake.start(
            action=Action.ADD_CUSTOMER,
            by=by,
            location=location,
            customer=customer,
            engagements=[engagement],
            contacts=contacts,
            name="A workshop",
            id_type="domain",
            id_value=customer.domain,
            now=NOW,
        )

    return job


def other_locations(count: int) -> list:
    """One location each of so many companies."""
    found = [LocationFactory() for _ in range(count)]
    for location in found:
        PayeeProfileFactory(location=location)
    return found


def together(monkeypatch, count: int):
    """Hold everybody between his look at what is there and his own claim until all have looked."""
    inside, begin = threading.Barrier(count, timeout=20), intake.begin

    def after_all_have_looked(*args, **kwargs):
        inside.wait()
        return begin(*args, **kwargs)

    monkeypatch.setattr(intake, "begin", after_all_have_looked)


# --- caps ------------------------------------------------------------------------------------------------------------


def test_six_partners_at_the_last_money_of_a_pot_get_it_once_each_until_it_is_used_up():
    """R-255: 6 x 2,000 asked for, 6,000 there: three get it, never four."""
    engagement = EngagementFactory(exclusive=False)
    pot(6000, engagement)
    outcomes = at_once(*[adding(location, engagement) for location in other_locations(6)])
    assert kinds(outcomes) == {"list": 3, "Refused": 3}
    assert {
        "LIMCAP" in repr(one) or "money that is set aside" in one.sentence
        for one in outcomes
        if hasattr(one, "sentence")
    } == {True}
    (one,) = caps.balances(engagement, None, NOW)
    assert (one.earned, one.reserved, one.left) == (0, 6000, 0)


def test_without_the_lock_the_pot_would_have_been_overdrawn(monkeypatch):
    """The negative control."""
    engagement = EngagementFactory(exclusive=False)
    pot(2000, engagement)
    jobs = [adding(location, engagement) for location in other_locations(3)]
    monkeypatch.setattr(caps, "lock", lambda *_args: None)
    together(monkeypatch, 3)
    assert kinds(at_once(*jobs)) == {"list": 3}
    assert sum(CapUse.objects.values_list("amount", flat=True)) == 6000


def test_two_consents_at_a_risen_rate_do_not_overdraw_the_pot():
    """R-047, R-255: 5,000 there, each reserved 2,000 and would now take 3,000: one acceptance is held."""
    engagement = EngagementFactory(exclusive=False)
    pot(5000, engagement)
    claims = [
        claim_in(S.AWAITING_CONSENT, engagement=engagement, location=location, now=NOW)
        for location in other_locations(2)
    ]
    engagement.rates.update(amount=3000)
    outcomes = at_once(*[accepting(claim) for claim in claims])
    assert kinds(outcomes) == {"Claim": 1, "Held": 1}
    (one,) = caps.balances(engagement, None, NOW + timedelta(hours=1))
    assert (one.reserved, one.left) == (5000, 0)


def accepting(claim: Claim):
    request = live_request(claim)
    given = consent.Answer(ConsentRequest.Decision.ACCEPTED, claim.customer_name, "192.0.2.1", "a browser", "en")
    return lambda: consent.answer(request, given, NOW + timedelta(hours=1))


# --- limits ----------------------------------------------------------------------------------------------------------


def test_two_partners_at_the_last_place_of_a_customer(monkeypatch):
    """R-067, LIMCUST: three open claims of a customer over all engagements; the place is given once."""
    customer = CustomerFactory()
    for _ in range(2):
        claim_in(S.CUSTOMER_CLAIMED, customer=customer, now=NOW)
    jobs = [adding(location, EngagementFactory(), customer) for location in other_locations(2)]
    outcomes = at_once(*jobs)
    assert kinds(outcomes) == {"list": 1, "Refused": 1}
    assert Claim.objects.filter(customer=customer).count() == 3


def test_without_the_customers_lock_both_would_have_taken_it(monkeypatch):
    customer = CustomerFactory()
    for _ in range(2):
        claim_in(S.CUSTOMER_CLAIMED, customer=customer, now=NOW)
    jobs = [adding(location, EngagementFactory(), customer) for location in other_locations(2)]
    _unlocked(monkeypatch, Customer)
    together(monkeypatch, 2)
    assert kinds(at_once(*jobs)) == {"list": 2}
    assert Claim.objects.filter(customer=customer).count() == 4


def _unlocked(monkeypatch, model) -> None:
    lock = QuerySet.select_for_update

    def select(rows, **options):
        return rows if rows.model is model else lock(rows, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", select)


def test_two_colleagues_at_the_last_place_of_their_company(redmond, ana, ben):
    """LIMPTR: at most so many open claims of a partner at a time."""
    engagement = EngagementFactory(open_per_partner=2)
    claim_in(S.CUSTOMER_CLAIMED, engagement=engagement, location=redmond, now=NOW)
    outcomes = at_once(adding(redmond, engagement, user=ana), adding(redmond, engagement, user=ben))
    assert kinds(outcomes) == {"list": 1, "Refused": 1}
    assert Claim.objects.filter(engagement=engagement).count() == 2


def test_without_the_partners_lock_both_colleagues_would_have_taken_it(monkeypatch, redmond, ana, ben):
    engagement = EngagementFactory(open_per_partner=2)
    claim_in(S.CUSTOMER_CLAIMED, engagement=engagement, location=redmond, now=NOW)
    jobs = [adding(redmond, engagement, user=user) for user in (ana, ben)]
    _unlocked(monkeypatch, Partner)
    together(monkeypatch, 2)
    assert kinds(at_once(*jobs)) == {"list": 2}
    assert Claim.objects.filter(engagement=engagement).count() == 3


# --- exclusivity -----------------------------------------------------------------------------------------------------


def test_first_consent_wins_and_the_other_is_held():
    """C-14, P18: two partners' requests accepted in the same second, whichever way the customer's people clicked."""
    engagement, customer = EngagementFactory(), CustomerFactory()
    claims = [
        claim_in(S.AWAITING_CONSENT, engagement=engagement, customer=customer, location=location, now=NOW)
        for location in other_locations(2)
    ]
    outcomes = at_once(*[accepting(claim) for claim in claims])
    assert kinds(outcomes) == {"Claim": 1, "Held": 1}
    statuses = Claim.objects.filter(engagement=engagement).values_list("status", flat=True)
    assert sorted(statuses) == ["awaiting_consent", "consent_received"]


def test_where_the_engagement_is_not_exclusive_both_consents_count():
    """The control: it is the rule that holds the second one back, not the traffic."""
    engagement, customer = EngagementFactory(exclusive=False), CustomerFactory()
    claims = [
        claim_in(S.AWAITING_CONSENT, engagement=engagement, customer=customer, location=location, now=NOW)
        for location in other_locations(2)
    ]
    assert kinds(at_once(*[accepting(claim) for claim in claims])) == {"Claim": 2}


def test_first_consent_wins_even_where_both_looked_before_either_wrote(monkeypatch):
    """The database's own rule decides when the friendly check saw nothing (one_consented_claim_per_customer...)."""
    engagement, customer = EngagementFactory(), CustomerFactory()
    claims = [
        claim_in(S.AWAITING_CONSENT, engagement=engagement, customer=customer, location=location, now=NOW)
        for location in other_locations(2)
    ]
    inside = threading.Barrier(2, timeout=20)
    _unlocked(monkeypatch, Customer)

    def nothing_found(*_args) -> list:
        inside.wait()
        return []

    monkeypatch.setattr(intake, "obstacles_to_consent", nothing_found)
    outcomes = at_once(*[accepting(claim) for claim in claims])
    assert kinds(outcomes) == {"Claim": 1, "Held": 1}
    assert [type(one) for one in outcomes].count(Held) == 1


@pytest.mark.parametrize("both_looked", [False, True])
def test_first_consent_wins_also_after_the_period_of_an_earlier_claim(monkeypatch, both_looked):
    """C-14: the claim that was approved long ago lets go of the customer, and of two new ones one gets him."""
    engagement, customer = EngagementFactory(again_after_months=1), CustomerFactory()
    old = claim_in(S.APPROVED, engagement=engagement, customer=customer, now=NOW - timedelta(days=40))
    Claim.objects.filter(pk=old.pk).update(closed_at=NOW - timedelta(days=32))
    claims = [
        claim_in(S.AWAITING_CONSENT, engagement=engagement, customer=customer, location=location, now=NOW)
        for location in other_locations(2)
    ]
    if both_looked:
        inside = threading.Barrier(2, timeout=20)
        _unlocked(monkeypatch, Customer)
        monkeypatch.setattr(intake, "obstacles_to_consent", lambda *_args: [inside.wait()] and [])
    assert kinds(at_once(*[accepting(claim) for claim in claims])) == {"Claim": 1, "Held": 1}


def two_at_once(engagement) -> Counter:
    """What becomes of two acceptances of one customer, of claims of two partners."""
    customer = CustomerFactory()
    claims = [
        claim_in(S.AWAITING_CONSENT, engagement=engagement, customer=customer, location=location, now=NOW)
        for location in other_locations(2)
    ]
    return kinds(at_once(*[accepting(claim) for claim in claims]))


def test_first_consent_wins_also_where_a_customer_may_have_several_claims():
    """C-14: two claims per customer, but of one partner. No rule of the database sees to that."""
    assert two_at_once(EngagementFactory(claims_per_customer=2)) == {"Claim": 1, "Held": 1}


def test_without_the_customers_lock_both_consents_would_have_counted(monkeypatch):
    _unlocked(monkeypatch, Customer)
    inside, look = threading.Barrier(2, timeout=20), intake.obstacles_to_consent

    def both_look_first(*args) -> list:
        found = look(*args)
        inside.wait()
        return found

    monkeypatch.setattr(intake, "obstacles_to_consent", both_look_first)
    assert two_at_once(EngagementFactory(claims_per_customer=2)) == {"Claim": 2}
