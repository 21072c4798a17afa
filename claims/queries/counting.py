"""The statement that counts for the engagements list: what it consists of, and its parameters.

It repeats in SQL what ``obstacles`` and ``customers.qualification`` say of one customer; a test holds both against each
other. ``engagements`` reads its lines, ``startable`` the customers behind one number.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from claims import caps
from claims.models.claim import STANDING
from claims.statuses import HOLDS_CUSTOMER, OPEN
from customers.geographies import EUROPE, UNITED_STATES
from eligibility.models import EnrolmentStatus, PayeeStatus
from engagements.availability import fiscal_year_start
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location

# Engagements that ask the same of a customer share a number ("demand"), and customers who are alike in everything that
# a demand looks at are judged once ("alike"): the largest partner knows 20,000 customers, who are of 200 kinds. Numbers
# fall between the bounds that the demands set; the least of a kind then stands for all of it. The rules are those of
# customers/qualification.py.
# PostgreSQL cannot guess how long the parts are that it has just made, and would walk one for every row of another.
# So they are joined by FULL JOIN, for which it must hash or sort, and nothing but ids goes to a large table: there each
# is looked up in an index that holds all that is asked for (OFFSET 0 keeps a look-up from becoming a join by scan).
# What must use no index stands in a CASE: for an OR, the planner compares each side with the conditions of every
# partial index of the claims, which took it 50 ms.
PARTS = """
WITH pot AS MATERIALIZED (
    SELECT member.engagement_id, cap.*
    FROM engagements_cappedengagement AS member JOIN engagements_cap AS cap ON cap.id = member.cap_id
    WHERE member.engagement_id IN ({offered})
      AND cap.valid_from <= %(today)s AND coalesce(cap.valid_to >= %(today)s, true)
),
own AS MATERIALIZED (
    SELECT engagement_id, customer_id, consented_at IS NOT NULL AS consented,
           status = ANY(%(open)s) AND coalesce(due_at > %(now)s, true) AS running
    FROM claims_claim
    WHERE partner_id = %(partner)s AND location_id = ANY(%(locations)s) AND kind = 'build_intent'
),
drawn AS MATERIALIZED (
    SELECT use.cap_id, CASE WHEN cap.scope = 'customer' THEN claim.customer_id END AS customer_id,
           sum(coalesce(claim.amount, use.amount)) AS amount
    FROM (SELECT DISTINCT id, scope FROM pot) AS cap
    JOIN claims_capuse AS use ON use.cap_id = cap.id AND (cap.scope <> 'partner' OR use.partner_id = %(partner)s)
    CROSS JOIN LATERAL (
        SELECT status, due_at, amount, customer_id, id FROM claims_claim WHERE id = use.claim_id OFFSET 0
    ) AS claim
    LEFT JOIN claims_earning AS earning ON earning.claim_id = claim.id
    WHERE CASE WHEN cap.scope = 'customer'
               THEN claim.customer_id = ANY(ARRAY(SELECT DISTINCT customer_id FROM own WHERE consented)) ELSE true END
      AND CASE WHEN claim.status = 'approved' THEN coalesce(earning.state <> ALL(%(given_back)s), true)
               ELSE claim.status = ANY(%(open)s) AND coalesce(claim.due_at > %(now)s, true) END
    GROUP BY 1, 2
),
nation AS (
    SELECT country, coalesce((
        SELECT market FROM engagements_marketcountry AS place
        WHERE place.country IN (one.country, '*') AND place.valid_from <= %(today)s
        ORDER BY place.country <> '*' DESC, place.valid_from DESC LIMIT 1
    ), 'C') AS market
    FROM unnest(%(countries)s::text[]) AS one(country)
),
price AS MATERIALIZED (
    SELECT paid.engagement_id, nation.country, cost.amount, EXISTS (
        SELECT FROM pot LEFT JOIN drawn ON drawn.cap_id = pot.id AND pot.scope <> 'customer'
        WHERE pot.engagement_id = paid.engagement_id
          AND (pot.scope <> 'region' OR nation.country = ANY(pot.countries))
          AND cost.amount > greatest(pot.amount - coalesce(drawn.amount, 0), 0)
    ) AS too_dear
    FROM (SELECT DISTINCT engagement_id FROM pot) AS paid
    JOIN engagements_engagement AS engagement ON engagement.id = paid.engagement_id
    CROSS JOIN nation
    LEFT JOIN LATERAL (
        SELECT rate.amount * CASE WHEN rate.per_hour
            THEN coalesce((SELECT min(hours) FROM unnest(engagement.hour_options) AS hours), 1) ELSE 1 END AS amount
        FROM engagements_rate AS rate
        WHERE rate.engagement_id = paid.engagement_id AND rate.market = nation.market
          AND rate.valid_from <= %(today)s AND coalesce(rate.valid_to >= %(today)s, true)
        ORDER BY rate.valid_from DESC LIMIT 1
    ) AS cost ON true
),
offer AS MATERIALIZED (
    SELECT engagement.*, purse.payable,
           dense_rank() OVER (ORDER BY customer_rules, active_per_customer, purse.payable) AS demand
    FROM engagements_engagement AS engagement
    LEFT JOIN (
        SELECT engagement_id,
               coalesce(array_agg(country ORDER BY country) FILTER (WHERE NOT too_dear), '{{}}') AS payable
        FROM price GROUP BY engagement_id HAVING bool_or(too_dear)
    ) AS purse ON purse.engagement_id = engagement.id
    WHERE engagement.id IN ({offered})
),
place AS (
    SELECT verdict.engagement_id,
           count(*) AS enrolled,
           count(*) FILTER (WHERE verdict.eligible) AS eligible,
           count(*) FILTER (WHERE verdict.eligible
               AND payee.bank_status = %(approved)s AND payee.tax_status = %(approved)s) AS earning,
           (array_agg(to_jsonb(verdict.unmet) ORDER BY cardinality(verdict.unmet), verdict.location_id))[1] AS lacking
    FROM eligibility_verdict AS verdict
    JOIN eligibility_enrolment AS enrolment
        ON enrolment.location_id = verdict.location_id AND enrolment.status = %(enrolled)s
    LEFT JOIN eligibility_payeeprofile AS payee ON payee.location_id = verdict.location_id
    WHERE verdict.partner_id = %(partner)s AND verdict.location_id = ANY(%(locations)s)
    GROUP BY verdict.engagement_id
),
claimed AS (
    SELECT engagement_id, count(*) AS customers, count(*) FILTER (WHERE consented) AS active
    FROM own WHERE running GROUP BY engagement_id
),
held AS MATERIALIZED (
    SELECT claim.engagement_id, claim.customer_id, claim.partner_id = %(partner)s AS mine,
           claim.status = ANY(%(open)s) AS running, claim.status = ANY(%(holding)s) AS holding,
           CASE WHEN claim.status = 'approved' THEN claim.closed_at END AS done_at
    FROM claims_claim AS claim
    WHERE claim.customer_id = ANY(ARRAY(SELECT DISTINCT customer_id FROM own WHERE consented))
      AND claim.kind = 'build_intent'
      AND claim.status = ANY(%(standing)s)
      AND coalesce(claim.due_at > %(now)s, true)
),
demand AS MATERIALIZED (
    SELECT offer.demand, offer.customer_rules, offer.active_per_customer, offer.payable, asked.*,
           CASE WHEN offer.payable IS NULL THEN %(reachable)s::text[] ELSE ARRAY(
               SELECT jsonb_array_elements_text(%(reach)s::jsonb->country) FROM unnest(offer.payable) AS country
           ) END AS reachable
    FROM (SELECT DISTINCT ON (demand) * FROM offer WHERE role = 'build_intent') AS offer
    CROSS JOIN LATERAL (
        SELECT coalesce(max((rule->>'value')::bigint) FILTER (WHERE rule->>'kind' = 'min_seats'), 0) AS least_seats,
               min((rule->>'value')::bigint) FILTER (WHERE rule->>'kind' = 'max_seats') AS most_seats,
               min((rule->>'value')::bigint) FILTER (WHERE rule->>'kind' = 'new_tenant') AS tenant_days,
               max((rule->>'from')::bigint) FILTER (WHERE rule->>'kind' = 'planned_consumption') AS least_planned,
               min((rule->>'to')::bigint) FILTER (WHERE rule->>'kind' = 'planned_consumption') AS most_planned,
               coalesce(bool_or(rule->>'kind' = 'commercial_only'), false) AS commercial_only,
               coalesce(bool_or(rule->>'kind' = 'same_geography'), false) AS same_geography,
               coalesce(bool_or(rule->>'kind' IN ('countries', 'owns_product')), false) AS has_lists
        FROM jsonb_array_elements(offer.customer_rules) AS rule
    ) AS asked
),
usage AS MATERIALIZED (
    SELECT row_number() OVER () AS number, rule, rule->>'workload' AS workload, (rule->>'value')::bigint AS users,
           rule->>'kind' = 'min_active_users' AS at_least
    FROM (SELECT DISTINCT rule FROM demand CROSS JOIN jsonb_array_elements(customer_rules) AS rule
          WHERE rule->>'kind' IN ('min_active_users', 'max_active_users')) AS asked
),
need AS (
    SELECT demand.demand, array_agg(usage.number) AS usages
    FROM demand CROSS JOIN jsonb_array_elements(demand.customer_rules) AS one JOIN usage ON usage.rule = one
    GROUP BY demand.demand
),
known AS MATERIALIZED (
    SELECT customer_id, coalesce(busy.running, 0) AS running, fact.seats, fact.country, fact.sector, fact.products,
           fact.tenant_days, fact.planned, CASE WHEN EXISTS (SELECT FROM usage) THEN ARRAY(
               SELECT number FROM usage WHERE CASE WHEN at_least
                   THEN (fact.active_users->>workload)::bigint >= users
                   ELSE (fact.active_users->>workload)::bigint <= users END ORDER BY number
           ) END AS usages
    FROM (
        SELECT id AS customer_id, seats, country, sector, products, %(today)s - tenant_created_on AS tenant_days,
               planned_consumption AS planned, active_users
        FROM customers_customer
        WHERE id = ANY(ARRAY(SELECT DISTINCT customer_id FROM own WHERE consented))
          AND (domain <> %(tenant_domain)s OR %(tenant_domain)s = '')
    ) AS fact
    FULL JOIN (SELECT customer_id, count(*) AS running FROM held WHERE running GROUP BY customer_id) AS busy
        USING (customer_id)
),
bound AS (
    SELECT max(active_per_customer) AS running,
           array_agg(DISTINCT seats ORDER BY seats) FILTER (WHERE seats IS NOT NULL) AS seats,
           array_agg(DISTINCT days ORDER BY days) FILTER (WHERE days IS NOT NULL) AS days,
           array_agg(DISTINCT planned ORDER BY planned) FILTER (WHERE planned IS NOT NULL) AS planned
    FROM demand, unnest(
        ARRAY[1, least_seats, most_seats + 1], ARRAY[0, tenant_days + 1], ARRAY[0, least_planned, most_planned]
    ) AS bounds(seats, days, planned)
),
alike AS MATERIALIZED (
    SELECT row_number() OVER () AS number, array_agg(customer_id) AS customers, min(running) AS running,
           min(seats) AS seats, country, sector, products, min(tenant_days) AS tenant_days, min(planned) AS planned,
           usages
    FROM known WHERE seats IS NOT NULL
    GROUP BY least(running, (SELECT running FROM bound)), width_bucket(seats::bigint, (SELECT seats FROM bound)),
             width_bucket(tenant_days::bigint, (SELECT days FROM bound)), country, sector, products,
             width_bucket(planned::bigint, (SELECT planned FROM bound)), usages
),
fit AS MATERIALIZED (
    SELECT demand.demand, alike.number, cardinality(alike.customers) AS customers
    FROM demand CROSS JOIN alike LEFT JOIN need ON need.demand = demand.demand
    WHERE alike.running < demand.active_per_customer
      AND coalesce(cardinality(demand.payable) > 0, true)
      AND (need.usages IS NULL OR need.usages <@ alike.usages)
      AND (demand.least_planned IS NULL OR coalesce(alike.planned >= demand.least_planned, false))
      AND (demand.most_planned IS NULL OR coalesce(alike.planned < demand.most_planned, false))
      AND alike.seats >= demand.least_seats
      AND (demand.most_seats IS NULL OR alike.seats BETWEEN 1 AND demand.most_seats)
      AND (NOT demand.commercial_only OR alike.sector = 'commercial')
      AND (NOT demand.same_geography OR alike.country = ANY(demand.reachable))
      AND (demand.tenant_days IS NULL OR coalesce(alike.tenant_days BETWEEN 0 AND demand.tenant_days, false))
      AND (NOT demand.has_lists OR NOT EXISTS (
          SELECT FROM jsonb_array_elements(demand.customer_rules) AS rule
          WHERE rule->>'kind' = 'countries' AND NOT (rule->'any_of' ? alike.country)
             OR rule->>'kind' = 'owns_product' AND NOT lower(rule->>'any_of')::jsonb ?| ARRAY(
                 SELECT jsonb_array_elements_text(lower(alike.products::text)::jsonb))
      ))
),
fitting AS (SELECT demand, sum(customers) AS customers FROM fit GROUP BY demand),
counting AS (
    SELECT held.*, offer.claims_per_customer, offer.exclusive FROM held JOIN offer ON offer.id = held.engagement_id
    WHERE coalesce(held.done_at + make_interval(months => offer.again_after_months) > %(now)s, true)
),
taken AS (
    SELECT engagement_id, customer_id FROM counting
    WHERE mine AND (running OR claims_per_customer <= 1) OR exclusive AND holding AND NOT mine
    UNION
    SELECT engagement_id, customer_id FROM counting
    WHERE mine AND claims_per_customer > 1
    GROUP BY engagement_id, customer_id, claims_per_customer
    HAVING count(*) >= claims_per_customer
    UNION
    SELECT short.engagement_id, short.customer_id
    FROM (SELECT DISTINCT pot.engagement_id, drawn.customer_id FROM drawn JOIN pot ON pot.id = drawn.cap_id
          WHERE drawn.customer_id IS NOT NULL) AS short
    JOIN offer ON offer.id = short.engagement_id
    JOIN demand ON demand.demand = offer.demand
    JOIN known ON known.customer_id = short.customer_id
    WHERE NOT EXISTS (
        SELECT FROM price
        WHERE price.engagement_id = short.engagement_id AND NOT price.too_dear
          AND (NOT demand.same_geography OR %(reach)s::jsonb->price.country ? known.country)
          AND NOT EXISTS (
              SELECT FROM pot JOIN drawn ON drawn.cap_id = pot.id AND drawn.customer_id = short.customer_id
              WHERE pot.engagement_id = short.engagement_id AND price.amount > greatest(pot.amount - drawn.amount, 0)
          )
    )
),
pair AS MATERIALIZED (
    SELECT taken.engagement_id, member.number
    FROM taken
    FULL JOIN (SELECT number, unnest(customers) AS customer_id FROM alike) AS member USING (customer_id)
),
barred AS (
    SELECT offer.id AS engagement_id, sum(kind.customers) FILTER (
        WHERE (offer.demand, kind.number) IN (SELECT demand, number FROM fit)
    ) AS customers
    FROM (SELECT engagement_id, number, count(*) AS customers FROM pair GROUP BY engagement_id, number) AS kind
    JOIN offer ON offer.id = kind.engagement_id
    GROUP BY offer.id
),
crowd AS (
    SELECT claim.engagement_id, count(*) FILTER (WHERE claim.status <> 'approved') AS running,
           count(*) FILTER (WHERE claim.created_at >= %(fiscal_year)s) AS of_year
    FROM claims_claim AS claim
    JOIN offer ON offer.id = claim.engagement_id
         AND (offer.open_per_partner IS NOT NULL OR offer.yearly_per_partner IS NOT NULL)
    WHERE claim.partner_id = %(partner)s AND (claim.status = ANY(%(open)s) OR claim.status = 'approved')
      AND coalesce(claim.due_at > %(now)s, true)
    GROUP BY claim.engagement_id
)
"""
STATEMENT = (
    PARTS
    + """
SELECT offer.id, offer.slug, offer.name, offer.role, offer.starts_on, offer.ends_on, offer.last_claim_on,
       offer.id_types,
       coalesce(place.enrolled, 0) AS enrolled, coalesce(place.eligible, 0) AS eligible,
       coalesce(place.earning, 0) AS earning, place.lacking,
       coalesce(claimed.active, 0) AS active, coalesce(claimed.customers, 0) AS claimed,
       CASE WHEN coalesce(crowd.running, 0) < coalesce(offer.open_per_partner, 32767)
             AND coalesce(crowd.of_year, 0) < coalesce(offer.yearly_per_partner, 32767)
            THEN coalesce(fitting.customers, 0) - coalesce(barred.customers, 0) ELSE 0 END AS startable
FROM offer
LEFT JOIN place ON place.engagement_id = offer.id
LEFT JOIN claimed ON claimed.engagement_id = offer.id
LEFT JOIN fitting ON fitting.demand = offer.demand
LEFT JOIN barred ON barred.engagement_id = offer.id
LEFT JOIN crowd ON crowd.engagement_id = offer.id
"""
)


def statement(
    offered: QuerySet, by: Actor, places: Collection[Location], now: datetime, text: str = STATEMENT
) -> tuple[str, dict[str, Any]]:
    """``text``, made of ``PARTS``, and its parameters, all of them named."""
    sql, values = offered.values("pk").query.sql_with_params()
    named = {f"offered_{position}": value for position, value in enumerate(values)}
    countries = sorted({place.country for place in places})
    partner: Any = by.partner
    facts: dict[str, Any] = named | {
        "partner": partner.pk,
        "tenant_domain": partner.tenant_domain,
        "locations": [place.pk for place in places],
        "countries": countries,
        "reachable": sorted(_reachable(set(countries))),
        "reach": json.dumps({country: sorted(_reachable({country})) for country in countries}),
        "given_back": [state.value for state in caps.GIVEN_BACK],
        "open": sorted(OPEN),
        "holding": sorted(HOLDS_CUSTOMER),
        "standing": STANDING,
        "approved": PayeeStatus.APPROVED.value,
        "enrolled": EnrolmentStatus.ENROLLED.value,
        "now": now,
        "today": now.date(),
        "fiscal_year": fiscal_year_start(now),
    }
    # No literal percent sign stands in what the ORM writes; values are parameters.
    return text.format(offered=sql % tuple(f"%({name})s" for name in named)), facts


def _reachable(countries: set[str]) -> set[str]:
    """Every country in one geography with one of ``countries`` (``customers.geographies.same_geography``)."""
    regions = [region for region in (EUROPE, UNITED_STATES) if countries & region]
    return (countries - {""}).union(*regions)
