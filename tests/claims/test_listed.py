"""What the Customer claims list is ordered by follows every change, whoever makes it (``claims.models.listed``)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from claims.models import Claim, ListKey, Tally
from customers.models import Customer
from engagements.models import Engagement
from mci_portal.accounts.models import Location, User
from tests.factories import EngagementFactory, LocationFactory, claim_in

pytestmark = [pytest.mark.django_db, pytest.mark.server]


@pytest.fixture
def claim() -> Claim:
    return claim_in("submitted", name="Autumn")


def _key(claim: Claim) -> ListKey:
    return ListKey.objects.get(claim=claim)


def _tallies() -> list[tuple]:
    return sorted(Tally.objects.filter(claims__gt=0).values_list("engagement_id", "location_id", "claims"))


def test_new_claim_is_known_by_the_names_of_what_it_belongs_to(claim):
    key = _key(claim)
    assert (key.partner, key.name, key.owner) == (claim.partner, "Autumn", claim.owner.name)
    assert (key.customer, key.location) == (claim.customer.name, claim.location.name)
    assert (key.engagement, key.role) == (claim.engagement.name, claim.engagement.role)


@pytest.mark.parametrize(
    ("model", "of", "field"),
    [
        (Customer, "customer_id", "customer"),
        (Location, "location_id", "location"),
        (Engagement, "engagement_id", "engagement"),
        (User, "owner_id", "owner"),
    ],
)
def test_whatever_gets_another_name_is_listed_by_it_at_once(claim, model, of, field):
    other = claim_in("approved", engagement=EngagementFactory())
    untouched = getattr(_key(other), field) if getattr(other, of) != getattr(claim, of) else "Zava"
    model.objects.filter(pk=getattr(claim, of)).update(name="Zava")
    assert (getattr(_key(claim), field), getattr(_key(other), field)) == ("Zava", untouched)


def test_role_of_an_engagement_is_followed(claim):
    Engagement.objects.filter(pk=claim.engagement_id).update(role="transact")
    assert _key(claim).role == "transact"


def test_claim_that_is_renamed_or_handed_over_is_listed_anew(claim):
    Claim.objects.filter(pk=claim.pk).update(name="Winter", owner=None)
    assert (_key(claim).name, _key(claim).owner) == ("Winter", "")


def test_claims_are_counted_where_they_are(claim):
    place, elsewhere = claim.location_id, LocationFactory(partner=claim.partner)
    claim_in("approved", engagement=claim.engagement)
    assert _tallies() == [(claim.engagement_id, place, 2)]
    Claim.objects.filter(pk=claim.pk).update(location=elsewhere)
    assert _tallies() == sorted([(claim.engagement_id, place, 1), (claim.engagement_id, elsewhere.pk, 1)])


def test_move_of_the_life_cycle_wakes_no_trigger(claim):
    """The sweep pays for none of it."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE claims_listkey SET name = 'as left'; UPDATE claims_tally SET claims = 7")
    claim.status, claim.reviewer = "under_review", User.objects.first()
    claim.save()
    assert (_key(claim).name, Tally.objects.get().claims) == ("as left", 7)


@pytest.mark.django_db(transaction=True)
def test_new_name_waits_for_claims_that_are_being_added():
    """Neither transaction sees the other's row, so without waiting the new claim would keep the old name."""
    claim = claim_in("submitted")
    with transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(name="As if it came just now")
        with ThreadPoolExecutor(1) as elsewhere:
            refused = elsewhere.submit(_rename, claim.customer_id)
            with pytest.raises(OperationalError, match="lock timeout"):
                refused.result()
    _rename(claim.customer_id)
    assert (_key(claim).name, _key(claim).customer) == ("As if it came just now", "Renamed meanwhile")


def _rename(customer: int) -> None:
    """Or raise OperationalError when it would have to wait."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
            Customer.objects.filter(pk=customer).update(name="Renamed meanwhile")
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
