"""Customer rules of an engagement: what is missed, what is said, and which rules cannot be loaded (R-066 to R-068)."""

import datetime
from dataclasses import replace

import pytest

from customers.models import Sector
from customers.qualification import RULE_KINDS, check_rule, describe, unmet
from customers.reasons import REASONS, Reason
from customers.resolution import Tenant
from engagements.catalogue.rules import CUSTOMER_RULE_KINDS, OPTIONAL

TODAY = datetime.date(2023, 10, 2)
CUSTOMER = Tenant(
    tenant_id=None,
    tpid="1234567",
    name="Northwind Traders",
    country="US",
    seats=800,
    sector=Sector.COMMERCIAL,
    products=("M365 E3",),
    tenant_created_on=datetime.date(2023, 9, 2),
    active_users={"Teams": 240},
    planned_consumption=15_000,
)
ALL_RULES = [
    {"kind": "min_seats", "value": 800},
    {"kind": "max_seats", "value": 800},
    {"kind": "owns_product", "any_of": ["m365 e3", "M365 E5"]},
    {"kind": "same_geography"},
    {"kind": "commercial_only"},
    {"kind": "countries", "any_of": ["US", "CA"]},
    {"kind": "new_tenant", "value": 30},
    {"kind": "min_active_users", "workload": "Teams", "value": 240},
    {"kind": "max_active_users", "workload": "Teams", "value": 240},
    {"kind": "planned_consumption", "from": 15_000, "to": 15_001},
]


def test_unmet_of_customer_at_every_limit_is_empty():
    assert unmet(ALL_RULES, CUSTOMER, "US", TODAY) == []
    assert {rule["kind"] for rule in ALL_RULES} == set(RULE_KINDS)


def test_rule_kinds_are_those_the_catalogue_loads():
    """The loader lives below and cannot import the judge; both must know the same kinds and arguments."""
    assert {kind: rule.arguments for kind, rule in RULE_KINDS.items()} == CUSTOMER_RULE_KINDS
    assert {kind: rule.optional for kind, rule in RULE_KINDS.items() if rule.optional} == OPTIONAL


def test_unmet_without_rules_is_empty():
    assert unmet([], CUSTOMER, "DE", TODAY) == []


@pytest.mark.parametrize(
    ("rule", "facts", "reason"),
    [
        (0, {"seats": 799}, Reason("MINTHNTMT", "It has 799 paid seats; at least 800 are needed.")),
        (0, {"seats": 0}, Reason("MINTHNTMT", "The number of paid seats is not known; at least 800 are needed.")),
        (1, {"seats": 1200}, Reason("CRITERIA", "It has 1,200 paid seats; at most 800 are allowed.")),
        (1, {"seats": 0}, Reason("CRITERIA", "The number of paid seats is not known.")),
        (2, {"products": ("Power BI",)}, Reason("CRITERIA", "It owns none of: m365 e3, M365 E5.")),
        (2, {"products": ()}, Reason("CRITERIA", "It owns none of: m365 e3, M365 E5.")),
        (3, {"country": "CA"}, Reason("GEO")),
        (3, {"country": ""}, Reason("GEO")),
        (4, {"sector": Sector.PUBLIC}, Reason("CUSPUBSEC")),
        (4, {"sector": Sector.EDUCATION}, Reason("CUSPUBSEC")),
        (4, {"sector": ""}, Reason("CRITERIA", "It is not known whether the customer is commercial.")),
        (5, {"country": "MX"}, Reason("CRITERIA", "It is in none of: US, CA.")),
        (6, {"tenant_created_on": datetime.date(2023, 9, 1)}, Reason("CUSNOTNEW")),
        (6, {"tenant_created_on": datetime.date(2023, 10, 3)}, Reason("CUSNOTNEW")),
        (6, {"tenant_created_on": None}, Reason("CUSNOTNEW")),
        (
            7,
            {"active_users": {"Teams": 239}},
            Reason("MINTHNTMT", "It has 239 monthly active users of Teams; at least 240 are needed."),
        ),
        (
            7,
            {"active_users": {"Exchange": 500}},
            Reason("MINTHNTMT", "The number of monthly active users of Teams is not known."),
        ),
        (
            8,
            {"active_users": {"Teams": 1241}},
            Reason("CRITERIA", "It has 1,241 monthly active users of Teams; at most 240 are allowed."),
        ),
        (8, {"active_users": {}}, Reason("CRITERIA", "The number of monthly active users of Teams is not known.")),
        (
            9,
            {"planned_consumption": 14_999},
            Reason("MINTHNTMT", "It plans to consume 14,999 USD in the first year; at least 15,000 USD are needed."),
        ),
        (
            9,
            {"planned_consumption": 15_001},
            Reason(
                "CRITERIA",
                "It plans to consume 15,001 USD in the first year; this engagement is for less than 15,001 USD.",
            ),
        ),
        (
            9,
            {"planned_consumption": None},
            Reason("CRITERIA", "The consumption that is planned for the first year is not known."),
        ),
    ],
)
def test_unmet_of_missed_rule_is_its_reason(rule, facts, reason):
    assert unmet([ALL_RULES[rule]], replace(CUSTOMER, **facts), "US", TODAY) == [reason]


def test_unmet_lists_every_missed_rule_in_order():
    nobody = Tenant(tenant_id=None, tpid="1234567", name="Nobody")
    codes = [reason.code for reason in unmet(ALL_RULES, nobody, "US", TODAY)]
    assert codes == [
        "MINTHNTMT",
        "CRITERIA",
        "CRITERIA",
        "GEO",
        "CRITERIA",
        "CRITERIA",
        "CUSNOTNEW",
        "MINTHNTMT",
        "CRITERIA",
        "CRITERIA",
    ]


@pytest.mark.parametrize(
    ("customer", "partner", "met"),
    [
        ("NL", "SE", True),
        ("CH", "DE", True),
        ("GB", "IE", True),
        ("PR", "US", True),
        ("CA", "US", False),
        ("NL", "US", False),
    ],
)
def test_unmet_geography_is_region_wide(customer, partner, met):
    found = unmet([{"kind": "same_geography"}], replace(CUSTOMER, country=customer), partner, TODAY)
    assert found == ([] if met else [Reason("GEO")])


def test_describe_of_each_kind_is_a_line():
    assert [describe(rule) for rule in ALL_RULES] == [
        "At least 800 paid seats",
        "At most 800 paid seats",
        "Owns one of: m365 e3, M365 E5",
        "In the same geography as the location of the claim",
        "Commercial customer (not public sector or education)",
        "In one of: US, CA",
        "Tenant created within the last 30 days",
        "At least 240 monthly active users of Teams",
        "At most 240 monthly active users of Teams",
        "Plans to consume between 15,000 USD and less than 15,001 USD of Azure in the first year",
    ]
    assert describe({"kind": "planned_consumption", "from": 250_000}) == (
        "Plans to consume at least 250,000 USD of Azure in the first year"
    )


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule["kind"])
def test_check_rule_of_good_rule_passes(rule):
    assert check_rule(rule) is None


@pytest.mark.parametrize(
    "rule",
    [
        None,
        "min_seats",
        {},
        {"kind": "blood_type"},
        {"kind": ["min_seats"]},
        {"kind": "min_seats"},
        {"kind": "min_seats", "value": "800"},
        {"kind": "min_seats", "value": 0},
        {"kind": "min_seats", "value": True},
        {"kind": "min_seats", "value": 1.5},
        {"kind": "min_seats", "value": 800, "any_of": ["x"]},
        {"kind": "same_geography", "value": 1},
        {"kind": "min_active_users", "value": 100},
        {"kind": "min_active_users", "value": 100, "workload": " "},
        {"kind": "min_active_users", "workload": "Teams"},
        {"kind": "planned_consumption"},
        {"kind": "planned_consumption", "from": 5_000, "to": 5_000},
        {"kind": "planned_consumption", "from": 0, "to": 5_000},
        {"kind": "owns_product", "any_of": []},
        {"kind": "owns_product", "any_of": "M365 E3"},
        {"kind": "owns_product", "any_of": [" "]},
        {"kind": "countries", "any_of": ["USA"]},
        {"kind": "countries", "any_of": ["us"]},
    ],
    ids=str,
)
def test_check_rule_of_bad_rule_says_why(rule):
    with pytest.raises(ValueError) as refusal:
        check_rule(rule)
    assert str(refusal.value).endswith(".")


@pytest.mark.django_db
@pytest.mark.parametrize("code", REASONS)
def test_reason_of_each_code_has_sentence_and_advice(code):
    """R-068: fixed sentences, so no partner's name can be in them."""
    reason = Reason(code, "It has 5.")
    assert reason.sentence == f"{REASONS[code][0]} It has 5."
    assert reason.advice == str(REASONS[code][1])
    assert Reason(code).sentence.endswith(".")
    assert "%" not in reason.sentence + reason.advice


def test_reason_with_unknown_code_refuses():
    with pytest.raises(ValueError, match="unknown reason code: NOPE"):
        Reason("NOPE")
