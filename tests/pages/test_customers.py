"""The Customers page of an engagement: who stands in which tab, and what a row says (R-060 to R-071)."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from claims.models import Claim
from claims.statuses import OPEN, TERMINAL
from claims.statuses import Status as S
from tests.factories import CustomerFactory, EngagementFactory, LocationFactory, allow, claim_in
from tests.pages.customers_page import names, rows, url_of

REACHABLE = sorted(set(S.values) - {S.DRAFT, S.CONSENT_REJECTED})
ACTIONS = {
    S.CUSTOMER_CLAIMED: ("Send customer consent email", "consent/"),
    S.AWAITING_CONSENT: ("Re-send email for customer consent", "consent/"),
    S.CONSENT_RECEIVED: ("Submit claim", ""),
    S.ACTION_REQUIRED: ("Submit claim", ""),
    S.SUBMITTED: ("View claim", ""),
    S.UNDER_REVIEW: ("View claim", ""),
    S.REJECTED: ("Dispute", ""),
    S.DISPUTED: ("Submit claim", ""),
}


@pytest.fixture
def client(client, ana):
    client.force_login(ana)
    return client


def counts(client, engagement) -> list[str]:
    return [tab["label"] for tab in client.get(url_of(engagement)).context["tabs"]]


@pytest.mark.parametrize("status", REACHABLE)
def test_every_status_stands_in_its_tab(client, workshop, status):
    """R-062, R-070, section 17: open ones in Eligible, ended ones in Complete."""
    claim = claim_in(status, engagement=workshop)
    eligible = [row["number"] for row in rows(client, workshop) if row["number"] == claim.number]
    complete = [row["number"] for row in rows(client, workshop, tab="complete")]
    assert eligible == ([claim.number] if status in OPEN else [])
    assert complete == ([claim.number] if status in TERMINAL else [])


def test_export_leads_to_the_claims_of_this_engagement(client, workshop):
    """R-072; where there is nothing to export, nothing is offered."""
    assert client.get(url_of(workshop)).context["export_url"] == ""
    claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
    claim_in(S.CUSTOMER_CLAIMED, engagement=EngagementFactory())
    page = client.get(client.get(url_of(workshop)).context["export_url"])
    assert (page.status_code, page.context["number"]) == (200, 1)


@pytest.mark.parametrize("status", sorted(ACTIONS))
def test_row_names_the_one_next_step_and_the_type(client, workshop, status):
    """R-063, R-065."""
    claim = claim_in(status, engagement=workshop)
    (row,) = rows(client, workshop)
    words, leads_to = ACTIONS[status]
    assert (row["action"], row["action_url"]) == (words, f"/incentives/claims/{claim.number}/{leads_to}")
    assert row["kind"] == ("Not started" if status in (S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT) else "Active")
    page = client.get(url_of(workshop)).content.decode()
    assert words in page
    assert str(S(status).label) in page


@pytest.mark.parametrize(
    ("status", "days", "until"),
    [(S.CUSTOMER_CLAIMED, 29, "to get consent"), (S.CONSENT_RECEIVED, 89, "to submit"), (S.SUBMITTED, None, "")],
)
def test_due_column_counts_the_days_left(client, workshop, status, days, until):
    """R-064, R-112."""
    claim_in(status, engagement=workshop, now=timezone.now() - timedelta(hours=1))
    (row,) = rows(client, workshop)
    assert row["until"] == until
    assert row["due"] == "-" if days is None else f"{days} days left" in row["due"]


def test_known_customer_is_offered_for_a_further_engagement(client, workshop, redmond):
    """R-061, R-105: consent to another engagement makes him known here."""
    known = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    claim_in(S.AWAITING_CONSENT, location=redmond)
    (row,) = rows(client, workshop)
    assert (row["name"], row["kind"], row["action"]) == (known.name, "Not started", "Claim customer")
    assert row["action_url"] == f"{url_of(workshop)}{known.ref}/claim/"
    assert counts(client, workshop) == ["Eligible (1)", "Ineligible (0)", "Complete (0)"]


def test_known_customer_with_an_open_claim_here_stands_there_once(client, workshop, redmond):
    """R-071: added or claimed, never both."""
    known = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    claim = claim_in(S.CUSTOMER_CLAIMED, engagement=workshop, customer=known)
    assert [row["number"] for row in rows(client, workshop)] == [claim.number]


@pytest.mark.parametrize("status", [S.CONSENT_DECLINED, S.CONSENT_EXPIRED])
def test_new_customer_who_declined_leaves_the_page(client, workshop, status):
    """R-117, C-07: the row leaves Eligible, the claim is in Complete."""
    claim = claim_in(status, engagement=workshop)
    assert rows(client, workshop) == []
    assert [row["number"] for row in rows(client, workshop, tab="complete")] == [claim.number]


def test_known_customer_who_declined_comes_back_as_not_started(client, workshop, redmond):
    """C-07."""
    known = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    claim_in(S.CONSENT_DECLINED, engagement=workshop, customer=known)
    assert [(row["name"], row["action"]) for row in rows(client, workshop)] == [(known.name, "Claim customer")]


def test_overdue_claim_shows_as_expired_before_the_sweep(client, workshop, redmond):
    """R-271: three days late, the page is right all the same, and the customer can be claimed again."""
    known = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    claim = claim_in(S.CUSTOMER_CLAIMED, engagement=workshop, customer=known)
    late = {field: F(field) - timedelta(days=33) for field in ("created_at", "consent_due_at", "due_at")}
    Claim.objects.filter(pk=claim.pk).update(**late)
    assert [row["action"] for row in rows(client, workshop)] == ["Claim customer"]
    (row,) = rows(client, workshop, tab="complete")
    assert (row["number"], row["label"], row["payout"]) == (claim.number, "Customer consent expired", "-")


def test_approved_claim_shows_its_payout(client, workshop):
    """R-070: Redmond is in market C of an empty market table."""
    claim_in(S.APPROVED, engagement=workshop)
    (row,) = rows(client, workshop, tab="complete")
    assert (row["label"], row["payout"], row["kind"]) == ("Approved", "2,000.00 USD", "Active")


def test_ineligible_customer_shows_with_his_reasons(client, workshop, redmond):
    """R-066, R-067: the first reason, and how many more."""
    known = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    workshop.customer_rules = [{"kind": "min_seats", "value": 5000}, {"kind": "owns_product", "any_of": ["M365 E3"]}]
    workshop.save()
    assert rows(client, workshop) == []
    (row,) = rows(client, workshop, tab="ineligible")
    assert (row["name"], row["reason"].code, [other.code for other in row["others"]]) == (
        known.name,
        "MINTHNTMT",
        ["CRITERIA"],
    )
    page = client.get(url_of(workshop, tab="ineligible")).content.decode()
    assert "1 more reason" in page
    assert "at least 5,000 are needed" in page


@pytest.mark.parametrize(("status", "code"), [(S.CONSENT_RECEIVED, "OTHPTR"), (S.APPROVED, "DONEOTH")])
def test_customer_of_another_partner_is_refused_without_naming_him(client, workshop, redmond, fabrikam, amsterdam,
                                                                    status, code):  # fmt: skip
    """R-066, R-068: the reason says that there is another partner, never which."""
    known = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    theirs = claim_in(status, location=amsterdam, engagement=workshop, customer=known)
    answer = client.get(url_of(workshop, tab="ineligible"))
    assert [row["reason"].code for row in answer.context["rows"]] == [code]
    page = answer.content.decode()
    assert "Fabrikam" not in page
    assert str(theirs.number) not in page
    assert theirs.customer_name not in page


def test_customer_with_three_active_claims_has_reached_his_limit(client, workshop, redmond):
    """R-067 (b)."""
    known = CustomerFactory()
    for _ in range(3):
        claim_in(S.CONSENT_RECEIVED, location=redmond, customer=known)
    (row,) = rows(client, workshop, tab="ineligible")
    assert row["reason"].code == "LIMCUST"


def test_customer_in_another_geography_is_judged_by_the_location_that_suits_best(client, workshop, redmond, toronto):
    """Only a customer whom no location of the reader could claim is ineligible."""
    workshop.customer_rules = [{"kind": "same_geography"}]
    workshop.save()
    near = claim_in(S.CONSENT_RECEIVED, location=redmond, customer=CustomerFactory(country="CA")).customer
    far = claim_in(S.CONSENT_RECEIVED, location=redmond, customer=CustomerFactory(country="JP")).customer
    assert names(client, workshop) == [near.name]
    assert names(client, workshop, tab="ineligible") == [far.name]


def test_engagement_by_opportunity_only_lists_nobody_as_ineligible(client, redmond):
    """R-069."""
    engagement = EngagementFactory(id_types=["msx"])
    allow(redmond, engagement)
    claim_in(S.CONSENT_RECEIVED, location=redmond)
    answer = client.get(url_of(engagement, tab="ineligible"))
    assert answer.context["rows"] == []
    assert "nominated only by their MSX opportunity ID" in answer.content.decode()
    assert counts(client, engagement) == ["Eligible (0)", "Ineligible (0)", "Complete (0)"]


def test_closed_engagement_offers_no_new_customers(client, workshop, redmond):
    """R-034: running claims continue."""
    claim_in(S.CONSENT_RECEIVED, location=redmond)
    running = claim_in(S.CONSENT_RECEIVED, engagement=workshop)
    workshop.last_claim_on = "2022-12-31"
    workshop.save()
    answer = client.get(url_of(workshop))
    assert [row["number"] for row in answer.context["rows"]] == [running.number]
    assert "takes no new customers" in answer.content.decode()
    assert "/customers/add/" not in answer.content.decode()


def test_nobody_sees_another_partners_customers(workshop, omar, redmond):
    """R-272."""
    claim_in(S.CONSENT_RECEIVED, engagement=workshop)
    claim_in(S.APPROVED, engagement=workshop)
    client = Client()
    client.force_login(omar)
    assert counts(client, workshop) == ["Eligible (0)", "Ineligible (0)", "Complete (0)"]


def test_ben_sees_redmonds_customers_only(workshop, ben, redmond, toronto):
    """R-007, R-008: a customer whom Toronto claimed is refused without a number."""
    claim_in(S.CONSENT_RECEIVED, engagement=workshop, location=toronto)
    shared = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    claim_in(S.CUSTOMER_CLAIMED, engagement=workshop, location=toronto, customer=shared)
    client = Client()
    client.force_login(ben)
    assert rows(client, workshop) == []
    assert [(row["name"], row["reason"].code) for row in rows(client, workshop, tab="ineligible")] == [
        (shared.name, "IVDCUST")
    ]


def test_nobody_without_account_sees_it(workshop):
    assert Client().get(url_of(workshop)).url.startswith("/sign-in/?next=")


@pytest.mark.parametrize("facts", [{"role": "transact", "type": None}, {"role": "use_or_consume", "type": None},
                                   {"visibility": "invitation"}])  # fmt: skip
def test_engagement_without_customers_is_hidden(client, facts):
    """R-060, R-031."""
    assert client.get(url_of(EngagementFactory(**facts))).status_code == 404


def test_empty_page_says_what_would_stand_there(client, workshop):
    """Nothing yet, and no match, are two things."""
    assert "No eligible customers yet" in client.get(url_of(workshop)).content.decode()
    assert "No customer matches" in client.get(url_of(workshop, q="nobody")).content.decode()
    assert "No ineligible customers" in client.get(url_of(workshop, tab="ineligible")).content.decode()
    assert "No complete claims yet" in client.get(url_of(workshop, tab="complete")).content.decode()


def test_partner_at_his_limit_of_open_claims_can_start_no_more(client, workshop, redmond):
    """LIMPTR: the engagement allows one open claim of a partner at a time."""
    known = claim_in(S.CONSENT_RECEIVED, location=redmond).customer
    claim_in(S.CUSTOMER_CLAIMED, engagement=workshop)
    workshop.open_per_partner = 1
    workshop.save()
    (row,) = rows(client, workshop, tab="ineligible")
    assert (row["name"], row["reason"].code) == (known.name, "LIMPTR")


def test_names_are_escaped(client, workshop, redmond):
    """B06."""
    claim_in(S.CUSTOMER_CLAIMED, engagement=workshop, customer=CustomerFactory(name="<script>alert(1)</script>"))
    page = client.get(url_of(workshop)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_location_without_role_is_no_help(client, workshop):
    """Another partner's location never shows among the filters."""
    claim_in(S.CUSTOMER_CLAIMED, engagement=workshop, location=LocationFactory(name="Elsewhere"))
    assert "Elsewhere" not in client.get(url_of(workshop)).content.decode()
