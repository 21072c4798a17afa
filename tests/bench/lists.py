"""Every list query of the portal, each by a name: for the plans in docs/plans and for the test that watches them."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import sweeps
from claims.models import Claim
from claims.queries import (
    actions,
    attention,
    claims_list,
    customers,
    deadlines_board,
    earnings,
    engagements,
    everywhere,
    review,
)
from claims.queries.claims_list import SORTS, Wanted
from mci_portal.accounts.actors import Actor
from mci_portal.common.clock import database_now

SIZE = 50
LARGE = ("claims_claim", "claims_listkey", "claims_tally")  # tables that grow with the claims
NEWEST = ("-updated_at", "-id")
QUEUE_SORTS = ("-due", "age", "-age", "engagement", "-engagement", "round", "-round")
BOARD, MINE = deadlines_board.Wanted(), deadlines_board.Wanted(owners=["mine"])


def calls(partner: Actor, reviewer: Actor) -> dict[str, Callable[[], object]]:
    """``partner`` runs incentives for the largest partner."""
    now = database_now()
    mine = Claim.objects.filter(partner=partner.partner)
    word = mine.order_by("id").values_list("customer__name", flat=True)[0].split()[1]
    slug = mine.values_list("engagement__slug", flat=True)[0]

    def listed(by: Actor, order=NEWEST, **wanted):
        return lambda: claims_list.page(by, Wanted(**wanted), order, "", SIZE, now)

    offer = customers.engagement_of(partner, slug)

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
        "customers": lambda: customers.roster(offer, partner, now),
        "customers_complete": lambda: customers.complete(
            offer, partner, now, customers.Filters(), "-completed", "", SIZE
        ),
        "action_center": lambda: list(actions.mandatory(partner, now).order_by(*actions.ORDER)[:SIZE]),
        "earnings": lambda: earnings.page(partner, earnings.Wanted(), ("-created_at", "-id"), "", SIZE, now),
        "search_everywhere": lambda: everywhere.find(partner, word),
        "attention": lambda: attention.items(partner, now),
        "attention_count": lambda: attention.count(partner, now),
        **{f"queue_{tab}": _queue(reviewer, now, tab=tab) for tab in review.TABS if tab != "done"},
        "board_by_date": lambda: deadlines_board.page(partner, BOARD, deadlines_board.SORTS["due"], "", SIZE, now),
        "board_by_risk": lambda: deadlines_board.page(partner, BOARD, deadlines_board.SORTS["risk"], "", SIZE, now),
        "board_mine": lambda: deadlines_board.page(partner, MINE, deadlines_board.SORTS["due"], "", SIZE, now),
        "board_expired": lambda: deadlines_board.expired(partner, now),
        "queue_counts": lambda: review.counts(reviewer),
        **{f"queue_sort_{sort}": _queue(reviewer, now, sort) for sort in QUEUE_SORTS},
        "queue_engagement": _queue(reviewer, now, engagements=[slug]),
        "queue_engagement_counts": lambda: review.counts(reviewer, review.Wanted(engagements=[slug])),
        "queue_engagements": review.engagements,
        "queue_next": lambda: list(review.takeable(reviewer, review.Wanted()).order_by(*review.ORDER)[:1]),
        "sweep_probe": lambda: list(sweeps.overdue(now)),
    }


def _queue(by: Actor, now, sort: str = "due", **wanted):
    return lambda: review.page(by, review.Wanted(**wanted), review.order(sort), "", SIZE, now)


def statements(call: Callable[[], object]) -> list[str]:
    """What a call asks the database, ready to be explained."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries if any(table in query["sql"] for table in LARGE)]


def explain(sql: str, options: str = "FORMAT JSON"):
    """PostgreSQL's plan of a statement that reads."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN ({options}) {sql}")
        return [row[0] for row in cursor.fetchall()]
