"""One Customer row for each tenant, whoever finds it and how often (R-098); the database holds the rules."""

import datetime
import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from customers.models import Customer, DirectoryTenant, Opportunity
from customers.resolution import Tenant, remember

from .directory import northwind

NOW = datetime.datetime(2023, 10, 2, 12, tzinfo=datetime.UTC)
LATER, EARLIER = NOW + datetime.timedelta(days=1), NOW - datetime.timedelta(days=1)
NORTHWIND = Tenant(
    tenant_id=uuid.UUID("11111111-1111-4111-8111-111111111111"),
    tpid="1234567",
    name="Northwind Traders",
    domain="northwindtraders.example",
    country="US",
    seats=4200,
    sector="commercial",
    products=("M365 E3",),
    tenant_created_on=datetime.date(2015, 5, 4),
)


def changed(**facts) -> Tenant:
    return Tenant(**{**NORTHWIND.__dict__, **facts})


@pytest.mark.django_db
def test_remember_new_tenant_keeps_every_fact():
    customer = remember(NORTHWIND, NOW)
    customer.refresh_from_db()
    facts = {name: getattr(customer, name) for name in NORTHWIND.__dict__}
    assert facts == {**NORTHWIND.__dict__, "products": ["M365 E3"]}
    assert (customer.created_at, customer.checked_at) == (NOW, NOW)
    assert len(customer.ref) == 16


@pytest.mark.django_db
def test_remember_known_tenant_brings_row_up_to_date():
    first = remember(NORTHWIND, NOW)
    second = remember(changed(seats=5000, name="Northwind"), LATER)
    row = Customer.objects.get()
    assert first.pk == second.pk == row.pk
    assert first.ref == row.ref
    assert (row.seats, row.name, row.created_at, row.checked_at) == (5000, "Northwind", NOW, LATER)


@pytest.mark.django_db
def test_remember_empty_facts_wipe_nothing():
    remember(NORTHWIND, NOW)
    bare = Tenant(tenant_id=NORTHWIND.tenant_id, tpid=None, name="Northwind Traders")
    row = remember(bare, LATER)
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in NORTHWIND.__dict__} == {**NORTHWIND.__dict__, "products": ["M365 E3"]}


@pytest.mark.django_db
def test_remember_older_check_changes_nothing():
    remember(NORTHWIND, NOW)
    remember(changed(seats=1), EARLIER)
    row = Customer.objects.get()
    assert (row.seats, row.checked_at) == (4200, NOW)


@pytest.mark.django_db
def test_remember_tpid_and_its_tenants_are_different_customers():
    """R-089: eligibility of one ID does not cascade to the others."""
    family = changed(tenant_id=None)
    refs = {remember(one, NOW).ref for one in (NORTHWIND, family, changed(tenant_id=uuid.uuid4()), family)}
    assert len(refs) == 3


@pytest.mark.django_db
def test_remember_tenant_without_identity_refuses():
    with pytest.raises(ValueError, match="cannot be remembered"):
        remember(changed(tenant_id=None, tpid=None), NOW)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tenant", [NORTHWIND, changed(tenant_id=None)], ids=["tenant", "tpid"])
def test_remember_by_many_at_once_leaves_one_row(tenant):
    barrier, refs = threading.Barrier(6), []

    def one():
        try:
            barrier.wait()
            refs.append(remember(tenant, NOW).ref)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refs == [Customer.objects.get().ref] * 6


def _customer(**changes) -> None:
    facts = {"tenant_id": uuid.uuid4(), "name": "Northwind", "checked_at": NOW, "created_at": NOW}
    Customer.objects.create(**{**facts, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("customer_has_an_identity", {"tenant_id": None}),
        ("customer_tpid_well_formed", {"tpid": "012345"}),
        ("customer_tpid_well_formed", {"tpid": ""}),
        ("customer_has_a_name", {"name": ""}),
        ("customer_domain_is_a_label", {"domain": "Contoso.com"}),
        ("customer_domain_is_a_label", {"domain": "contoso"}),
        ("customer_domain_is_a_label", {"domain": "bücher.example"}),
        ("customer_country_is_iso2", {"country": "us"}),
        ("customer_sector_known", {"sector": "church"}),
        ("customer_checked_after_created", {"checked_at": EARLIER}),
        ("customers_customer_seats_check", {"seats": -1}),
    ],
)
def test_customer_against_rule_is_refused_by_database(constraint, changes):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        _customer(**changes)


@pytest.mark.django_db
def test_customer_second_row_of_tpid_without_tenant_is_refused_by_database():
    _customer(tpid="1234567")
    _customer(tpid="1234567")
    _customer(tenant_id=None, tpid="1234567")
    with pytest.raises(IntegrityError, match="customer_one_per_tpid_without_tenant"), transaction.atomic():
        _customer(tenant_id=None, tpid="1234567")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("opportunity_msx_id_well_formed", {"msx_id": "7-abcde12345"}),
        ("opportunity_stage_in_range", {"stage": 6}),
        ("opportunity_amount_not_negative", {"amount": "-0.01"}),
        ("opportunity_currency_is_iso", {"currency": "usd"}),
    ],
)
def test_opportunity_against_rule_is_refused_by_database(constraint, changes):
    facts = {"msx_id": "7-ABCDE12345", "tenant": northwind(), "stage": 2, "amount": "1.00"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Opportunity.objects.create(**{**facts, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("directory_tpid_well_formed", {"tpid": "12"}),
        ("directory_has_a_name", {"name": ""}),
        ("directory_country_is_iso2", {"country": "USA"[:2].lower()}),
        ("directory_sector_known", {"sector": "church"}),
    ],
)
def test_directory_tenant_against_rule_is_refused_by_database(constraint, changes):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        northwind(**changes)


@pytest.mark.django_db
def test_directory_lookup_by_domain_can_use_the_index():
    """Performance: containment on the domains is what the GIN index answers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = DirectoryTenant.objects.order_by().filter(domains__contains=["contoso.example"]).explain()
    assert "directory_domains_gin" in plan
