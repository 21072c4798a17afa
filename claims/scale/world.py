"""Whom the claims of the bulk world stand on: partners by power law, places, people, customers, verdicts."""

from datetime import datetime

COUNTRIES = ("US", "US", "CA", "GB", "DE", "NL", "SE", "IN")
PLACES = 3  # of each partner
REVIEWERS = 10
EXPONENT = 0.75  # of 10,000 partners of a million claims the largest has 27,000, the one in the middle 46
CLAIMS_PER_CUSTOMER = 5

# Uniform in [0, 1) and the same in every run: the row's number under one of several seeds.
UNIFORM = """
CREATE OR REPLACE FUNCTION pg_temp.uniform(i bigint, seed bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (hashint8extended(i, seed) & 9007199254740991) / 9007199254740992.0 $$;
CREATE OR REPLACE FUNCTION pg_temp.pick(words text[], i bigint, seed bigint) RETURNS text LANGUAGE sql IMMUTABLE
PARALLEL SAFE AS $$
    SELECT words[1 + floor(cardinality(words) * (hashint8extended(i, seed) & 9007199254740991) / 9007199254740992.0)]
$$;
"""
PARTNERS = """
CREATE TEMPORARY TABLE scale_partner ON COMMIT DROP AS
WITH part AS (
    SELECT n, power(n, -%(exponent)s::float8) / sum(power(n, -%(exponent)s::float8)) OVER () AS share
    FROM generate_series(1, %(partners)s) AS n
), reach AS (SELECT n, round(%(claims)s * sum(share) OVER (ORDER BY n)) AS upto FROM part)
SELECT n, coalesce(lag(upto) OVER (ORDER BY n), 0)::bigint AS first_claim, upto::bigint - 1 AS last_claim FROM reach;

INSERT INTO accounts_partner (pga_id, name, legal_name, mail_domain, tenant_domain, created_at)
SELECT (5000000 + n)::text, 'Partner ' || n, 'Partner ' || n || ', Inc.', 'p' || n || '.example',
       'p' || n || '.example', %(now)s - interval '4 years'
FROM scale_partner ORDER BY n;
ALTER TABLE scale_partner ADD COLUMN partner_id bigint, ADD COLUMN user_id bigint;
UPDATE scale_partner SET partner_id = made.id FROM accounts_partner AS made
WHERE made.pga_id = (5000000 + scale_partner.n)::text;
"""
PEOPLE = """
INSERT INTO accounts_user (password, is_superuser, email, name, microsoft_role, language, time_zone, is_active,
                           is_staff, date_joined, hidden_notes)
SELECT '!', false, 'admin@p' || n || '.example', 'Admin of Partner ' || n, '', 'en', 'UTC', true, false,
       %(now)s - interval '4 years', '[]'::jsonb
FROM scale_partner
UNION ALL
SELECT '!', false, 'reviewer' || n || '@microsoft.example', 'Reviewer ' || n, 'reviewer', 'en', 'UTC', true, false,
       %(now)s - interval '4 years', '[]'::jsonb
FROM generate_series(1, %(reviewers)s) AS n;
UPDATE scale_partner SET user_id = made.id FROM accounts_user AS made
WHERE made.email = 'admin@p' || scale_partner.n || '.example';

INSERT INTO accounts_membership (user_id, partner_id, role, created_at)
SELECT user_id, partner_id, 'incentives_admin', %(now)s - interval '4 years' FROM scale_partner;
"""
LOCATIONS = """
INSERT INTO accounts_location (partner_id, code, name, country)
SELECT partner_id, (1000000 + (scale_partner.n - 1) * %(places)s + place)::text,
       (ARRAY['Head office', 'North', 'South'])[place], pg_temp.pick(%(countries)s, scale_partner.n * 10 + place, 1)
FROM scale_partner CROSS JOIN generate_series(1, %(places)s) AS place ORDER BY scale_partner.n, place;
INSERT INTO eligibility_enrolment (location_id, status, since_on, renewed_on)
SELECT id, 'enrolled', (%(now)s - interval '3 years')::date, %(now)s::date FROM accounts_location;
INSERT INTO eligibility_payeeprofile (location_id, bank_status, tax_status, account_holder, sealed_iban, masked_iban,
    sealed_bic, masked_bic, tax_country, sealed_tax_id, masked_tax_id)
SELECT id, 'approved', 'approved', 'Accounts payable', '', '•••• 4711', '', '', country, '', '' FROM accounts_location;
INSERT INTO eligibility_verdict (partner_id, location_id, engagement_id, eligible, unmet, checked_at)
SELECT place.partner_id, place.id, offer.id, pg_temp.uniform(place.id * 1000 + offer.id, 2) < 0.85, '{}', %(now)s
FROM accounts_location AS place CROSS JOIN engagements_engagement AS offer;
UPDATE eligibility_verdict SET unmet = '{membership}' WHERE NOT eligible;
"""
CUSTOMERS = """
INSERT INTO customers_customer (ref, tenant_id, tpid, name, domain, country, seats, sector, products,
                                tenant_created_on, checked_at, created_at)
SELECT lpad(to_hex(n), 8, '0') || 'scalecus', md5('tenant ' || n)::uuid, NULL,
       pg_temp.pick(%(first)s, n, 3) || ' ' || initcap(pg_temp.pick(%(syllables)s, n, 4)
           || pg_temp.pick(%(syllables)s, n, 5) || pg_temp.pick(%(syllables)s, n, 6))
           || ' ' || pg_temp.pick(%(kinds)s, n, 7),
       'c' || n || '.example', pg_temp.pick(%(countries)s, n, 8), 10 + floor(5000 * pg_temp.uniform(n, 9)),
       'commercial', '[]'::jsonb, (%(now)s - interval '5 years')::date, %(now)s, %(now)s - interval '3 years'
FROM generate_series(1, %(customers)s) AS n ORDER BY n
"""
FIRST = (
    "Adatum Alpine Bellows Blue Coho Contoso Fabrikam First Fourth Graphic Humongous Litware Lucerne Margie Munson"
    " Northwind Proseware Relecloud Tailspin Woodgrove"
).split()
SYLLABLES = (
    "ba bel co cor da del fa fen go gral ha hul ja ka kel lo lum ma mir na nov or pa pel qua ra rin sa sol ta tor ul"
    " va vel wa win xa ya zen zo"
).split()
KINDS = "Bank Clinics Energy Foods Freight Insurance Labs Logistics Media Retail Toys Traders Utilities Works".split()


def customers(claims: int) -> int:
    """How many customers ``claims`` claims are made with."""
    return -(-claims // CLAIMS_PER_CUSTOMER)


def make(cursor, now: datetime, claims: int, partners: int) -> None:
    """Everything but the claims; leaves ``scale_partner`` (who has which claims) for the rest of the transaction."""
    values = {
        "now": now,
        "claims": claims,
        "partners": partners,
        "exponent": EXPONENT,
        "reviewers": REVIEWERS,
        "places": PLACES,
        "countries": list(COUNTRIES),
        "customers": customers(claims),
        "first": FIRST,
        "syllables": SYLLABLES,
        "kinds": KINDS,
    }
    cursor.execute(UNIFORM)
    for statement in (PARTNERS, PEOPLE, LOCATIONS, CUSTOMERS):
        cursor.execute(statement, values)
