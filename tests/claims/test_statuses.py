"""Every status stands in exactly one group, has words, and says whether a clock runs in it (house rule 2)."""

import pytest
from django.core.management import call_command

from claims import lifecycle_picture, statuses
from claims.deadlines import LIVE_COLUMN
from claims.lifecycle_docs import MEANING, WHO
from claims.models import Claim
from claims.models.claim import AFTER_SUBMIT, DUE_STATUSES, WITHOUT_CONSENT
from claims.statuses import Status as S
from claims.transitions import CLOCK_ROWS, TABLE, Who

LABELS = [
    "Draft",
    "Customer claimed",
    "Awaiting customer consent response",
    "Customer consent received",
    "Customer consent declined",
    "Customer consent expired",
    "Consent rejected",
    "Canceled",
    "Not submitted expired",
    "Submitted",
    "Under review",
    "Partner action required",
    "Post submission expired",
    "Approved",
    "Rejected",
    "Disputed",
    "Disputed expired",
    "Rejected final",
]


def test_labels_are_the_guides_words_in_their_order():
    """Requirements 17: 17 statuses and CPOR's Draft."""
    assert [str(status.label) for status in S] == LABELS
    assert [statuses.label(status.value) for status in S] == LABELS


@pytest.mark.parametrize("status", S)
def test_status_stands_in_exactly_one_group(status):
    groups = (statuses.WITH_PARTNER, statuses.WITH_MICROSOFT, statuses.TERMINAL)
    assert [status in group for group in groups].count(True) == 1


def test_terminal_statuses_are_those_of_the_requirements():
    """Requirements 17: everything else goes on."""
    assert {str(status.label) for status in statuses.TERMINAL} == {
        "Customer consent declined",
        "Customer consent expired",
        "Consent rejected",
        "Canceled",
        "Not submitted expired",
        "Post submission expired",
        "Approved",
        "Disputed expired",
        "Rejected final",
    }


@pytest.mark.parametrize("status", S)
def test_clock_runs_exactly_where_a_row_ends_it(status):
    """A status with a deadline has an expiry, and none without; the reviewer's statuses have none (C-09)."""
    assert (status in LIVE_COLUMN) == any(status in row.sources for row in CLOCK_ROWS)
    assert (status in LIVE_COLUMN) == (status in DUE_STATUSES)


def test_expired_statuses_are_where_the_clock_leads():
    """But for silence on use or consume, which counts as rejection (T23, T31)."""
    assert {row.target for row in CLOCK_ROWS if row.kind != "cpor"} == statuses.EXPIRED
    assert {row.target for row in CLOCK_ROWS if row.kind == "cpor"} == {S.REJECTED, S.REJECTED_FINAL}


def test_live_columns_are_columns_of_the_claim():
    assert set(LIVE_COLUMN.values()) <= {field.name for field in Claim._meta.get_fields()}


def test_smaller_groups_lie_inside_the_larger_ones():
    assert statuses.EDITABLE <= statuses.WITH_PARTNER
    assert statuses.BEFORE_CONSENT <= statuses.WITH_PARTNER
    assert statuses.EXPIRED <= statuses.TERMINAL
    assert statuses.HOLDS_CUSTOMER == (set(AFTER_SUBMIT) | {S.CONSENT_RECEIVED}) - {
        S.POST_SUBMISSION_EXPIRED,
        S.DISPUTED_EXPIRED,
        S.REJECTED_FINAL,
    }


def test_every_status_after_consent_is_entered_from_one_with_consent():
    """The check constraint on ``consented_at`` and the table say the same."""
    for row in TABLE:
        if row.kind == "cpor":
            continue  # whose customer may opt out, and is never asked to opt in
        if row.target and row.target not in WITHOUT_CONSENT and row.action != "accept":
            assert not set(row.sources) & set(WITHOUT_CONSENT), row.number


def test_associations_never_stand_where_consent_is_asked():
    """R-224: the customer of an association is told, not asked."""
    reached = {row.target for row in TABLE if row.kind == "cpor"}
    assert not reached & (statuses.BEFORE_CONSENT | {S.CONSENT_RECEIVED, S.CONSENT_DECLINED, S.CONSENT_EXPIRED})


def test_printed_life_cycle_is_up_to_date(capsys):
    """docs/lifecycle.md is made from the table; ``make check`` asks the same."""
    call_command("print_lifecycle", "--check")
    call_command("print_lifecycle")
    printed = capsys.readouterr().out
    for row in TABLE:
        assert f"| {row.number} | " in printed
    assert set(MEANING) == set(S)
    assert set(WHO) == set(Who)


def test_drawing_of_the_life_cycle_shows_every_status_and_every_way_of_the_table():
    """The picture on the page of statuses: no box over another, no arrow left out, all inside the frame."""
    assert set(lifecycle_picture.PLACES) == set(S)
    assert len(set(lifecycle_picture.PLACES.values())) == len(S)
    drawn = lifecycle_picture.picture()
    ways = {(source, row.target) for row in TABLE for source in row.sources if row.target and source != row.target}
    assert len(drawn.arrows) == len(ways)
    points = [(arrow.x1, arrow.y1) for arrow in drawn.arrows] + [(arrow.x2, arrow.y2) for arrow in drawn.arrows]
    assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in points)
    assert sum(arrow.by_clock for arrow in drawn.arrows) == len(
        {(source, row.target) for row in CLOCK_ROWS for source in row.sources}
        - {(source, row.target) for row in TABLE if row not in CLOCK_ROWS for source in row.sources}
    )
    assert [" ".join(words for words, _y in box.lines) for box in drawn.boxes] == [status.label for status in S]
