"""Who is told of new rates, and of what (E21): whoever will be paid by them, and nobody else (R-043, R-047)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from claims import superseded_rates
from claims.models import Claim
from claims.statuses import Status as S
from engagements.models import CatalogueUpload, Engagement, Rate
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import Message
from mci_portal.outbox.rendering import render
from tests.factories import EngagementFactory, Walk, claim_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop(db) -> Engagement:
    return EngagementFactory()


def plan(engagement: Engagement, days: int, amount: str = "1234.50") -> None:
    """Other rates in every market in so many days; with "" new ones of the same amounts."""
    on = database_now().date() + timedelta(days=days)
    rows = list(Rate.objects.filter(engagement=engagement))
    Rate.objects.filter(engagement=engagement).update(valid_to=on - timedelta(days=1))
    for row in rows:
        Rate.objects.create(
            engagement=engagement,
            market=row.market,
            amount=Decimal(amount) if amount else row.amount,
            currency=row.currency,
            valid_from=on,
        )


def told() -> list[list[int]]:
    return [message.context["claims"] for message in Message.objects.filter(kind="E21").order_by("id")]


@pytest.mark.parametrize(
    ("status", "is_told"),
    [
        (S.CUSTOMER_CLAIMED, True),
        (S.AWAITING_CONSENT, True),
        (S.CONSENT_RECEIVED, False),
        (S.SUBMITTED, False),
        (S.CANCELED, False),
    ],
)
def test_claims_without_consent_are_told_and_no_others(workshop, status, is_told):
    """R-047: the rate of a claim with consent is fixed."""
    claim = claim_in(status, engagement=workshop)
    plan(workshop, 10)
    superseded_rates.tell([workshop.pk], database_now())
    assert told() == ([[claim.number]] if is_told else [])


def test_nobody_is_told_where_nothing_changes_for_him(workshop):
    """The time to consent is over before, the amount stays, or the engagement is another."""
    claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
    plan(workshop, 31)
    other = EngagementFactory()
    claim_in(S.CUSTOMER_CLAIMED, engagement=other)
    plan(other, 10, "")
    superseded_rates.tell([workshop.pk, other.pk], database_now())
    assert told() == []


def test_nobody_is_told_twice_but_of_further_claims_and_of_another_amount(workshop):
    first = claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
    plan(workshop, 10)
    assert superseded_rates.tell([workshop.pk], database_now()) == 1
    assert superseded_rates.tell([workshop.pk], database_now()) == 0
    second = claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
    assert superseded_rates.tell([workshop.pk], database_now()) == 1
    Rate.objects.filter(engagement=workshop, amount=Decimal("1234.50")).update(amount=Decimal(99))
    superseded_rates.tell([workshop.pk], database_now())
    assert told() == [[first.number], [second.number], [first.number, second.number]]


def test_mail_says_from_when_and_how_much_and_is_not_sent_after_the_answer(workshop):
    claim = claim_in(S.AWAITING_CONSENT, engagement=workshop)
    plan(workshop, 10)
    superseded_rates.tell([workshop.pk], database_now())
    message = Message.objects.get(kind="E21")
    mail = render(message)
    assert mail.subject == f"The rates of {workshop.name} change"
    for words in (mail.text, mail.html):
        assert "1,234.50 USD" in words
        assert str(claim.number) in words
        assert "keeps the present rate" in words
    Walk(claim, by=None).accept(database_now())
    assert render(message) is None


def test_operator_who_plans_rates_tells_the_partners(client, workshop, olga):
    claim = claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
    on = database_now().date() + timedelta(days=10)
    client.force_login(olga)
    amounts = {"A": "7000", "B": "7000", "C": "7000"}
    answer = client.post(
        f"/operator/catalogue/engagements/{workshop.slug}/rates/", {"valid_from": on.isoformat(), **amounts}
    )
    assert answer.status_code == 302
    assert told() == [[claim.number]]


def test_operator_who_applies_a_file_tells_the_partners(client, workshop, olga):
    """The upload does what the single pages do."""
    from engagements.console import export

    claim = claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
    plan(workshop, 10)
    text = export.as_yaml()
    Rate.objects.filter(engagement=workshop, amount=Decimal("1234.50")).delete()
    Rate.objects.filter(engagement=workshop).update(valid_to=None)
    client.force_login(olga)
    assert client.post("/operator/catalogue/", {"text": text}).status_code == 302
    upload = CatalogueUpload.objects.get()
    assert client.post(f"/operator/catalogue/{upload.pk}/", {"do": "apply"}).status_code == 302
    assert told() == [[claim.number]]
    assert Claim.objects.get(pk=claim.pk).version == claim.version
