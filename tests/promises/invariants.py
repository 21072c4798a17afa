"""``pytestmark = pytest.mark.usefixtures("nothing_broken")``: what a test leaves behind breaks no invariant.

Nobody sweeps, delivers mail or stores files in most tests; where all of that really runs, ask ``violations`` itself.
"""

from collections.abc import Iterator

import pytest

from claims.invariants import INVARIANTS, violations
from mci_portal.common.clock import database_now

WATCHED = frozenset(one.code for one in INVARIANTS) - {"I3", "I5"}


@pytest.fixture
def nothing_broken(request, db) -> Iterator[None]:
    """The moment is the module's ``NOW``, where its time stands still."""
    yield
    now = getattr(request.module, "NOW", None) or database_now()
    assert [line for line in violations(now) if line[0] in WATCHED] == []
