"""No list may read the claims from end to end: its statements over a bulk world, as PostgreSQL plans them."""

import json

import pytest
from django.core.management import call_command

from claims import scale
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import Membership, User
from mci_portal.common.clock import database_now
from tests.bench.lists import LARGE, calls, explain, statements

pytestmark = [pytest.mark.server, pytest.mark.django_db]

CLAIMS = 20_000
LISTS = (
    "claims_tabs", "claims_first_page", "claims_next_page", "claims_area", "claims_status", "claims_engagement",
    "claims_search", "claims_search_number", "claims_sort_number", "claims_sort_name", "claims_sort_customer",
    "claims_sort_engagement", "claims_sort_role", "claims_sort_location", "claims_sort_status", "claims_sort_action",
    "claims_sort_due", "claims_sort_submitted", "claims_sort_amount", "claims_sort_owner", "claims_sort_updated",
    "claims_all_partners", "claims_all_partners_search", "engagements",
    "customers", "customers_complete", "action_center", "earnings",
    "search_everywhere", "attention", "attention_count",
    "queue_unassigned", "queue_mine", "queue_waiting", "queue_disputes", "board_by_date",
    "board_by_risk", "board_mine", "board_expired", "queue_counts",
    "queue_sort_-due", "queue_sort_age", "queue_sort_-age", "queue_sort_engagement", "queue_sort_-engagement",
    "queue_sort_round", "queue_sort_-round", "queue_engagement", "queue_engagement_counts", "queue_engagements",
    "queue_next", "sweep_probe",
)  # fmt: skip


@pytest.fixture(scope="module")
def lists(django_db_setup, django_db_blocker):
    """The calls over 20,000 claims of 200 partners, which are gone again afterwards."""
    with django_db_blocker.unblock():
        scale.fill(database_now(), CLAIMS)
        largest = Membership.objects.order_by("partner_id").select_related("user")[0].user
        reviewer = User.objects.filter(microsoft_role="reviewer")[0]
        yield calls(actor_for(largest), actor_for(reviewer))
        call_command("flush", interactive=False, verbosity=0)


def _scanned(plan: dict) -> list[str]:
    """The tables that a plan reads from end to end."""
    here = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    return here + [name for child in plan.get("Plans", []) for name in _scanned(child)]


def test_every_list_has_its_plan_watched(lists):
    assert tuple(lists) == LISTS


@pytest.mark.parametrize("name", LISTS)
def test_list_reads_claims_through_an_index(lists, name, django_db_blocker):
    """Speed and scale: a sequential scan over a large table fails."""
    with django_db_blocker.unblock():
        asked = statements(lists[name])
        assert asked
        scanned = [table for sql in asked for table in _scanned(json.loads(_text(explain(sql)))[0]["Plan"])]
    assert set(scanned).isdisjoint(LARGE)


def _text(lines: list) -> str:
    return lines[0] if isinstance(lines[0], str) else json.dumps(lines[0])


def test_scan_without_an_index_is_noticed(lists, django_db_blocker):
    with django_db_blocker.unblock():
        plan = json.loads(_text(explain("SELECT id FROM claims_claim WHERE customer_title = 'nobody'")))[0]["Plan"]
    assert _scanned(plan) == ["claims_claim"]
