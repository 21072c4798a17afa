"""The search box over claims: claim number, customer, claim name, engagement; whole words or their beginnings.

Full-text search under the simple configuration, served by the GIN index; a number goes to the number's own index.
"""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import QuerySet

WORD = re.compile(r"\w+")
# One word to the index although it has several parts, such as a domain name or a version.
JOINED = re.compile(r"\w+(?:[.\-]\w+)+")
NUMBER = re.compile(r"[0-9]{7,12}")
MOST_WORDS = 8
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
    chunks = [words for chunk in unicodedata.normalize("NFC", q).split() if (words := _chunk(chunk))]
    if not chunks:
        return claims.none()
    query = SearchQuery(" & ".join(chunks[:MOST_WORDS]), search_type="raw", config="simple")
    found = claims.filter(search=query)
    ids = _first_ids(found)
    return found if len(ids) > RARE else claims.filter(pk__in=ids)


def _first_ids(found: QuerySet) -> list[int]:
    """At most ``RARE`` + 1 of them, in no order. The CTE is planned for all its rows, hence by the index of words."""
    sql, values = found.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH found AS MATERIALIZED ({sql}) SELECT * FROM found LIMIT {RARE + 1}", values)  # noqa: S608
        return [pk for (pk,) in cursor.fetchall()]


def _chunk(chunk: str) -> str:
    """What was typed between two spaces, in the index's own language; only word characters get there unquoted."""
    words = WORD.findall(chunk)[:MOST_WORDS]
    if not words:
        return ""
    apart = " & ".join(f"{word}:*" for word in words)
    return f"(({apart}) | '{chunk}':*)" if JOINED.fullmatch(chunk) else f"({apart})"
