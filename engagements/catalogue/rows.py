"""From the records of the file to the columns of the tables. Called by ``applying``."""

from typing import Any

from django.utils import translation

from engagements.catalogue.layout import COLUMNS, DAY_COUNTS, MARKETS
from engagements.catalogue.sheet import Record
from engagements.catalogue.syncing import Row
from engagements.catalogue.values import NOT_OFFERED
from engagements.models import Engagement, EvidenceKind, EvidenceRequirement, PartnerCriterion


def of_type(position: int, record: Record) -> Row:
    return {
        "code": record["code"],
        "name": record["name"],
        "position": position,
        **{name: record[name] for name in DAY_COUNTS},
        "note": record.get("note", ""),
    }


def of_terms(types: list[Record]) -> list[Row]:
    return [
        {"type_id": kind["code"], "valid_from": one["from"], **{name: one[name] for name in DAY_COUNTS}}
        for kind in types
        for one in kind.get("terms") or ()
    ]


def of_markets(tables: list[Record]) -> list[Row]:
    return [
        {"country": country, "market": market, "valid_from": table["from"]}
        for table in tables
        for market in MARKETS
        for country in table.get(market) or ()
    ]


def of_engagement(record: Record) -> Row:
    """Every column, so that a key taken out of the file falls back to its default."""
    row: Row = {"type_id": record.get("type")}
    for name in COLUMNS:
        column: Any = Engagement._meta.get_field(name)
        row[name] = record.get(name, None if column.null else column.get_default())
    return row


def of_rates(engagement: Engagement, record: Record) -> list[Row]:
    return [
        {
            "engagement_id": engagement.pk,
            "market": market,
            "amount": None if table[market] == NOT_OFFERED else table[market],
            "currency": table.get("currency", "USD"),
            "per_hour": table.get("per_hour", False),
            "true_up": table.get("true_up", False),
            "valid_from": table["from"],
            "valid_to": table.get("to"),
            "source": table.get("source", ""),
        }
        for table in record.get("rates") or ()
        for market in MARKETS
        if market in table.values
    ]


def of_criteria(engagement: Engagement, record: Record) -> list[Row]:
    return [
        {
            "engagement_id": engagement.pk,
            "title": one["title"],
            "text": one.get("text", ""),
            "any_of": one["any_of"],
            "scope": one.get("scope", PartnerCriterion.Scope.ACCOUNT.value),
            "code": one.get("code", PartnerCriterion.Code.OTHER.value),
            "valid_from": one.get("from"),
            "valid_to": one.get("to"),
            "position": position,
        }
        for position, one in enumerate(record.get("criteria") or ())
    ]


def of_links(engagement: Engagement, record: Record) -> list[Row]:
    return [
        {"engagement_id": engagement.pk, "label": one["label"], "url": one["url"], "position": position}
        for position, one in enumerate(record.get("links") or ())
    ]


def label_of(record: Record) -> str:
    """A requirement's label: its own, or the name of its kind; in English, whoever loads it, because it is stored."""
    with translation.override("en"):
        return record.get("label") or str(EvidenceKind(record["kind"]).label)


def of_evidence(engagement: Engagement, record: Record) -> list[Row]:
    return [
        {
            "engagement_id": engagement.pk,
            "kind": one["kind"],
            "label": label_of(one),
            "hint": one.get("hint", ""),
            "required": one.get("required", True),
            "ended_on": None,
            "position": position,
        }
        for position, one in enumerate(record.get("evidence") or ())
    ]


def of_templates(requirement: EvidenceRequirement, record: Record) -> list[Row]:
    return [
        {
            "requirement_id": requirement.pk,
            "version": one["version"],
            "file": one["file"],
            "changes": one.get("changes", ""),
            "valid_from": one["from"],
            "refused_from": one.get("refused_from"),
        }
        for one in record.get("templates") or ()
    ]


def of_caps(catalogue: Record) -> list[Row]:
    return [
        {
            "code": one["code"],
            "name": one["name"],
            "scope": one["scope"],
            "countries": one.get("countries") or [],
            "amount": one["amount"],
            "currency": one.get("currency", "USD"),
            "valid_from": one["from"],
            "valid_to": one.get("to"),
        }
        for one in catalogue.get("caps") or ()
    ]
