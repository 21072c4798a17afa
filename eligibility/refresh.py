"""Decides anew which location may earn on which engagement (R-050, R-053). The only writer of Verdict.

Called by the daily job, and by whoever changed what a verdict rests on. The work is done by the database,
a few hundred locations to a statement, so that no statement holds its locks for long.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from eligibility.models import EnrolmentStatus
from eligibility.standing import ENROLMENT, INVITATION, MARKET
from engagements.models import ANY_COUNTRY, Engagement, Market, PartnerCriterion, PartnerRole
from mci_portal.accounts.models import Location

LOCATIONS_AT_ONCE = 200

# The market goes by the location's country (section 1). An engagement that has not started yet is judged by the
# rates and criteria of its first day. A credential of the whole account counts for each of its locations.
STATEMENT = """
WITH place AS (
    SELECT location.id, location.partner_id, enrolment.status, coalesce((
        SELECT market FROM engagements_marketcountry AS entry
        WHERE entry.country IN (location.country, %(any_country)s) AND entry.valid_from <= %(today)s
        ORDER BY entry.country = %(any_country)s, entry.valid_from DESC LIMIT 1
    ), %(default_market)s) AS market
    FROM accounts_location AS location
    LEFT JOIN eligibility_enrolment AS enrolment ON enrolment.location_id = location.id
    WHERE location.id = ANY(%(locations)s)
),
offer AS (
    SELECT id, role, visibility, greatest(starts_on, %(today)s) AS day FROM engagements_engagement
    WHERE %(engagements)s::bigint[] IS NULL OR id = ANY(%(engagements)s::bigint[])
),
lacking AS (
    SELECT place.id AS location_id, criterion.engagement_id,
           array_agg(criterion.title ORDER BY criterion.position, criterion.id) AS titles
    FROM place
    CROSS JOIN offer
    JOIN engagements_partnercriterion AS criterion ON criterion.engagement_id = offer.id
        AND coalesce(criterion.valid_from <= offer.day, true) AND coalesce(criterion.valid_to >= offer.day, true)
    WHERE NOT EXISTS (
        SELECT FROM eligibility_credential AS held
        WHERE held.partner_id = place.partner_id AND held.name = ANY(criterion.any_of)
          AND held.valid_from <= %(today)s AND coalesce(held.valid_to >= %(today)s, true)
          AND (criterion.scope = %(account)s OR held.location_id IS NULL OR held.location_id = place.id)
    )
    GROUP BY place.id, criterion.engagement_id
),
judged AS MATERIALIZED (
    SELECT place.partner_id, place.id AS location_id, offer.id AS engagement_id,
        array_remove(ARRAY[
            CASE WHEN place.status IS DISTINCT FROM %(enrolled)s THEN %(enrolment)s::text END,
            CASE WHEN offer.visibility = %(by_invitation)s AND NOT EXISTS (
                SELECT FROM engagements_invitation AS invitation
                WHERE invitation.engagement_id = offer.id AND invitation.partner_id = place.partner_id
            ) THEN %(invitation)s::text END,
            CASE WHEN offer.role = %(build_intent)s AND (
                SELECT rate.amount FROM engagements_rate AS rate
                WHERE rate.engagement_id = offer.id AND rate.market = place.market
                  AND rate.valid_from <= offer.day AND coalesce(rate.valid_to >= offer.day, true)
                ORDER BY rate.valid_from DESC LIMIT 1
            ) IS NULL THEN %(market)s::text END
        ], NULL) || coalesce(lacking.titles::text[], '{}') AS unmet
    FROM place
    CROSS JOIN offer
    LEFT JOIN lacking ON lacking.location_id = place.id AND lacking.engagement_id = offer.id
)
INSERT INTO eligibility_verdict (partner_id, location_id, engagement_id, eligible, unmet, checked_at)
SELECT partner_id, location_id, engagement_id, cardinality(unmet) = 0, unmet, %(now)s FROM judged
ORDER BY location_id, engagement_id
ON CONFLICT (location_id, engagement_id) DO UPDATE
SET partner_id = excluded.partner_id, eligible = excluded.eligible, unmet = excluded.unmet,
    checked_at = excluded.checked_at
"""


def refresh(now: datetime, locations: Collection[int] | None = None, engagements: Collection[int] | None = None) -> int:
    """Recompute the verdicts of these locations and engagements (ids; None = all) as of ``now``.

    A location is eligible when it is enrolled, the engagement is offered in its market, its partner is
    invited where that is asked for (R-031), and it holds one of the credentials of every criterion. The payee
    profile is no part of it: pages show it beside (R-051). Returns the number of verdicts written.
    """
    fixed: dict[str, Any] = {
        "now": now,
        "today": now.date(),
        "engagements": None if engagements is None else list(engagements),
        "any_country": ANY_COUNTRY,
        "default_market": Market.C.value,
        "account": PartnerCriterion.Scope.ACCOUNT.value,
        "enrolled": EnrolmentStatus.ENROLLED.value,
        "by_invitation": Engagement.Visibility.INVITATION.value,
        "build_intent": PartnerRole.BUILD_INTENT.value,
        "enrolment": ENROLMENT,
        "invitation": INVITATION,
        "market": MARKET,
    }
    written = 0
    for some in _in_portions(locations):
        with transaction.atomic(), connection.cursor() as cursor:
            # Compiling this statement takes PostgreSQL longer than running it.
            cursor.execute("SET LOCAL jit = off")
            cursor.execute(STATEMENT, {**fixed, "locations": some})
            written += cursor.rowcount
    return written


def _in_portions(locations: Collection[int] | None) -> Iterator[list[int]]:
    """The ids to judge in ascending order, a portion at a time, without loading them all."""
    wanted = Location.objects.order_by("pk").values_list("pk", flat=True)
    if locations is not None:
        wanted = wanted.filter(pk__in=locations)
    last = 0
    while some := list(wanted.filter(pk__gt=last)[:LOCATIONS_AT_ONCE]):
        yield some
        last = some[-1]
