"""Which subscription can be claimed, and the sentence for each that cannot (R-229, R-230)."""

import uuid
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from customers.models import Customer, DirectoryTenant, Subscription
from customers.resolution import check_subscription, remember, resolve

from .directory import NORTHWIND_ID, SUBSCRIPTION_ID, northwind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
OURS = "33333333-3333-4333-8333-333333333333"


@pytest.fixture
def tenant() -> DirectoryTenant:
    return northwind()


@pytest.fixture
def customer(tenant) -> Customer:
    return remember(resolve("tenant_id", str(NORTHWIND_ID)), NOW)


def _subscription(tenant: DirectoryTenant, **facts) -> Subscription:
    usual = {"subscription_id": OURS, "family": "dynamics", "provisioned_on": date(2024, 1, 1)}
    return Subscription.objects.create(tenant=tenant, **usual | facts)


def _refusal(customer: Customer, value: str = OURS) -> str:
    with pytest.raises(ValidationError) as refused:
        check_subscription(customer, value, TODAY)
    (sentence,) = refused.value.messages
    return sentence


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"family": "power_platform"},
        {"provisioned_on": TODAY},
        {"ends_on": TODAY},  # the last day is a day of the subscription
    ],
)
def test_subscription_of_the_customer_is_found(tenant, customer, facts):
    made = _subscription(tenant, **facts)
    assert check_subscription(customer, f" {{{OURS.upper()}}} ", TODAY) == made


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"family": "other"}, "neither a Dynamics 365 nor a Power Platform subscription"),
        ({"channel": "csp"}, "through a Cloud Solution Provider (CSP)"),
        ({"provisioned_on": None}, "has not been provisioned yet"),
        ({"provisioned_on": date(2026, 7, 2)}, "can take up to 7 days"),
        ({"ends_on": date(2026, 6, 30)}, "ended on June 30, 2026. Enter the ID of the one that replaced it"),
    ],
)
def test_each_reason_has_a_sentence_of_its_own(tenant, customer, facts, sentence):
    _subscription(tenant, **facts)
    assert sentence in _refusal(customer)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("12345", "36 characters"),
        (str(NORTHWIND_ID), "the ID of a tenant and not of a subscription"),
        (str(SUBSCRIPTION_ID), "This is an Azure subscription"),
        (OURS, "can take up to 7 days to appear"),
    ],
)
def test_what_is_no_such_subscription_is_called_what_it_is(customer, value, sentence):
    assert sentence in _refusal(customer, value)


def test_nothing_is_told_of_another_customers_subscription(customer):
    other = northwind(tenant_id=uuid.uuid4(), tpid=None, domains=["other.example"], subscription_ids=[])
    _subscription(other, channel="csp", ends_on=date(2026, 1, 1))
    assert _refusal(customer) == "This subscription belongs to another customer than the ID above."


def test_customer_known_by_his_tpid_has_the_subscriptions_of_all_his_tenants(tenant):
    second = northwind(tenant_id=uuid.uuid4(), domains=["second.example"], subscription_ids=[])
    made = _subscription(second)
    family = remember(resolve("tpid", "1234567"), NOW)
    assert family.tenant_id is None
    assert check_subscription(family, OURS, TODAY) == made


@pytest.mark.parametrize(
    "facts", [{"family": "gas"}, {"channel": "friend"}, {"provisioned_on": TODAY, "ends_on": date(2026, 6, 30)}]
)
def test_database_refuses_facts_that_cannot_be(tenant, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        _subscription(tenant, **facts)
