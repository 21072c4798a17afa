"""Looks customers up in our own tables; no network. The default adapter, and what Entra cannot answer."""

from customers.identity import IdType
from customers.models import Customer, DirectoryTenant, Opportunity

from .tenants import Tenant, ambiguous, not_found


class LocalDirectory:
    """Adapter over DirectoryTenant and Opportunity; one query for each ID (two for an opportunity)."""

    def resolve(self, id_type: str, value: str) -> Tenant:
        """Return the tenant of a normalised ID; raises TenantNotFound.

        A TPID shared by several tenants is answered as the TPID itself, with their seats added up.
        """
        rows = list(_rows(id_type, value))
        if not rows:
            raise not_found(value, id_type)
        if len(rows) == 1:
            return _single(rows[0])
        if id_type == IdType.TPID:
            return _family(value, rows)
        raise ambiguous(value)


def known_domains(customer: Customer) -> tuple[str, ...]:
    """Return every domain the customer is known by: no mismatch reason is asked for any of them (R-088). One query."""
    if customer.tenant_id is not None:
        rows = DirectoryTenant.objects.filter(tenant_id=customer.tenant_id)
    else:
        rows = DirectoryTenant.objects.filter(tpid=customer.tpid)
    found = {domain for domains in rows.values_list("domains", flat=True) for domain in domains}
    return tuple(sorted(found | ({customer.domain} - {""})))


def other_ids(customer: Customer) -> list[tuple[str, str, Tenant]]:
    """Type, value and facts of each further ID of the same customer that is known here: his TPID, if it stands for
    several tenants, and the tenants that share it (R-090). At most one query."""
    if not customer.tpid:
        return []
    rows = list(_rows(IdType.TPID, customer.tpid))
    found = [(IdType.TENANT_ID.value, str(row.tenant_id), _single(row)) for row in rows]
    if len(rows) > 1:
        found.insert(0, (IdType.TPID.value, customer.tpid, _family(customer.tpid, rows)))
    return [one for one in found if one[2].tenant_id != customer.tenant_id]


def _rows(id_type: str, value: str):
    tenants = DirectoryTenant.objects.order_by("-seats", "pk")
    match id_type:
        case IdType.DOMAIN:
            return tenants.filter(domains__contains=[value])
        case IdType.TENANT_ID:
            return tenants.filter(tenant_id=value)
        case IdType.TPID:
            return tenants.filter(tpid=value)
        case IdType.SUBSCRIPTION:
            return tenants.filter(subscription_ids__contains=[value])
        case IdType.MSX:
            return [found.tenant for found in Opportunity.objects.select_related("tenant").filter(msx_id=value)]
    raise ValueError(f"unknown kind of customer ID: {id_type}")


def _single(row: DirectoryTenant) -> Tenant:
    return Tenant(
        tenant_id=row.tenant_id,
        tpid=row.tpid,
        name=row.name,
        domain=row.domains[0] if row.domains else "",
        country=row.country,
        seats=row.seats,
        sector=row.sector,
        products=tuple(row.products),
        tenant_created_on=row.created_on,
        active_users=row.active_users,
        planned_consumption=row.planned_consumption,
    )


def _family(tpid: str, rows: list[DirectoryTenant]) -> Tenant:
    largest = _single(rows[0])
    ages = [row.created_on for row in rows if row.created_on is not None]
    planned = [row.planned_consumption for row in rows if row.planned_consumption is not None]
    return Tenant(
        tenant_id=None,
        tpid=tpid,
        name=largest.name,
        domain=largest.domain,
        country=largest.country,
        seats=sum(row.seats for row in rows),
        sector=largest.sector,
        products=tuple(sorted({product for row in rows for product in row.products})),
        tenant_created_on=min(ages) if len(ages) == len(rows) else None,
        active_users=_together(rows),
        planned_consumption=sum(planned) if len(planned) == len(rows) else None,
    )


def _together(rows: list[DirectoryTenant]) -> dict[str, int]:
    """The active users of the workloads that are known of every tenant, added up."""
    known = set.intersection(*(set(row.active_users) for row in rows))
    return {workload: sum(row.active_users[workload] for row in rows) for workload in sorted(known)}
