"""The search box of the frame: a few engagements, customers and claims that the reader may see (R-006)."""

from dataclasses import dataclass

from django.contrib.postgres.search import SearchVector
from django.db.models import Exists, OuterRef, QuerySet

from claims.models import Claim
from claims.queries.scope import visible
from claims.queries.search import matching
from claims.statuses import Status
from customers.models import Customer
from engagements import queries as engagements
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor
from mci_portal.common import words

MOST = 5  # of each kind; their lists show the rest
# C-16: what other papers of the program call a status.
ALIASES = {
    "action required": Status.ACTION_REQUIRED,
    "dispute": Status.DISPUTED,
    "cancelled": Status.CANCELED,
    "cancelling": Status.CANCELED,
    "dispute expired": Status.DISPUTED_EXPIRED,
}


@dataclass(frozen=True)
class Found:
    """Up to ``MOST`` of each kind, and whether there are more."""

    engagements: list[Engagement]
    customers: list[Customer]
    claims: list[Claim]
    statuses: list[Status]
    more_engagements: bool = False
    more_customers: bool = False
    more_claims: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.engagements or self.customers or self.claims or self.statuses)


def find(by: Actor, q: str) -> Found:
    """What ``q`` finds within the reader's own partner and locations; nothing for an empty search.

    At most four queries. Claims newest first, the others by name.
    """
    if not q.strip():
        return Found([], [], [], [])
    offers = list(engagements.visible_to(by.partner_id).filter(engagements.matching(q)).order_by("name")[: MOST + 1])
    customers = list(_customers(by, q)[: MOST + 1])
    newest = matching(visible(by), q).select_related("customer", "engagement").order_by("-updated_at", "-pk")
    claims = list(newest[: MOST + 1])
    return Found(
        offers[:MOST],
        customers[:MOST],
        claims[:MOST],
        _statuses(q),
        len(offers) > MOST,
        len(customers) > MOST,
        len(claims) > MOST,
    )


def _customers(by: Actor, q: str) -> QuerySet[Customer]:
    """The customers of claims the reader may see, by words of their name and domain, or by their whole TPID."""
    return named(q).filter(Exists(visible(by).filter(customer=OuterRef("pk")))).order_by("name", "pk")


def named(q: str) -> QuerySet[Customer]:
    """Every customer whom ``q`` names, whoever's he is; spelled as the index ``customer_words`` has it."""
    query = words.query(q)
    if query is None:
        return Customer.objects.none()
    if q.strip().isdigit():
        return Customer.objects.filter(tpid=q.strip())
    return Customer.objects.alias(words=SearchVector("name", "domain", config="simple")).filter(words=query)


def _statuses(q: str) -> list[Status]:
    typed = q.strip().casefold()
    named = [status for status in Status if typed in str(status.label).casefold()] if len(typed) > 2 else []
    alias = ALIASES.get(typed)
    return named if alias is None or alias in named else [alias, *named]
