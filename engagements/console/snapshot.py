"""All of the catalogue as plain values, to be compared with itself after a change. Called by ``difference``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import QuerySet

from engagements.models import (
    CalendarDay,
    Cap,
    CappedEngagement,
    Engagement,
    EngagementName,
    EngagementType,
    EvidenceRequirement,
    EvidenceTemplate,
    Invitation,
    MarketCountry,
    PartnerCriterion,
    Rate,
    ReasonWords,
    ResourceLink,
    TypeTerms,
)

Key = tuple[str, Any]  # table and primary key


@dataclass(frozen=True)
class Table:
    """One table to watch. ``name`` says which row it is; ``of`` leads to its engagement; ``parents`` to the rows
    that take it along when they are removed; ``ends`` are the columns by which a row ends."""

    rows: Callable[[], QuerySet]
    name: Callable[[Any], str]
    of: Callable[[Any], Engagement | None] = lambda row: None
    parents: Callable[[Any], tuple[Key, ...]] = lambda row: ()
    ends: frozenset[str] = frozenset()


def _engagement(row) -> Engagement:
    return row.engagement


def _by_engagement(row) -> tuple[Key, ...]:
    return (("engagement", row.engagement_id),)


TABLES: dict[str, Table] = {
    "engagementtype": Table(EngagementType.objects.all, str),
    "typeterms": Table(
        lambda: TypeTerms.objects.select_related("type"),
        str,
        parents=lambda row: (("engagementtype", row.type_id),),
    ),
    "calendarday": Table(CalendarDay.objects.all, str, ends=frozenset({"until"})),
    "reasonwords": Table(ReasonWords.objects.all, str),
    "marketcountry": Table(MarketCountry.objects.all, lambda row: f"{row.country} – {row.valid_from}"),
    "engagement": Table(Engagement.objects.all, str, lambda row: row, ends=frozenset({"ends_on", "last_claim_on"})),
    "engagementname": Table(
        lambda: EngagementName.objects.select_related("engagement"), str, _engagement, _by_engagement
    ),
    "rate": Table(
        lambda: Rate.objects.select_related("engagement"),
        lambda row: f"{row.market} – {row.valid_from}",
        _engagement,
        _by_engagement,
        frozenset({"valid_to"}),
    ),
    "partnercriterion": Table(
        lambda: PartnerCriterion.objects.select_related("engagement"),
        str,
        _engagement,
        _by_engagement,
        frozenset({"valid_to"}),
    ),
    "resourcelink": Table(lambda: ResourceLink.objects.select_related("engagement"), str, _engagement, _by_engagement),
    "evidencerequirement": Table(
        lambda: EvidenceRequirement.objects.select_related("engagement"),
        str,
        _engagement,
        _by_engagement,
        frozenset({"ended_on", "required"}),
    ),
    "evidencetemplate": Table(
        lambda: EvidenceTemplate.objects.select_related("requirement__engagement"),
        str,
        lambda row: row.requirement.engagement,
        lambda row: (("evidencerequirement", row.requirement_id),),
        frozenset({"refused_from"}),
    ),
    "invitation": Table(
        lambda: Invitation.objects.select_related("engagement", "partner"),
        lambda row: f"{row.partner.name} ({row.partner.pga_id})",
        _engagement,
        _by_engagement,
    ),
    "cap": Table(Cap.objects.all, lambda row: row.name, ends=frozenset({"valid_to"})),
    "cappedengagement": Table(
        lambda: CappedEngagement.objects.select_related("engagement", "cap"),
        lambda row: row.cap.name,
        _engagement,
        lambda row: (("cap", row.cap_id), ("engagement", row.engagement_id)),
    ),
}


@dataclass(frozen=True)
class Row:
    table: str
    name: str
    slug: str
    engagement: str
    parents: tuple[Key, ...]
    values: dict[str, Any] = field(hash=False)


def take() -> dict[Key, Row]:
    """Every row of every table by (table, key), in one query for each table."""
    return {(key, row.pk): _row(key, table, row) for key, table in TABLES.items() for row in table.rows()}


def _row(key: str, table: Table, row: models.Model) -> Row:
    engagement = table.of(row)
    return Row(
        table=key,
        name=table.name(row),
        slug=engagement.slug if engagement else "",
        engagement=engagement.name if engagement else "",
        parents=table.parents(row),
        values={one.name: _plain(getattr(row, one.attname)) for one in row._meta.concrete_fields if _is_said(one)},
    )


def _is_said(column: models.Field) -> bool:
    """Keys are numbers of this database: what they lead to stands in the row's name. A type's key is its code."""
    return not isinstance(column, models.AutoField) and (not column.is_relation or column.name == "type")


def _plain(value: Any) -> Any:
    """As it comes back out of a JSON column."""
    if isinstance(value, (date, Decimal)):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
