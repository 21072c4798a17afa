"""The search box over claims: claim number, customer, claim name, engagement; whole words or their beginnings.

Full-text search under the simple configuration, served by the GIN index; a number goes to the number's own index.
"""

import re

from django.db import connection
from django.db.models import QuerySet

from mci_portal.common import words

NUMBER = re.compile(r"[0-9]{7,12}")
# Up to so many claims are named one by one. PostgreSQL takes any beginning of a word for a frequent one, and would
# look for three claims by walking through a million in the order of the list: 4.6 s instead of 2 ms.
RARE = 1_000


def matching(claims: QuerySet, q: str) -> QuerySet:
    """The claims that hold a word beginning with each word of ``q``; all of them for an empty search (R-144).

    Everything typed is taken literally (B09): no character has a meaning of its own. Words cost one query here,
    which looks how frequent they are among ``claims``.
    """
    if not q.strip():
        return claims
    if NUMBER.fullmatch(q):
        return claims.filter(number=int(q))
    query = words.query(q)
    if query is None:
        return claims.none()
    found = claims.filter(search=query)
    ids = _first_ids(found)
    return found if len(ids) > RARE else claims.filter(pk__in=ids)


def _first_ids(found: QuerySet) -> list[int]:
    """At most ``RARE`` + 1 of them, in no order. The CTE is planned for all its rows, hence by the index of words."""
    sql, values = found.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH found AS MATERIALIZED ({sql}) SELECT * FROM found LIMIT {RARE + 1}", values)  # noqa: S608
        return [pk for (pk,) in cursor.fetchall()]
