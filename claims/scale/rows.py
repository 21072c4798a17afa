"""The claims of the bulk world, in one statement: consistent with every check of the table, none of them overdue."""

import json
from datetime import datetime

from claims.scale import shapes, world
from claims.statuses import TERMINAL
from engagements.models import Engagement, PartnerRole
from engagements.rates import market_of, rate_on

PRIME = 1_000_003  # spreads one partner's claims over all customers; no size of a world is a multiple of it
HOURS = 40

# Claim i belongs to the partner whose range holds it. Its customer and engagement come from i in another order, in
# which every pair comes once: so nobody has two claims on one pair, and no pair is held by two.
STATEMENT = """
CREATE TEMPORARY TABLE scale_shape ON COMMIT DROP AS
SELECT * FROM jsonb_to_recordset(%(shapes)s) AS shape(
    status text, steps int, path jsonb, running text, waited text, created float8, consented float8, submitted float8,
    rejected float8, disputed float8, dispute_submitted float8, reviewed bool, least float8, below float8);
CREATE TEMPORARY TABLE scale_offer ON COMMIT DROP AS
SELECT * FROM jsonb_to_recordset(%(offers)s) AS offer(
    place int, engagement_id bigint, country text, name text, sole bool, hours int, market text, amount numeric,
    currency text, consent int, submit int, review int, dispute int, dispute_review int);
CREATE TEMPORARY TABLE scale_reviewer ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM accounts_user WHERE microsoft_role = 'reviewer';
ANALYZE scale_shape, scale_offer, scale_partner, accounts_location, customers_customer;

INSERT INTO claims_claim (
    number, kind, name, partner_id, location_id, engagement_id, customer_id, status, version, round, id_type, id_value,
    customer_title, customer_name, customer_email, customer_language, partner_name, partner_email, mismatch_reason,
    consent_days, submit_days, review_days, dispute_days, dispute_review_days, sole, created_at, consent_due_at,
    consent_sent_at, consented_at, submit_due_at, review_due_at, first_submitted_at, submitted_at, action_due_at,
    rejected_at, dispute_due_at, disputed_at, dispute_submitted_at, dispute_review_due_at, closed_at, due_at,
    updated_at, created_by_id, owner_id, reviewer_id, first_decider_id, market, amount, currency, hours, search)
WITH pair AS (
    SELECT owner.partner_id, owner.user_id, owner.n AS partner, i,
           (i * {prime}) %% %(claims)s %% %(customers)s + 1 AS customer,
           ((i * {prime}) %% %(claims)s %% %(customers)s + (i * {prime}) %% %(claims)s / %(customers)s) %% %(offered)s
               AS offer
    FROM scale_partner AS owner CROSS JOIN LATERAL generate_series(owner.first_claim, owner.last_claim) AS i
),
told AS (
    SELECT pair.*, place.id AS location_id, customer.id AS customer_id, customer.name AS customer_name, customer.domain,
           offer.engagement_id, offer.name AS engagement_name, offer.sole, offer.hours, offer.market, offer.amount,
           offer.currency, offer.consent, offer.submit, offer.review, offer.dispute, offer.dispute_review,
           shape.status, shape.steps, shape.running, shape.waited, shape.created, shape.consented, shape.submitted,
           shape.rejected, shape.disputed, shape.dispute_submitted, shape.reviewed, reviewer.id AS reviewer_id,
           -- The last thing that happened to a finished claim, the trigger of the clock of a running one.
           %(now)s - make_interval(secs => 86400 * pg_temp.uniform(i, 12) * CASE shape.running
               WHEN 'consent' THEN offer.consent - 1 WHEN 'submit' THEN offer.submit - 1
               WHEN 'dispute' THEN offer.dispute - 1 WHEN 'action' THEN 8
               ELSE CASE WHEN shape.status IN ('submitted', 'under_review') THEN 25 ELSE 700 END END) AS anchor
    FROM pair
    JOIN scale_shape AS shape ON pg_temp.uniform(i, 10) >= shape.least AND pg_temp.uniform(i, 10) < shape.below
    JOIN accounts_location AS place
        ON place.code = (1000000 + (pair.partner - 1) * %(places)s + 1 + i %% %(places)s)::text
    JOIN customers_customer AS customer ON customer.domain = 'c' || pair.customer || '.example'
    JOIN scale_offer AS offer ON offer.place = pair.offer AND offer.country = place.country
    JOIN scale_reviewer AS reviewer ON reviewer.place = i %% %(reviewers)s
),
begun AS (
    SELECT told.*, anchor - make_interval(days => CASE waited
        WHEN 'consent' THEN consent WHEN 'submit' THEN submit WHEN 'dispute' THEN dispute ELSE 0 END) AS start
    FROM told
),
dated AS (
    SELECT begun.*, start - created * interval '1 day' AS created_at,
           least(start - created * interval '1 day' + interval '10 minutes', %(now)s) AS sent_at,
           start - consented * interval '1 day' AS consented_at, start - submitted * interval '1 day' AS submitted_at,
           start - rejected * interval '1 day' AS rejected_at,
           CASE WHEN disputed IS NOT NULL THEN least(start - disputed * interval '1 day', %(now)s) END AS disputed_at,
           start - dispute_submitted * interval '1 day' AS dispute_submitted_at,
           status = ANY(%(terminal)s) AS finished
    FROM begun
),
clocked AS (
    SELECT dated.*, created_at + consent * interval '1 day' AS consent_due_at,
           consented_at + submit * interval '1 day' AS submit_due_at,
           consented_at + review * interval '1 day' AS review_due_at,
           rejected_at + dispute * interval '1 day' AS dispute_due_at,
           dispute_submitted_at + dispute_review * interval '1 day' AS dispute_review_due_at,
           CASE WHEN running = 'action' THEN greatest(consented_at + review * interval '1 day',
                                                      anchor + interval '10 days')
                WHEN status = 'post_submission_expired' THEN anchor END AS action_due_at,
           {first_number} + row_number() OVER (ORDER BY created_at, i) AS number
    FROM dated
)
SELECT number, 'build_intent', customer_name || ' ' || to_char(created_at, 'YYYY'), partner_id, location_id,
       engagement_id, customer_id, status, steps, CASE WHEN disputed_at IS NULL THEN 1 ELSE 2 END, 'domain', domain,
       'Director', 'Kim ' || split_part(customer_name, ' ', 2), 'kim@' || domain, 'en', 'Admin of Partner ' || partner,
       'admin@p' || partner || '.example', '', consent, submit, review, dispute, dispute_review, sole, created_at,
       consent_due_at, CASE WHEN steps > 1 AND status <> 'canceled' THEN sent_at END, consented_at, submit_due_at,
       review_due_at, submitted_at, coalesce(dispute_submitted_at, submitted_at), action_due_at, rejected_at,
       dispute_due_at, disputed_at, dispute_submitted_at, dispute_review_due_at, CASE WHEN finished THEN anchor END,
       CASE running WHEN 'consent' THEN consent_due_at WHEN 'submit' THEN submit_due_at
           WHEN 'dispute' THEN dispute_due_at WHEN 'action' THEN action_due_at END,
       greatest(anchor, disputed_at, CASE WHEN status = 'awaiting_consent' THEN sent_at END),
       user_id, user_id, CASE WHEN reviewed THEN reviewer_id END,
       CASE WHEN rejected_at IS NOT NULL THEN reviewer_id END,
       CASE WHEN consented_at IS NOT NULL THEN market ELSE '' END, CASE WHEN consented_at IS NOT NULL THEN amount END,
       currency, hours,
       to_tsvector('simple', number || ' ' || customer_name || ' ' || to_char(created_at, 'YYYY') || ' '
           || customer_name || ' ' || domain || ' ' || engagement_name)
FROM clocked ORDER BY number
"""

# What the triggers of ``claims.models.listed`` do claim by claim.
KEYS = """
INSERT INTO claims_listkey (claim_id, partner_id, number, name, customer, engagement, role, location, owner)
SELECT claim.id, claim.partner_id, claim.number, claim.name, customer.name, offer.name, offer.role, place.name,
       owner.name
FROM claims_claim AS claim JOIN customers_customer AS customer ON customer.id = claim.customer_id
JOIN engagements_engagement AS offer ON offer.id = claim.engagement_id
JOIN accounts_location AS place ON place.id = claim.location_id
JOIN accounts_user AS owner ON owner.id = claim.owner_id;
INSERT INTO claims_tally (partner_id, engagement_id, location_id, claims)
SELECT partner_id, engagement_id, location_id, count(*) FROM claims_claim GROUP BY 1, 2, 3;
"""


def name(cursor) -> None:
    """Fill what the Customer claims list is ordered by, where no trigger has."""
    cursor.execute(KEYS)


def make(cursor, now: datetime, claims: int) -> None:
    """Insert the claims; ``world.make`` has run in this transaction. Leaves ``scale_shape`` behind."""
    offers = _offers(now)
    cursor.execute("SELECT nextval('claims_claim_number_seq')")
    first = cursor.fetchone()[0] - 1
    cursor.execute(
        STATEMENT.format(prime=PRIME, first_number=first),
        {
            "now": now,
            "claims": claims,
            "customers": world.customers(claims),
            "offered": max(offer["place"] for offer in offers) + 1,
            "offers": json.dumps(offers, default=str),
            "shapes": json.dumps(shapes.as_rows()),
            "places": world.PLACES,
            "reviewers": world.REVIEWERS,
            "terminal": sorted(TERMINAL),
        },
    )
    cursor.execute("SELECT setval('claims_claim_number_seq', %s)", [first + claims])


def _offers(now: datetime) -> list[dict]:
    """Each build-intent engagement in each country with its terms, its market and what it pays there."""
    found = Engagement.objects.filter(role=PartnerRole.BUILD_INTENT).select_related("type").order_by("pk")
    return [_offer(place, one, country, now) for place, one in enumerate(found) for country in set(world.COUNTRIES)]


def _offer(place: int, engagement: Engagement, country: str, now: datetime) -> dict:
    market = market_of(country, now.date())
    rate = rate_on(engagement, market, now.date())
    hours = HOURS if rate and rate.per_hour else None
    amount = rate.amount if rate and rate.amount is not None else 1000
    terms = ("consent", "submit", "review", "dispute", "dispute_review")
    return {
        "place": place,
        "engagement_id": engagement.pk,
        "country": country,
        "name": engagement.name,
        "sole": engagement.exclusive and engagement.claims_per_customer == 1,
        "hours": hours,
        "market": market,
        "amount": amount * (hours or 1),
        "currency": rate.currency if rate else "USD",
        **{term: getattr(engagement.type, f"{term}_days") for term in terms},
    }
