"""Every list query of the portal, each by a name: for the plans in docs/plans and for the test that watches them."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import sweeps
from claims.models import Claim
from claims.queries import attention, claims_list, engagements, review
from claims.queries.claims_list import SORTS, Wanted
from mci_portal.accounts.actors import Actor
from mci_portal.common.clock import database_now

SIZE = 50
NEWEST = ("-updated_at", "-id")


def calls(partner: Actor, reviewer: Actor) -> dict[str, Callable[[], object]]:
    """``partner`` runs incentives for the largest partner."""
    now = database_now()
    mine = Claim.objects.filter(partner=partner.partner)
    word = mine.order_by("id").values_list("customer__name", flat=True)[0].split()[1]
    slug = mine.values_list("engagement__slug", flat=True)[0]

    def listed(by: Actor, order=NEWEST, **wanted):
        return lambda: claims_list.page(by, Wanted(**wanted), order, "", SIZE, now)

    def middle():
        whole = claims_list.page(partner, Wanted(), NEWEST, "", SIZE, now)
        return claims_list.page(partner, Wanted(), NEWEST, whole.next, SIZE, now)

    return {
        "claims_tabs": lambda: claims_list.offer(partner),
        "claims_first_page": listed(partner),
        "claims_next_page": middle,
        "claims_area": listed(partner, area="azure"),
        "claims_status": listed(partner, statuses=["awaiting_consent"]),
        "claims_engagement": listed(partner, engagements=[slug]),
        "claims_search": listed(partner, q=word),
        "claims_search_number": listed(partner, q=str(mine.values_list("number", flat=True)[0])),
        **{f"claims_sort_{name}": listed(partner, order) for name, order in SORTS.items()},
        "claims_all_partners": listed(reviewer),
        "claims_all_partners_search": listed(reviewer, q=word),
        "engagements": lambda: engagements.lines(partner, engagements.Wanted(), list(partner.locations()), now),
        "attention": lambda: attention.items(partner, now),
        "attention_count": lambda: attention.count(partner, now),
        **{f"queue_{tab}": _queue(reviewer, tab, now) for tab in review.TABS if tab != "done"},
        "queue_counts": lambda: review.counts(reviewer),
        "sweep_probe": lambda: list(sweeps.overdue(now)),
    }


def _queue(by: Actor, tab: str, now):
    return lambda: review.page(by, tab, "", "", SIZE, now)


def statements(call: Callable[[], object]) -> list[str]:
    """What a call asks the database, ready to be explained."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries if "claims_claim" in query["sql"]]


def explain(sql: str, options: str = "FORMAT JSON"):
    """PostgreSQL's plan of a statement that reads."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}) {sql}")
        return [row[0] for row in cursor.fetchall()]
