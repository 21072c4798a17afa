"""GET, HEAD and OPTIONS change nothing at any address (TK01, TK16): every row of every table stays as it is.

``tests/promises`` refuses such writes in every request of every test; this walk makes sure that every address is
asked, and looks at the tables themselves, so also at what is written past the ORM or after the answer.
"""

import pytest

from tests.security.browser import Visitor, fingerprint
from tests.security.expectations import ACTORS, LET_IN, expected
from tests.security.routes import ROUTES
from tests.security.world import PLACES

pytestmark = pytest.mark.django_db

# who took which claims out of the portal is written down, a file at a time; and when a calendar program came.
AUDITED = {
    "claims:export_csv": "claims_export",
    "claims:export_xlsx": "claims_export",
    "public:calendar": "accounts_calendarfeed",
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_method_leaves_every_table_alone(world, method):
    visitors = {name: Visitor(world.people.get(name)) for name in ACTORS}
    before, wrong = fingerprint(), []
    for route in ROUTES:
        let_in = [(name, place) for name in ACTORS for place in PLACES if expected(route, name, place) == LET_IN]
        # Somebody of the partner's side and somebody of Microsoft's, if both are let in.
        for actor, place in {pair[0]: pair for pair in (*let_in[:1], *let_in[-1:], ("nora", PLACES[0]))}.values():
            answer = visitors[actor].send(method, route.url(world.values(route.name, place)), keep=True)
            wrote = set(visitors[actor].wrote) - {AUDITED.get(route.name)}
            if wrote or answer.status_code >= 500:
                wrong.append(f"{route} as {actor}: {answer.status_code}, wrote {sorted(wrote)}")
    assert not wrong, "\n".join(wrong)
    after = fingerprint()
    assert {table for table in after if after[table] != before[table]} - set(AUDITED.values()) == set()


def test_fingerprint_notices_a_change(world):
    """The net under the test above holds."""
    before = fingerprint()
    world.claims["redmond"]["under_review"].__class__.objects.update(customer_title="changed")
    assert {table for table, rows in fingerprint().items() if rows != before[table]} == {"claims_claim"}
