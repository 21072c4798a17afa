"""The local directory finds a tenant by each of the five IDs (R-084, R-086, R-087)."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError

from customers.resolution import Tenant, TenantNotFound, known_domains, remember, resolve

from .directory import NORTHWIND_ID, SUBSCRIPTION_ID, northwind, opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _local_resolver(settings):
    settings.TENANT_RESOLVER = "customers.resolution.local.LocalDirectory"


@pytest.mark.parametrize(
    ("id_type", "value"),
    [
        ("domain", " NorthwindTraders.example. "),
        ("domain", "northwind.example"),
        ("tenant_id", "{" + str(NORTHWIND_ID).upper() + "}"),
        ("tpid", "1234567"),
        ("subscription", str(SUBSCRIPTION_ID)),
        ("msx", "7-abcde12345"),
    ],
)
def test_resolve_known_id_returns_tenant(id_type, value):
    """R-084: however the ID is written."""
    row = northwind()
    opportunity(row)
    assert resolve(id_type, value) == Tenant(
        tenant_id=NORTHWIND_ID,
        tpid="1234567",
        name="Northwind Traders",
        domain="northwindtraders.example",
        country="US",
        seats=4200,
        sector="commercial",
        products=("M365 E3",),
        tenant_created_on=row.created_on,
    )


@pytest.mark.parametrize(
    ("id_type", "value"),
    [
        ("domain", "traders.example"),
        ("domain", "mail.northwindtraders.example"),
        ("tenant_id", str(SUBSCRIPTION_ID)),
        ("subscription", str(NORTHWIND_ID)),
        ("tpid", "123456"),
    ],
)
def test_resolve_unknown_id_asks_for_another(id_type, value):
    """R-087."""
    northwind()
    with pytest.raises(TenantNotFound) as refusal:
        resolve(id_type, value)
    assert refusal.value.sentence == (
        f"No tenant was found for {value}. Check it for typing errors, or enter another domain name, "
        "or the tenant ID or TPID of the customer."
    )


def test_resolve_unknown_opportunity_asks_for_another_opportunity():
    """Whoever may enter nothing else must not be sent to a tenant ID."""
    northwind()
    with pytest.raises(TenantNotFound) as refusal:
        resolve("msx", "7-0000000000")
    assert refusal.value.sentence == (
        "No opportunity was found for 7-0000000000. Check it for typing errors, or enter another one."
    )


def test_resolve_malformed_value_is_refused_before_any_lookup(django_assert_num_queries):
    """C07."""
    with django_assert_num_queries(0), pytest.raises(ValidationError):
        resolve("domain", "169.254.169.254")


def test_resolve_tpid_of_two_tenants_is_the_tpid_itself():
    """R-089, R-090: Humongous has two tenants under one TPID; neither is picked."""
    northwind(seats=100, products=["M365 E5"])
    northwind(tenant_id=uuid.uuid4(), seats=300, name="Northwind Europe", country="NL", domains=["nw.example"])
    found = resolve("tpid", "1234567")
    assert (found.tenant_id, found.tpid, found.seats) == (None, "1234567", 400)
    assert (found.name, found.country, found.domain) == ("Northwind Europe", "NL", "nw.example")
    assert found.products == ("M365 E3", "M365 E5")


def test_resolve_domain_of_two_tenants_asks_for_the_id():
    northwind()
    northwind(tenant_id=uuid.uuid4(), tpid=None)
    with pytest.raises(TenantNotFound) as refusal:
        resolve("domain", "northwind.example")
    assert refusal.value.sentence == (
        "Several tenants use northwind.example. Enter the tenant ID or TPID of the customer."
    )


@pytest.mark.parametrize(("id_type", "value"), [("domain", "northwind.example"), ("msx", "7-ABCDE12345")])
def test_resolve_costs_one_query(django_assert_num_queries, id_type, value):
    opportunity(northwind())
    with django_assert_num_queries(1):
        resolve(id_type, value)


def test_known_domains_of_tenant_and_of_tpid_are_all_of_the_directory(django_assert_num_queries):
    """R-088: a secondary domain of the tenant is no mismatch; a TPID has the domains of all its tenants."""
    now = datetime.datetime(2023, 10, 2, tzinfo=datetime.UTC)
    northwind()
    alone = remember(resolve("domain", "northwind.example"), now)
    northwind(tenant_id=uuid.uuid4(), domains=["nw.example"])
    family = remember(resolve("tpid", "1234567"), now)
    with django_assert_num_queries(2):
        assert known_domains(alone) == ("northwind.example", "northwindtraders.example")
        assert known_domains(family) == ("northwind.example", "northwindtraders.example", "nw.example")


def test_known_domains_of_customer_outside_directory_is_its_own():
    now = datetime.datetime(2023, 10, 2, tzinfo=datetime.UTC)
    customer = remember(Tenant(tenant_id=uuid.uuid4(), tpid=None, name="Tailspin", domain="tailspin.example"), now)
    assert known_domains(customer) == ("tailspin.example",)
