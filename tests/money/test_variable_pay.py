"""Variable pay: hours times the hourly rate of the consent day; the hours are frozen (R-085, R-093, R-095)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from claims import caps, intake
from claims.actions import Action
from claims.lifecycle import Refused
from claims.models import Claim, Earning
from claims.statuses import Status as S
from engagements.models import Engagement, Rate
from mci_portal.accounts.actors import actor_for
from tests.cast import admin_of
from tests.customers import directory
from tests.factories import CustomerFactory, EngagementFactory, Walk, allow, contacts_of
from tests.money.pots import pot

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
MSX = "7-ABCDE12345"


@pytest.fixture
def assessment(redmond) -> Engagement:
    engagement = EngagementFactory(
        type="assessment", pay="variable", id_types=["msx"], hour_options=[40, 80, 120], rates={}, evidence=()
    )
    Rate.objects.create(engagement=engagement, market="C", amount=70, per_hour=True, valid_from=date(2022, 11, 1))
    allow(redmond, engagement)
    directory.opportunity(directory.northwind(), msx_id=MSX)
    return engagement


def start(redmond, *engagements, hours, now=NOW) -> list[Claim]:
    customer = CustomerFactory()
    for engagement in engagements:
        allow(redmond, engagement)
    return intake.start(
        action=Action.ADD_CUSTOMER,
        by=actor_for(admin_of(redmond.partner)),
        location=redmond,
        customer=customer,
        engagements=list(engagements),
        contacts=contacts_of(redmond.partner, customer),
        name="An assessment",
        id_type="msx",
        id_value=MSX,
        hours=hours,
        now=now,
    )


def test_hours_times_the_rate_of_the_consent_day_are_earned(assessment, redmond):
    (claim,) = start(redmond, assessment, hours=80)
    assert intake.proposed(assessment, redmond, 80, NOW.date())[1] == Decimal(5600)
    assessment.rates.update(amount=75)
    walk = Walk(claim, by=actor_for(claim.owner))
    for number, step in enumerate(("ask", "accept", "submit", "start", "approve")):
        getattr(walk, step)(NOW + timedelta(hours=number))
    earning = Earning.objects.get(claim=claim)
    assert (walk.claim.status, walk.claim.hours, earning.amount) == (S.APPROVED, 80, Decimal(6000))


@pytest.mark.parametrize("hours", [None, 0, 41, 160], ids=str)
def test_hours_that_are_not_offered_are_refused_by_the_domain(assessment, redmond, hours):
    """R-093, D07: however the request was made."""
    with pytest.raises(Refused, match="Choose the number of hours"):
        start(redmond, assessment, hours=hours)
    assert not Claim.objects.exists()


def test_exactly_one_engagement_at_a_time(assessment, redmond):
    """R-093."""
    with pytest.raises(Refused, match="Choose one engagement only"):
        start(redmond, assessment, EngagementFactory(), hours=40)


def test_fixed_pay_takes_no_hours(redmond):
    with pytest.raises(Refused, match="Hours are only given for engagements with variable pay"):
        start(redmond, EngagementFactory(id_types=["domain"]), hours=40)


def test_later_change_of_the_hours_offered_leaves_the_claim_alone(assessment, redmond):
    """P22."""
    (claim,) = start(redmond, assessment, hours=120)
    assessment.hour_options = [10]
    assessment.save()
    walk = Walk(claim, by=actor_for(claim.owner))
    walk.ask(NOW)
    walk.accept(NOW + timedelta(hours=1))
    assert (walk.claim.hours, walk.claim.amount) == (120, Decimal(8400))


def test_no_door_changes_the_hours_afterwards(client, assessment, redmond, ana):
    """R-093: not even with a field nobody drew."""
    (claim,) = start(redmond, assessment, hours=40)
    client.force_login(ana)
    sent = {"customer_name": "Nora", "customer_email": f"nora@{claim.customer.domain}", "partner_name": "Pat"}
    sent |= {"partner_email": claim.partner_email, "customer_title": "", "hours": "120", "version": claim.version}
    client.post(f"/incentives/claims/{claim.number}/contacts/", sent)
    claim.refresh_from_db()
    assert claim.hours == 40


def test_pot_takes_the_hours_that_were_chosen(assessment, redmond):
    """R-255: 5,600 for 80 hours."""
    pot(6000, assessment)
    start(redmond, assessment, hours=80)
    (one,) = caps.balances(assessment, None, NOW)
    assert (one.reserved, one.left) == (5600, 400)
    with pytest.raises(Refused, match="set aside"):
        start(redmond, assessment, hours=40)
