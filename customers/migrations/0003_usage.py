from django.db import models
from django.db.migrations import Migration as Base

from customers.models.directory import check_active_users
from mci_portal.common.live_migration import AddFieldPatiently


def _active_users(**more) -> models.JSONField:
    return models.JSONField(
        blank=True,
        db_default=models.Value({}, models.JSONField()),
        default=dict,
        verbose_name="monthly active users",
        **more,
    )


def _planned_consumption() -> models.PositiveIntegerField:
    return models.PositiveIntegerField(blank=True, null=True, verbose_name="planned consumption")


class Migration(Base):
    """What is known of a tenant's use of workloads, and of what it plans to consume (G19)."""

    atomic = False
    dependencies = [("customers", "0002_search")]
    operations = [
        AddFieldPatiently("customer", "active_users", _active_users()),
        AddFieldPatiently("customer", "planned_consumption", _planned_consumption()),
        AddFieldPatiently("directorytenant", "active_users", _active_users(validators=[check_active_users])),
        AddFieldPatiently("directorytenant", "planned_consumption", _planned_consumption()),
    ]
