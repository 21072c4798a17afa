"""No list may read the claims from end to end: its statements over a bulk world, as PostgreSQL plans them."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import scale, sweeps
from claims.models import Claim
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import Membership, User
from mci_portal.common.clock import database_now
from mci_portal.outbox import post
from tests.bench.lists import LARGE, calls, explain, statements
from tests.outbox.conftest import queue

__all__ = ["queue"]

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


def _nodes(plan: dict) -> list[dict]:
    return [plan] + [node for child in plan.get("Plans", []) for node in _nodes(child)]


def _scanned(plan: dict) -> list[str]:
    """The tables that a plan reads from end to end."""
    return [node["Relation Name"] for node in _nodes(plan) if node["Node Type"] == "Seq Scan"]


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


def test_sweep_takes_a_chunk_in_the_order_of_an_index_and_sorts_nothing(lists):
    """G5: or each chunk reads all that is due, and a hundred thousand take minutes."""
    now = database_now()
    Claim.objects.filter(due_at__isnull=False).update(due_at=now - timedelta(hours=1))
    facts = {"now": now, "rules": sweeps._in_sets(), "due": sweeps.START[0], "id": 0, "chunk": sweeps.CHUNK}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE claims_claim")
        cursor.execute("EXPLAIN (FORMAT JSON) " + sweeps.TAKE, facts)
        nodes = _nodes(json.loads(_text(cursor.fetchone()))[0]["Plan"])
    assert "claim_due" in {node.get("Index Name") for node in nodes}
    assert "Sort" not in {node["Node Type"] for node in nodes}


def test_mails_whose_link_is_void_are_found_however_many_others_wait(queue):
    """Thousands wait while the mail server is away; whoever cancels a claim then does not wait for them."""
    queue(*(f"n{number}" for number in range(2_000)))
    queue("carla", token_nonce="nonce")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_message")
    with CaptureQueriesContext(connection) as asked:
        assert post.void(token_nonces=["nonce", "another"]) == 1
    plan = json.loads(_text(explain(asked[0]["sql"])))[0]["Plan"]
    assert "outbox_with_a_link" in {node.get("Index Name") for node in _nodes(plan)}
