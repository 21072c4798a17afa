"""Caps: money is put aside when a customer is added, never twice, and free again when the claim ends (R-255)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError

from claims import caps, intake, payments
from claims.actions import Action
from claims.consent import Held
from claims.lifecycle import Refused
from claims.models import CapUse, Claim
from claims.statuses import OPEN
from claims.statuses import Status as S
from engagements.models import Cap, Engagement
from mci_portal.accounts.actors import actor_for
from mci_portal.common.errors import Conflict
from tests.cast import admin_of
from tests.factories import CustomerFactory, EngagementFactory, Walk, allow, claim_in, contacts_of
from tests.money.pots import pot

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def add(location, *engagements, customer=None, now=NOW, hours=None, id_type="domain", id_value="") -> list[Claim]:
    customer = customer or CustomerFactory(country=location.country)
    for engagement in engagements:
        allow(location, engagement)
    return intake.start(
        action=Action.ADD_CUSTOMER,
        by=actor_for(admin_of(location.partner), location.partner_id),
        location=location,
        customer=customer,
        engagements=list(engagements),
        contacts=contacts_of(location.partner, customer),
        name="A workshop",
        id_type=id_type,
        id_value=id_value or customer.domain,
        hours=hours,
        now=now,
    )


def balance(engagement, partner=None, now=NOW) -> tuple[int, int, int]:
    """Earned, reserved, left of the engagement's only pot."""
    (one,) = caps.balances(engagement, partner, now)
    return int(one.earned), int(one.reserved), int(one.left)


@pytest.fixture
def workshop(db) -> Engagement:
    """2,000 a claim."""
    return EngagementFactory()


def test_adding_a_customer_reserves_and_the_last_money_is_given_once(workshop, redmond):
    pot(5000, workshop)
    add(redmond, workshop)
    add(redmond, workshop)
    assert balance(workshop) == (0, 4000, 1000)
    with pytest.raises(Refused, match="The money that is set aside for this engagement is used up or reserved"):
        add(redmond, workshop)
    assert (CapUse.objects.count(), Claim.objects.count()) == (2, 2)


def test_two_engagements_at_once_cannot_overdraw_what_they_share(redmond):
    """R-096: all or none."""
    both = [EngagementFactory(), EngagementFactory()]
    pot(3000, *both)
    with pytest.raises(Refused):
        add(redmond, *both)
    assert not Claim.objects.exists()
    assert len(add(redmond, both[0])) == 1


RELEASING = [
    (S.CANCELED, None, None),
    (S.CANCELED, None, S.CUSTOMER_CLAIMED),
    (S.CONSENT_DECLINED, None, None),
    (S.CONSENT_EXPIRED, None, None),
    (S.NOT_SUBMITTED_EXPIRED, None, None),
    (S.POST_SUBMISSION_EXPIRED, None, None),
    (S.DISPUTED_EXPIRED, None, None),
    (S.REJECTED_FINAL, 2, None),
]


@pytest.mark.parametrize(("status", "round_", "via"), RELEASING, ids=str)
def test_claim_that_ends_without_approval_gives_its_money_back(workshop, redmond, status, round_, via):
    pot(2000, workshop, since=date(2020, 1, 1))
    if via == S.CUSTOMER_CLAIMED:
        walk = Walk(add(redmond, workshop)[0], by=actor_for(admin_of(redmond.partner)))
        walk.cancel(NOW)
    else:
        claim_in(status, location=redmond, engagement=workshop, now=NOW, round=round_)
    assert CapUse.objects.count() == 1
    assert balance(workshop) == (0, 0, 2000)
    assert len(add(redmond, workshop, now=NOW + HOUR)) == 1


@pytest.mark.parametrize("status", sorted(OPEN - {S.DRAFT}))
def test_running_claim_holds_its_money(workshop, redmond, status):
    pot(2000, workshop, since=date(2020, 1, 1))
    claim_in(status, location=redmond, engagement=workshop, now=NOW)
    assert balance(workshop) == (0, 2000, 0)


def test_approved_claim_has_earned_its_money(workshop, redmond):
    pot(2000, workshop, since=date(2020, 1, 1))
    claim_in(S.APPROVED, location=redmond, engagement=workshop, now=NOW)
    assert balance(workshop) == (2000, 0, 0)


def test_money_is_free_at_the_deadline_however_late_the_sweep_is(workshop, redmond):
    """R-271."""
    pot(2000, workshop)
    (claim,) = add(redmond, workshop)
    assert balance(workshop, now=claim.due_at - timedelta(microseconds=1)) == (0, 2000, 0)
    assert balance(workshop, now=claim.due_at) == (0, 0, 2000)
    assert len(add(redmond, workshop, now=claim.due_at)) == 1
    claim.refresh_from_db()
    assert claim.status == S.CUSTOMER_CLAIMED


# --- who shares a pot ------------------------------------------------------------------------------------------------


def test_partner_pot_is_for_each_account_with_all_its_locations(workshop, cast):
    workshop.exclusive = False
    workshop.save()
    pot(2000, workshop, scope=Cap.Scope.PARTNER)
    add(cast.redmond, workshop)
    with pytest.raises(Refused):
        add(cast.toronto, workshop)
    assert len(add(cast.amsterdam, workshop)) == 1
    assert balance(workshop, cast.contoso) == balance(workshop, cast.fabrikam) == (0, 2000, 0)


def test_region_pot_is_for_the_countries_it_names(workshop, cast):
    pot(2000, workshop, scope=Cap.Scope.REGION, countries=["US", "CA"])
    add(cast.redmond, workshop)
    with pytest.raises(Refused):
        add(cast.toronto, workshop)
    assert len(add(cast.singapore, workshop)) == 1
    assert CapUse.objects.count() == 1


def test_every_pot_must_hold_what_the_claim_takes(workshop, cast):
    """2 M worldwide and 750 k a region: the tighter one decides."""
    pot(4000, workshop)
    pot(2000, workshop, scope=Cap.Scope.REGION, countries=["US", "CA"])
    add(cast.redmond, workshop)
    with pytest.raises(Refused):
        add(cast.redmond, workshop)
    add(cast.singapore, workshop)
    with pytest.raises(Refused):
        add(cast.singapore, workshop)


def test_customer_pot_is_for_each_customer(redmond):
    first, second = EngagementFactory(), EngagementFactory()
    pot(3000, first, second, scope=Cap.Scope.CUSTOMER)
    customer = CustomerFactory()
    add(redmond, first, customer=customer)
    with pytest.raises(Refused):
        add(redmond, second, customer=customer)
    assert len(add(redmond, second)) == 1


def test_pot_counts_from_its_first_to_its_last_day(workshop, redmond):
    pot(1000, workshop, since=date(2026, 7, 2), until=date(2026, 7, 3))
    add(redmond, workshop, now=datetime(2026, 7, 1, 23, 59, tzinfo=UTC))
    for day in (2, 3):
        with pytest.raises(Refused):
            add(redmond, workshop, now=datetime(2026, 7, day, 12, tzinfo=UTC))
    add(redmond, workshop, now=datetime(2026, 7, 4, tzinfo=UTC))
    assert not CapUse.objects.exists()


# --- amounts that change ---------------------------------------------------------------------------------------------


def test_lower_rate_at_consent_frees_the_difference(workshop, redmond):
    pot(2000, workshop)
    walk = Walk(add(redmond, workshop)[0], by=actor_for(admin_of(redmond.partner)))
    workshop.rates.update(amount=500)
    walk.ask(NOW)
    walk.accept(NOW + HOUR)
    assert balance(workshop) == (0, 500, 1500)


@pytest.mark.parametrize(("size", "held"), [(5000, False), (4999, True)])
def test_higher_rate_at_consent_is_accepted_only_where_the_pot_bears_it(workshop, redmond, size, held):
    """R-047, R-098: else the acceptance is held, and the pot is not overdrawn."""
    pot(size, workshop)
    walk = Walk(add(redmond, workshop)[0], by=actor_for(admin_of(redmond.partner)))
    add(redmond, workshop)
    walk.ask(NOW)
    workshop.rates.update(amount=3000)
    if held:
        with pytest.raises(Held):
            walk.accept(NOW + HOUR)
        assert balance(workshop) == (0, 4000, size - 4000)
    else:
        walk.accept(NOW + HOUR)
        assert balance(workshop) == (0, 5000, 0)


# --- what is told ----------------------------------------------------------------------------------------------------


def test_reason_names_the_pot_what_is_left_and_what_to_do(workshop, redmond):
    pot(2500, workshop)
    add(redmond, workshop)
    allow(redmond, workshop)
    (reason,) = intake.reasons_against(workshop, redmond.partner, redmond, CustomerFactory(), NOW)
    assert reason.code == "LIMCAP"
    assert reason.sentence.endswith("“Pot 2500”: 500.00 USD are left.")
    assert "Summary page" in reason.advice
    shown = intake.customer_reasons(workshop, redmond.partner, CustomerFactory(), NOW)
    assert [one.code for one in shown] == ["LIMCAP"]


def test_summary_shows_cap_earned_reserved_and_balance(client, workshop, ana, redmond):
    pot(10_000, workshop, since=date(2020, 1, 1))
    claim_in(S.APPROVED, location=redmond, engagement=workshop)
    claim_in(S.CONSENT_RECEIVED, location=redmond, engagement=workshop)
    client.force_login(ana)
    page = client.get(f"/incentives/engagements/{workshop.slug}/").content.decode()
    cells = "".join(f'<td class="num">{amount}.00 USD</td>' for amount in ("10,000", "2,000", "2,000", "6,000"))
    assert f"<td>All partners together</td>{cells}" in page


def test_what_was_reserved_cannot_be_rewritten(workshop, redmond):
    """G20, and a pot that was drawn on cannot be deleted."""
    one = pot(2000, workshop)
    add(redmond, workshop)
    with pytest.raises(DatabaseError, match="what was reserved is kept"), transaction.atomic():
        CapUse.objects.update(amount=0)
    with pytest.raises(ProtectedError):
        one.delete()


def test_shipped_catalogue_has_the_published_caps(db):
    """catalogue.md sections 4 and 5."""
    from engagements.catalogue import SHIPPED, load

    load(SHIPPED, date(2026, 11, 20))
    found = {
        (cap.scope, int(cap.amount), cap.engagements.count()) for cap in Cap.objects.prefetch_related("engagements")
    }
    assert found == {("partner", 3_000_000, 10), ("global", 2_000_000, 1), ("region", 750_000, 1)}
    assert Cap.objects.filter(scope="region").count() == 3
    assert load(SHIPPED, date(2026, 11, 20)).idle


# --- earnings that are taken back -----------------------------------------------------------------------------------


def pay(claim: Claim, by, *states: str) -> None:
    for state in states:
        payments.advance(claim.earning, state, by, NOW, "PAY-1")


@pytest.mark.parametrize(
    ("states", "left"),
    [
        (("upcoming", "in_progress", "sent"), 0),
        (("upcoming", "in_progress", "sent", "incorrect"), 0),
        (("upcoming", "in_progress", "failed"), 0),
        (("rejected",), 2000),
        (("upcoming", "in_progress", "sent", "reversed"), 2000),
    ],
    ids=str,
)
def test_earning_that_is_not_paid_gives_its_money_back(workshop, redmond, cast, states, left):
    pot(2000, workshop, since=date(2020, 1, 1))
    claim = claim_in(S.APPROVED, location=redmond, engagement=workshop, now=NOW)
    pay(claim, cast.actor("olga"), *states)
    assert balance(workshop) == (2000 - left, 0, left)


def test_payment_taken_back_is_made_again_only_while_the_pot_bears_it(workshop, redmond, cast):
    """R-255: meanwhile somebody else may have been promised the money."""
    pot(2000, workshop, since=date(2020, 1, 1))
    claim = claim_in(S.APPROVED, location=redmond, engagement=workshop, now=NOW)
    pay(claim, cast.actor("olga"), "upcoming", "in_progress", "sent", "reversed")
    (other,) = add(redmond, workshop)
    with pytest.raises(Conflict, match="cannot be paid again"):
        pay(claim, cast.actor("olga"), "reprocessing")
    assert balance(workshop) == (0, 2000, 0)
    Walk(other, by=actor_for(other.owner)).cancel(NOW)
    pay(claim, cast.actor("olga"), "reprocessing")
    assert balance(workshop) == (2000, 0, 0)
