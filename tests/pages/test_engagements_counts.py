"""The counts of the engagements list are those of the pages they lead to (R-024, R-026)."""

import random
from datetime import date, timedelta

import pytest

from claims.deadlines import months_after
from claims.models import Claim, Earning
from claims.queries import customers, engagements
from claims.statuses import Status as S
from customers.models import Customer
from customers.qualification import RULE_KINDS
from eligibility.queries import counts
from engagements.models import Cap, Engagement, MarketCountry
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import CustomerFactory, EngagementFactory, LocationFactory, MembershipFactory, allow, claim_in

LAST_YEAR = date(2021, 12, 31)


def lines(actor, **wanted) -> dict[str, engagements.Line]:
    found = engagements.lines(actor, engagements.Wanted(**wanted), list(actor.locations()), database_now())
    return {line.slug: line for line in found}


def in_tab(actor, slug: str) -> tuple[int, int]:
    """What the Customers page says: its Eligible tab, and how many there are active. Its sets, which SQL makes, are
    those of the rules in Python, customer by customer."""
    engagement, now = Engagement.objects.get(slug=slug), database_now()
    who = customers.roster(engagement, actor, now)
    if who.startable or who.refused:
        judged = customers.reasons(engagement, actor, list(customers.known(actor)), now)
        others = {pk: found for pk, found in judged.items() if pk not in who.claimed}
        assert who.startable == {pk for pk, found in others.items() if not found}
        assert who.refused == {pk for pk, found in others.items() if found}
    return who.eligible, sum(claim.active for claim in who.claimed.values())


def assert_counts_agree(actor) -> dict[str, tuple[int, int]]:
    found = lines(actor)
    shown = {slug: (line.eligible_customers, line.active_customers) for slug, line in found.items()}
    assert shown == {slug: in_tab(actor, slug) for slug in shown}
    earning = counts(actor)
    ids = dict(Engagement.objects.values_list("slug", "pk"))
    assert {slug: (line.earning, line.enrolled) for slug, line in found.items()} == {
        slug: earning.get(ids[slug], (0, 0)) for slug in found
    }
    return shown


def test_open_and_known_customers_are_counted_once(cast):
    """R-061, R-063: two open here, one of them active; a third one is known from another engagement."""
    here, there = EngagementFactory(slug="here"), EngagementFactory(slug="there")
    claim_in(S.CONSENT_RECEIVED, engagement=here)
    claim_in(S.AWAITING_CONSENT, engagement=here)
    claim_in(S.APPROVED, engagement=there)
    claim_in(S.CANCELED, via=S.CUSTOMER_CLAIMED, engagement=there)
    assert assert_counts_agree(cast.actor("ana")) == {"here": (3, 1), "there": (1, 0)}


def test_customer_of_another_location_does_not_count_for_its_neighbour(cast):
    """R-007: Tom of Toronto neither sees nor counts Redmond's customers."""
    here = EngagementFactory(slug="here")
    claim_in(S.CONSENT_RECEIVED, engagement=here)
    EngagementFactory(slug="there")
    assert assert_counts_agree(cast.actor("tom")) == {"here": (0, 0), "there": (0, 0)}
    assert assert_counts_agree(cast.actor("ben")) == {"here": (1, 1), "there": (1, 0)}


def test_location_filter_counts_that_locations_customers(cast):
    """R-021"""
    here = EngagementFactory(slug="here")
    claim_in(S.CONSENT_RECEIVED, engagement=here, location=cast.redmond)
    claim_in(S.AWAITING_CONSENT, engagement=here, location=cast.toronto)
    both = lines(cast.actor("ana"))["here"]
    toronto = lines(cast.actor("ana"), locations=[cast.toronto.pk])["here"]
    assert (both.eligible_customers, both.active_customers, both.enrolled) == (2, 1, 2)
    assert (toronto.eligible_customers, toronto.active_customers, toronto.enrolled) == (1, 0, 1)


def test_another_partners_consented_customer_is_counted_by_neither_page(cast):
    """R-066: exclusive engagements close a customer who gave consent to another partner."""
    shared, first = CustomerFactory(), EngagementFactory(slug="first")
    second, third = EngagementFactory(slug="second"), EngagementFactory(slug="third", exclusive=False)
    claim_in(S.CONSENT_RECEIVED, engagement=first, customer=shared)
    for engagement in (second, third):
        claim_in(S.CONSENT_RECEIVED, engagement=engagement, customer=shared, location=cast.amsterdam)
    assert assert_counts_agree(cast.actor("ana"))["second"] == (0, 0)
    Engagement.objects.update(active_per_customer=9)
    assert assert_counts_agree(cast.actor("ana")) == {"first": (1, 1), "second": (0, 0), "third": (1, 0)}


def test_limits_of_customer_and_partner_are_counted_as_the_page_judges_them(cast):
    """R-067: claims per customer, open claims per customer, open claims per partner."""
    for slug in ("one", "two", "three"):
        EngagementFactory(slug=slug)
    customer, other = CustomerFactory(), CustomerFactory()
    one, two, three = (Engagement.objects.get(slug=slug) for slug in ("one", "two", "three"))
    claim_in(S.APPROVED, engagement=one, customer=customer)
    claim_in(S.CONSENT_RECEIVED, engagement=two, customer=customer)
    claim_in(S.CONSENT_RECEIVED, engagement=two, customer=other)
    assert assert_counts_agree(cast.actor("ana")) == {"one": (1, 0), "two": (2, 2), "three": (2, 0)}
    Engagement.objects.filter(slug="three").update(active_per_customer=1)
    Engagement.objects.filter(slug="one").update(claims_per_customer=2)
    assert assert_counts_agree(cast.actor("ana")) == {"one": (2, 0), "two": (2, 2), "three": (0, 0)}
    Engagement.objects.filter(slug="two").update(open_per_partner=2)
    Engagement.objects.filter(slug="one").update(open_per_partner=0)
    assert assert_counts_agree(cast.actor("ana")) == {"one": (0, 0), "two": (2, 2), "three": (0, 0)}
    assert three.takes_customers


@pytest.mark.parametrize(("limit", "startable"), [(1, 0), (2, 2)])
def test_yearly_number_of_a_partner_is_counted_as_the_page_judges_it(cast, limit, startable):
    """LIMPTR by fiscal year: the running claim counts, the canceled one does not. Two customers could be started."""
    here, there = EngagementFactory(slug="here"), EngagementFactory(slug="there")
    claim_in(S.CONSENT_RECEIVED, engagement=there)
    claim_in(S.CANCELED, engagement=here)
    Engagement.objects.filter(pk=here.pk).update(yearly_per_partner=limit)
    claim_in(S.CUSTOMER_CLAIMED, engagement=here)
    assert assert_counts_agree(cast.actor("ana"))["here"] == (1 + startable, 0)


@pytest.mark.parametrize(
    "columns",
    [{"last_claim_on": LAST_YEAR}, {"starts_on": date(2126, 1, 1)}, {"id_types": ["msx"]}],
    ids=["closed", "upcoming", "by opportunity only"],
)
def test_where_nobody_can_be_started_only_running_claims_count(cast, columns):
    """R-034, R-069"""
    claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(slug="here"))
    EngagementFactory(slug="there")
    Engagement.objects.update(**columns)
    assert assert_counts_agree(cast.actor("ana")) == {"here": (1, 1), "there": (0, 0)}


def test_transact_engagement_counts_no_customers(cast):
    """R-024, R-060"""
    claim_in(S.CONSENT_RECEIVED, engagement=EngagementFactory(slug="here"))
    EngagementFactory(slug="transact", role="transact", type=None)
    line = lines(cast.actor("ana"))["transact"]
    assert (line.eligible_customers, line.active_customers) == (0, 0)


def test_claim_past_its_deadline_counts_no_more_although_the_sweep_is_late(cast):
    """R-271"""
    claim_in(S.CUSTOMER_CLAIMED, engagement=EngagementFactory(slug="here"), now=database_now() - timedelta(days=31))
    assert assert_counts_agree(cast.actor("ana")) == {"here": (0, 0)}


RULES = {
    "min_seats": {"kind": "min_seats", "value": 500},
    "max_seats": {"kind": "max_seats", "value": 500},
    "owns_product": {"kind": "owns_product", "any_of": ["Exchange Online", "Teams"]},
    "same_geography": {"kind": "same_geography"},
    "commercial_only": {"kind": "commercial_only"},
    "countries": {"kind": "countries", "any_of": ["US", "NL"]},
    "new_tenant": {"kind": "new_tenant", "value": 90},
    "min_active_users": {"kind": "min_active_users", "workload": "Teams", "value": 100},
    "max_active_users": {"kind": "max_active_users", "workload": "Teams", "value": 100},
    "planned_consumption": {"kind": "planned_consumption", "from": 5_000, "to": 15_000},
}


ODD_RULES = [
    *({"kind": kind, "value": value} for kind in ("min_seats", "max_seats") for value in (1, 10, 100)),
    *({"kind": "new_tenant", "value": value} for value in (30, 31)),
    *({"kind": "planned_consumption", "from": least, "to": least * 3} for least in (5_000, 15_000)),
    {"kind": "planned_consumption", "from": 15_000},
    *(
        {"kind": f"{end}_active_users", "workload": workload, "value": value}
        for end in ("min", "max")
        for workload, value in (("Teams", 10), ("Teams", 100), ("Exchange", 10))
    ),
    *(RULES[kind] for kind in ("owns_product", "same_geography", "commercial_only", "countries")),
]


@pytest.fixture
def many_customers(cast):
    """Known customers of every kind that a rule tells apart; Contoso's own domain is one of them."""
    today, source = database_now().date(), EngagementFactory(slug="source", type="assessment")
    facts = [
        {"seats": 500, "planned_consumption": 5_000, "active_users": {"Teams": 100}},
        {"planned_consumption": 14_999, "active_users": {"Teams": 101, "Exchange": 1}},
        {"planned_consumption": 15_000, "active_users": {"Teams": 0}},
        {"planned_consumption": 0, "active_users": {"teams": 100}},
        {"seats": 0, "products": ["teams"]},
        {"seats": 501, "country": "NL", "sector": "public_sector"},
        {"seats": 3000, "country": "DE", "products": ["TEAMS", "Other"]},
        {"country": "PR", "tenant_created_on": today},
        {"country": "", "sector": "", "tenant_created_on": today - timedelta(days=90)},
        {"country": "SG", "tenant_created_on": today - timedelta(days=91)},
        {"country": "CA", "tenant_created_on": today + timedelta(days=1), "products": ["Teams Phone"]},
        {"domain": cast.contoso.tenant_domain},
    ]
    for columns in facts:
        claim = claim_in(S.CONSENT_RECEIVED, engagement=source)
        type(claim.customer).objects.filter(pk=claim.customer_id).update(**columns)
    return facts


def test_every_kind_of_customer_rule_has_a_case_here():
    assert set(RULES) == set(RULE_KINDS)


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("who", ["ana", "ben"])
def test_customer_rule_counts_as_the_customers_page_judges(cast, many_customers, kind, who):
    """R-066: the SQL of the list and the Python of the page are of one mind."""
    EngagementFactory(slug="asked", customer_rules=[RULES[kind]], type="assessment")
    startable = assert_counts_agree(cast.actor(who))["asked"][0]
    assert 0 < startable < len(many_customers)


def test_several_rules_must_all_be_met(cast, many_customers):
    rules = [RULES["min_seats"], {"kind": "min_seats", "value": 501}, RULES["commercial_only"]]
    EngagementFactory(slug="asked", customer_rules=rules)
    EngagementFactory(slug="lists", customer_rules=[RULES["countries"], RULES["owns_product"]])
    shown = assert_counts_agree(cast.actor("ana"))
    assert (shown["asked"], shown["lists"]) == ((7, 0), (1, 0))


def test_customers_who_are_alike_to_one_engagement_are_told_apart_by_another(cast):
    """R-066, R-067: each pair of customer and engagement is judged as if it were the only one."""
    dice, today = random.Random(7), database_now().date()
    source = EngagementFactory(slug="source", type="assessment")
    offers = [
        EngagementFactory(
            slug=f"asked-{number}",
            type="assessment",
            active_per_customer=99,
            exclusive=False,
            claims_per_customer=9,
        )
        for number in range(12)
    ]
    for _number in range(30):
        customer = CustomerFactory(
            seats=dice.choice([0, 1, 9, 10, 11, 99, 100, 101]),
            country=dice.choice(["US", "NL", "SG", ""]),
            sector=dice.choice(["commercial", "education", ""]),
            products=dice.choice([[], ["Teams"], ["teams", "Exchange Online"]]),
            planned_consumption=dice.choice([None, 0, 4_999, 5_000, 14_999, 15_000, 44_999, 45_000]),
            active_users={
                workload: dice.choice([0, 9, 10, 11, 99, 100, 101])
                for workload in dice.sample(["Teams", "Exchange"], dice.randint(0, 2))
            },
            tenant_created_on=dice.choice([None, today, *(today - timedelta(days=days) for days in (29, 30, 31))]),
        )
        claim_in(dice.choice([S.CONSENT_RECEIVED, S.APPROVED]), engagement=source, customer=customer)
        for offer in dice.sample(offers, dice.randint(0, 3)):
            location = dice.choice([cast.redmond, cast.toronto, cast.amsterdam])
            status = dice.choice([S.CUSTOMER_CLAIMED, S.APPROVED])
            claim_in(status, engagement=offer, customer=customer, location=location)
    approved = Claim.objects.filter(status=S.APPROVED)
    for claim in approved:  # as if they had been approved at some time
        approved.filter(pk=claim.pk).update(closed_at=database_now() - timedelta(days=dice.choice([1, 27, 32, 400])))
    for offer in offers:
        rules = dice.sample(ODD_RULES, dice.randint(0, 3))
        limits = {"active_per_customer": dice.choice([1, 2, 3]), "claims_per_customer": dice.choice([1, 1, 2])}
        limits["again_after_months"] = dice.choice([None, 1, 1, 12, 24])
        Engagement.objects.filter(pk=offer.pk).update(customer_rules=rules, exclusive=dice.random() < 0.5, **limits)
    shown = assert_counts_agree(cast.actor("ana"))
    assert len(set(shown.values())) > 6
    assert_counts_agree(cast.actor("ben"))


@pytest.mark.parametrize(("months", "startable"), [(None, 0), (12, 0), (11, 1)])
@pytest.mark.parametrize("whose", ["redmond", "amsterdam"])
def test_customer_who_did_it_long_ago_counts_as_the_page_judges_him(cast, whose, months, startable):
    """R-066, R-067: of this partner or of another."""
    source, here = EngagementFactory(slug="source"), EngagementFactory(slug="here", again_after_months=months)
    customer = claim_in(S.CONSENT_RECEIVED, engagement=source).customer
    claim = claim_in(S.APPROVED, engagement=here, customer=customer, location=getattr(cast, whose))
    Claim.objects.filter(pk=claim.pk).update(closed_at=months_after(database_now(), -12) + timedelta(hours=1))
    assert assert_counts_agree(cast.actor("ana"))["here"] == (startable, 0)


# --- pots of money (LIMCAP) -----------------------------------------------------------------------------------------


@pytest.fixture
def paid(cast):
    """An engagement that pays 5,000 in market A and 3,000 in B, and four customers who may be claimed for it."""
    markets = {"US": "A", "CA": "A", "NL": "A", "SG": "B"}
    MarketCountry.objects.bulk_create(
        MarketCountry(country=country, market=market, valid_from=date(2020, 1, 1))
        for country, market in markets.items()
    )
    source, here = EngagementFactory(slug="source"), EngagementFactory(slug="here", active_per_customer=9)
    for country in ("US", "CA", "SG", "NL"):
        claim_in(S.CONSENT_RECEIVED, engagement=source, customer=CustomerFactory(country=country))
    assert set(cast.contoso.locations.values_list("country", flat=True)) == {"US", "CA", "SG"}
    return here


def put_aside(engagement, scope: str, amount: int, countries=(), **columns) -> Cap:
    since = columns.pop("valid_from", date(2020, 1, 1))
    cap = Cap.objects.create(
        code=f"{scope}-{amount}",
        name=scope,
        scope=scope,
        amount=amount,
        countries=countries,
        valid_from=since,
        **columns,
    )
    cap.engagements.add(engagement)
    return cap


@pytest.mark.parametrize(
    ("scope", "amount", "countries", "startable"),
    [
        ("global", 5_000, [], 4),
        ("global", 4_999, [], 4),  # Singapore is paid less
        ("global", 2_999, [], 0),
        ("partner", 2_999, [], 0),
        ("customer", 2_999, [], 0),
        ("region", 1, ["US", "CA"], 4),
        ("region", 1, ["US", "CA", "SG"], 0),
        ("region", 1, ["NL"], 4),
    ],
)
def test_empty_pot_is_counted_as_the_page_judges_it(cast, paid, scope, amount, countries, startable):
    put_aside(paid, scope, amount, countries)
    assert assert_counts_agree(cast.actor("ana"))["here"] == (startable, 0)


def test_pot_of_another_time_or_engagement_closes_nothing(cast, paid):
    put_aside(paid, "global", 1, valid_to=LAST_YEAR)
    put_aside(paid, "partner", 1, valid_from=date(2126, 1, 1))
    put_aside(Engagement.objects.get(slug="source"), "global", 2)
    assert assert_counts_agree(cast.actor("ana"))["here"] == (4, 0)


def test_geography_and_money_are_asked_of_the_same_location(cast, paid):
    """Only Singapore's rate is still borne: its own customer remains."""
    put_aside(paid, "global", 4_999)
    Engagement.objects.filter(pk=paid.pk).update(customer_rules=[RULES["same_geography"]])
    assert assert_counts_agree(cast.actor("ana"))["here"] == (1, 0)


@pytest.mark.parametrize("scope", ["global", "partner", "customer", "region"])
@pytest.mark.parametrize(("status", "given_back"), [(S.CUSTOMER_CLAIMED, 0), (S.APPROVED, 0), (S.CANCELED, 1)])
def test_what_a_claim_took_is_missing_until_it_is_given_back(cast, paid, scope, status, given_back):
    put_aside(paid, scope, 5_000, ["US", "SG"] if scope == "region" else [])
    customer = Customer.objects.get(country="US")
    Engagement.objects.filter(slug="here").update(claims_per_customer=2)
    at = {"now": database_now() - timedelta(hours=1)} if status == S.CANCELED else {}
    claim_in(status, engagement=paid, customer=customer, location=cast.redmond, **at)
    shown = assert_counts_agree(cast.actor("ana"))["here"][0]
    if given_back:
        assert shown == 4
    elif scope == "customer":
        assert shown == 3 + (status == S.CUSTOMER_CLAIMED)
    assert_counts_agree(cast.actor("ben"))


def test_earning_that_was_not_paid_gives_its_money_back_to_the_count(cast, paid):
    put_aside(paid, "partner", 5_000)
    Engagement.objects.filter(slug="here").update(claims_per_customer=2)
    claim_in(S.APPROVED, engagement=paid, location=cast.redmond)
    assert assert_counts_agree(cast.actor("ana"))["here"] == (0, 0)
    Earning.objects.update(state="reversed")
    assert assert_counts_agree(cast.actor("ana"))["here"] == (5, 0)


def test_partner_without_locations_or_verdicts_sees_zeros(cast):
    EngagementFactory(slug="here")
    member = MembershipFactory(user=cast.tom, partner=LocationFactory().partner)
    line = lines(actor_for(cast.tom, member.partner_id))["here"]
    assert (line.enrolled, line.earning, line.eligible_customers, line.lacking) == (0, 0, 0, ())


def test_mine_keeps_what_a_location_is_eligible_for(cast):
    """C-05, R-029"""
    allow(cast.redmond, EngagementFactory(slug="mine"))
    EngagementFactory(slug="other")
    assert list(lines(cast.actor("ana"), mine=True)) == ["mine"]
    assert list(lines(cast.actor("tom"), mine=True)) == []
