"""Which of the known customers of one engagement may be claimed (R-061, R-066, R-067), by the parts of the engagements
list's statement, which count the same. ``claims.queries.customers`` asks; the reasons are judged in Python, row by row.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from claims.queries import counting
from engagements.models import Engagement
from mci_portal.accounts.actors import Actor
from mci_portal.accounts.models import Location

_SELECT = """
SELECT customer_id, coalesce(chosen.free, false)
FROM (SELECT DISTINCT customer_id FROM own WHERE consented) AS asked
FULL JOIN (
    SELECT free.customer_id,
           (SELECT coalesce(crowd.running, 0) < coalesce(offer.open_per_partner, 32767)
               AND coalesce(crowd.of_year, 0) < coalesce(offer.yearly_per_partner, 32767)
            FROM offer LEFT JOIN crowd ON crowd.engagement_id = offer.id) AS free
    FROM (
        SELECT unnest(alike.customers) AS customer_id FROM fit JOIN alike USING (number)
        EXCEPT SELECT customer_id FROM taken
    ) AS free
) AS chosen USING (customer_id)
"""


def known(
    engagement: Engagement, by: Actor, places: Collection[Location], now: datetime
) -> tuple[frozenset[int], frozenset[int]]:
    """The customers known at ``places``: those whom nothing stands against, and the others. One query."""
    offered = Engagement.objects.filter(pk=engagement.pk)
    sql, facts = counting.statement(offered, by, places, now, counting.PARTS + _SELECT)
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        rows = cursor.fetchall()
    return frozenset(pk for pk, free in rows if free), frozenset(pk for pk, free in rows if not free)
