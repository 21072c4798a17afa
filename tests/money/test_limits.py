"""Limits, exclusivity and their reason codes: what refuses, in which words, and what the partner can do
(R-066, R-067, C-14; the codes of the catalogue's section 8)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from claims import intake
from claims.deadlines import months_after
from claims.intake import Nominated
from claims.models import Claim
from claims.statuses import Status as S
from customers.reasons import REASONS
from customers.resolution.opportunities import Found
from mci_portal.accounts.models import Partner
from tests.customers import directory
from tests.factories import CustomerFactory, EngagementFactory, allow, claim_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)

# Section 8.
CODES = {
    "CHREVNONCH", "INVTNXACO", "IVDADV", "IVDCOMP", "IVDCOSELL", "IVDMPA", "LIMCAP", "MAULWPHWM", "PAULWPHWM",
    "CUSPUBSEC", "CUSNOTNEW", "CUSEQPTR", "IVDCUST", "IVDMPN", "IVDGEO", "IVDPTRROLE", "IVDCLD", "IVDPOE", "MINTHNTMT",
    "MXTMCPMT", "LIMCUST", "LIMPTR", "OTHPTR", "DONEOTH", "NOTENR", "PAYEE", "GEO", "OPPINV", "CLOSED",
}  # fmt: skip


def test_every_code_has_its_sentence_and_what_can_be_done():
    assert CODES <= set(REASONS)
    for code, (sentence, advice) in REASONS.items():
        assert str(sentence).endswith("."), code
        assert str(advice).endswith("."), code


def codes(engagement, location, customer, now=NOW, nominated=None) -> list[str]:
    allow(location, engagement)
    found = intake.reasons_against(engagement, location.partner, location, customer, now, nominated)
    assert all(reason.sentence and reason.advice for reason in found)
    return [reason.code for reason in found]


@pytest.fixture
def customer(db):
    return CustomerFactory()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (S.CUSTOMER_CLAIMED, []),  # only consent closes the customer to others
        (S.AWAITING_CONSENT, []),
        (S.CONSENT_DECLINED, []),
        (S.CANCELED, []),
        (S.NOT_SUBMITTED_EXPIRED, []),
        (S.REJECTED_FINAL, []),
        (S.CONSENT_RECEIVED, ["OTHPTR"]),
        (S.SUBMITTED, ["OTHPTR"]),
        (S.DISPUTED, ["OTHPTR"]),
        (S.APPROVED, ["DONEOTH"]),
    ],
    ids=lambda value: str(value),
)
@pytest.mark.parametrize("exclusive", [True, False])
def test_other_partners_consent_or_completion_closes_an_exclusive_engagement(
    redmond, amsterdam, customer, status, code, exclusive
):
    """R-066 b and c; no exclusivity, no reason (C-14)."""
    engagement = EngagementFactory(exclusive=exclusive)
    claim_in(status, engagement=engagement, customer=customer, location=amsterdam, now=NOW)
    assert codes(engagement, redmond, customer, NOW + timedelta(hours=1)) == (code if exclusive else [])


def test_reason_never_names_the_other_partner(redmond, amsterdam, customer):
    """R-068."""
    engagement = EngagementFactory()
    claim_in(S.CONSENT_RECEIVED, engagement=engagement, customer=customer, location=amsterdam, now=NOW)
    allow(redmond, engagement)
    (reason,) = intake.reasons_against(engagement, redmond.partner, redmond, customer, NOW)
    assert not set(Partner.objects.values_list("name", flat=True)) & set((reason.sentence + reason.advice).split(". "))
    assert "Fabrikam" not in reason.sentence + reason.advice


@pytest.mark.parametrize(("allowed", "done", "code"), [(1, 1, ["IVDCUST"]), (2, 1, []), (2, 2, ["IVDCUST"])])
def test_claims_per_customer_counts_what_was_done_and_what_runs(redmond, customer, allowed, done, code):
    """R-067: a customer may do the engagement so many times with this partner."""
    engagement = EngagementFactory(claims_per_customer=allowed)
    for number in range(done):
        at = NOW - timedelta(days=10 * (done - number))
        claim_in(S.APPROVED, engagement=engagement, customer=customer, location=redmond, now=at)
    assert codes(engagement, redmond, customer) == code


@pytest.mark.parametrize(
    ("months", "later", "free"),
    [
        (None, datetime(2036, 7, 1, tzinfo=UTC), False),
        (12, months_after(NOW, 12) - timedelta(seconds=1), False),
        (12, months_after(NOW, 12), True),
        (24, months_after(NOW, 12), False),
    ],
)
@pytest.mark.parametrize(("whose", "code"), [("redmond", "IVDCUST"), ("amsterdam", "DONEOTH")])
def test_customer_may_do_an_engagement_again_after_its_period(
    request, redmond, customer, whose, code, months, later, free
):
    """R-066, R-067: not again within 12 or 24 months of the approval, with whomever it was."""
    engagement = EngagementFactory(again_after_months=months)
    location = request.getfixturevalue(whose)
    claim = claim_in(S.APPROVED, engagement=engagement, customer=customer, location=location, now=NOW)
    Claim.objects.filter(pk=claim.pk).update(closed_at=NOW)
    assert codes(engagement, redmond, customer, later) == ([] if free else [code])


def test_refusal_says_from_which_day_on_the_customer_may_be_claimed_again(redmond, customer):
    engagement = EngagementFactory(again_after_months=12, claims_per_customer=2)
    for days in (300, 200):
        claim = claim_in(S.APPROVED, engagement=engagement, customer=customer, now=NOW - timedelta(days=days))
        Claim.objects.filter(pk=claim.pk).update(closed_at=NOW - timedelta(days=days - 1))
    allow(redmond, engagement)
    (reason,) = intake.reasons_against(engagement, redmond.partner, redmond, customer, NOW)
    day = months_after(NOW - timedelta(days=299), 12).date() + timedelta(days=1)
    assert reason.detail == f"It can be claimed again from {day:%B} {day.day}, {day.year}."


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [
        (datetime(2026, 1, 31, 9, tzinfo=UTC), 1, datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2026, 12, 15, tzinfo=UTC), 1, datetime(2027, 1, 15, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 24, datetime(2026, 2, 28, tzinfo=UTC)),
    ],
)
def test_months_are_counted_as_the_database_counts_them(db, moment, months, later):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s + make_interval(months => %s)", [moment, months])
        assert cursor.fetchone() == (later,)
    assert months_after(moment, months) == later


def test_running_claim_of_the_own_company_comes_before_another_one(redmond, toronto, customer):
    engagement = EngagementFactory(claims_per_customer=5)
    claim_in(S.AWAITING_CONSENT, engagement=engagement, customer=customer, location=redmond, now=NOW)
    assert codes(engagement, toronto, customer) == ["IVDCUST"]


@pytest.mark.parametrize(("running", "code"), [(2, []), (3, ["LIMCUST"])])
def test_active_claims_of_a_customer_are_counted_over_all_partners_and_engagements(
    redmond, amsterdam, customer, running, code
):
    """R-067: three at most, whoever made them."""
    claim_in(S.CANCELED, customer=customer, location=redmond, now=NOW)
    for place in (redmond, amsterdam, amsterdam)[:running]:
        claim_in(S.CUSTOMER_CLAIMED, customer=customer, location=place, now=NOW)
    assert codes(EngagementFactory(), redmond, customer) == code


def test_active_limit_is_the_engagements_own(redmond, customer):
    for _ in range(3):
        claim_in(S.CUSTOMER_CLAIMED, customer=customer, location=redmond, now=NOW)
    assert codes(EngagementFactory(active_per_customer=4), redmond, customer) == []


@pytest.mark.parametrize(("running", "code"), [(19, []), (20, ["LIMPTR"])])
def test_briefings_have_twenty_open_submissions_at_most(redmond, customer, running, code):
    """catalogue.md section 5: per partner and engagement; what ended is not counted."""
    engagement = EngagementFactory(open_per_partner=20)
    claim_in(S.CANCELED, engagement=engagement, location=redmond, now=NOW)
    for _ in range(running):
        claim_in(S.CUSTOMER_CLAIMED, engagement=engagement, location=redmond, now=NOW)
    assert codes(engagement, redmond, customer) == code


def test_limit_of_a_partner_is_nothing_to_another_one(redmond, amsterdam, customer):
    engagement = EngagementFactory(open_per_partner=1)
    claim_in(S.CUSTOMER_CLAIMED, engagement=engagement, location=amsterdam, now=NOW)
    assert codes(engagement, redmond, customer) == []


@pytest.mark.parametrize(
    ("unmet", "code"),
    [
        (["enrolment"], "NOTENR"),
        (["market"], "IVDGEO"),
        (["invitation"], "IVDMPN"),
        (["Agreement", "Azure designation"], "IVDMPA"),
        (["Azure designation"], "IVDCOMP"),
        (["Azure specialization"], "IVDADV"),
        (["Training"], "IVDMPN"),
        ([], "IVDMPN"),
    ],
    ids=str,
)
def test_location_that_may_not_earn_is_told_which_criterion_is_missing(redmond, customer, unmet, code):
    """R-057: by the code of the criterion, with what can be done."""
    engagement = EngagementFactory()
    named = {"Agreement": "IVDMPA", "Azure designation": "IVDCOMP", "Azure specialization": "IVDADV"}
    for title in ("Agreement", "Azure designation", "Azure specialization", "Training"):
        engagement.criteria.create(title=title, any_of=["x"], code=named.get(title, "IVDMPN"))
    verdict = allow(redmond, engagement)
    verdict.eligible, verdict.unmet = False, unmet
    verdict.save()
    (reason,) = intake.reasons_against(engagement, redmond.partner, redmond, customer, NOW)
    assert reason.code == code
    assert (unmet[:1] == [reason.detail.removeprefix("Still to meet: ").removesuffix(".")]) == (
        bool(unmet) and unmet[0][0].isupper()
    )


@pytest.mark.parametrize(
    ("made", "status", "code"),
    [
        (NOW, S.CUSTOMER_CLAIMED, ["LIMPTR"]),
        (NOW, S.CANCELED, []),  # what ended without approval makes room again
        (NOW - timedelta(days=2), S.CUSTOMER_CLAIMED, []),  # of the fiscal year before
    ],
    ids=str,
)
def test_claims_of_a_partner_are_counted_by_fiscal_year(redmond, customer, made, status, code):
    """catalogue.md section 6: a yearly number per partner and engagement; NOW is the first day of a year."""
    engagement = EngagementFactory(yearly_per_partner=1)
    claim_in(status, engagement=engagement, location=redmond, now=made, via=S.CUSTOMER_CLAIMED if code == [] else None)
    assert codes(engagement, redmond, customer, now=NOW + timedelta(hours=1)) == code


def test_own_company_is_no_customer(redmond, customer):
    """CUSEQPTR: partner = customer."""
    customer.domain = redmond.partner.tenant_domain
    customer.save()
    assert codes(EngagementFactory(), redmond, customer) == ["CUSEQPTR"]


@pytest.mark.parametrize(
    ("opportunity", "code"),
    [
        ({"is_open": True, "stage": 2}, []),
        ({"is_open": True, "stage": 3}, []),
        ({"is_open": True, "stage": 1}, ["OPPINV"]),
        ({"is_open": True, "stage": 4}, ["OPPINV"]),
        ({"is_open": False, "stage": 2}, ["OPPINV"]),
        (None, ["OPPINV"]),
    ],
    ids=str,
)
def test_variable_pay_wants_an_open_opportunity_of_stage_two_or_three(redmond, customer, opportunity, code):
    """R-085, catalogue section 6."""
    engagement = EngagementFactory(pay="variable", id_types=["msx"], hour_options=[40, 80])
    number = "7-ABCDEFGHIJ"
    if opportunity is not None:
        directory.opportunity(directory.northwind(), msx_id=number, **opportunity)
    assert codes(engagement, redmond, customer, nominated=Nominated("msx", number, 40)) == code


class SellerSystem:
    """Another directory than our own table: it knows one opportunity, which is open in stage 3."""

    def find(self, msx_id: str) -> Found | None:
        return Found(3, True, Decimal(1), "USD") if msx_id == "7-SELLER0001" else None


@pytest.mark.parametrize(("number", "code"), [("7-SELLER0001", []), ("7-SELLER0002", ["OPPINV"])])
def test_opportunities_come_from_the_directory_that_the_settings_name(redmond, customer, settings, number, code):
    """R-085: an adapter, as for tenants."""
    settings.OPPORTUNITY_DIRECTORY = f"{__name__}.SellerSystem"
    engagement = EngagementFactory(pay="variable", id_types=["msx"], hour_options=[40])
    assert codes(engagement, redmond, customer, nominated=Nominated("msx", number, 40)) == code


@pytest.mark.parametrize(("pay", "ids", "given"), [("variable", ["msx"], "domain"), ("fixed", ["domain"], "msx")])
def test_kind_of_id_that_the_engagement_does_not_take_is_a_reason(redmond, customer, pay, ids, given):
    """R-085: variable pay by MSX opportunity ID only, fixed pay never."""
    engagement = EngagementFactory(pay=pay, id_types=ids)
    assert codes(engagement, redmond, customer, nominated=Nominated(given, "x")) == ["CRITERIA"]
