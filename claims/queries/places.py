"""What locations, and no single claim, have to do: payee profiles, and eligibility lost while claims run (R-027)."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, QuerySet

from claims.models import Claim
from eligibility.models import PayeeStatus

# The running claims are counted first, by an index that holds all of it; names are looked up for what is left. Joined
# claim by claim, the tables of all partners' locations, payees and verdicts were read: 150 ms at 200,000 claims.
# Their ids as an array tell the planner that they are few.
_LINES = """
WITH running AS MATERIALIZED ({running}),
lines AS (
    SELECT place.name, place.id, place.code, NULL::bigint AS lost, counted.claims
    FROM (SELECT location_id, sum(claims) AS claims FROM running GROUP BY location_id) counted
    JOIN accounts_location place
        ON place.id = counted.location_id AND place.id = ANY(ARRAY(SELECT location_id FROM running))
    LEFT JOIN eligibility_payeeprofile payee ON payee.location_id = place.id
    WHERE payee.bank_status IS DISTINCT FROM %s OR payee.tax_status IS DISTINCT FROM %s
    UNION ALL
    SELECT place.name, place.id, place.code, running.engagement_id, running.claims
    FROM running
    JOIN eligibility_verdict verdict
        ON verdict.location_id = running.location_id AND verdict.engagement_id = running.engagement_id
    JOIN accounts_location place
        ON place.id = running.location_id AND place.id = ANY(ARRAY(SELECT location_id FROM running))
    WHERE NOT verdict.eligible
)
"""
_NAMED = """
SELECT lines.name, lines.id, lines.code, coalesce(offer.name, ''), coalesce(offer.slug, ''), lines.claims
FROM lines LEFT JOIN engagements_engagement offer ON offer.id = lines.lost
ORDER BY lost IS NOT NULL, lines.name, lines.id, code, offer.name, slug
"""


@dataclass(frozen=True)
class Line:
    """``engagement`` and ``slug`` say which one was lost; empty where the location cannot be paid."""

    location: str
    location_id: int
    location_code: str
    engagement: str
    slug: str
    claims: int


def lines(running: QuerySet[Claim]) -> list[Line]:
    """Those of the locations of these claims, by name: first who cannot be paid, then what is lost. One query."""
    return [Line(*row[:5], claims=int(row[5])) for row in _read(running, _NAMED)]


def count_with(pressing: QuerySet[Claim], running: QuerySet[Claim]) -> int:
    """How many lines there are, and how many claims are ``pressing``, together and in one query."""
    try:
        sql, values = pressing.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    asked = f"SELECT (SELECT count(*) FROM lines) + (SELECT count(*) FROM ({sql}) asked)"  # noqa: S608
    found = _read(running, asked, values)
    return int(found[0][0]) if found else 0


def _read(running: QuerySet[Claim], asked: str, more: tuple = ()) -> list[tuple[Any, ...]]:
    grouped = running.order_by().values("location_id", "engagement_id").annotate(claims=Count("*"))
    try:
        sql, values = grouped.query.sql_with_params()
    except EmptyResultSet:  # who works at no location
        return []
    approved = (PayeeStatus.APPROVED.value, PayeeStatus.APPROVED.value)
    with connection.cursor() as cursor:
        cursor.execute(_LINES.format(running=sql) + asked, (*values, *approved, *more))
        return cursor.fetchall()
