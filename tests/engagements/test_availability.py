"""R-025, R-034."""

from datetime import date

import pytest

from engagements.availability import availability
from engagements.models import Engagement


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2021, 6, 30), "upcoming"),
        (date(2021, 7, 1), "active"),
        (date(2022, 12, 31), "active"),
        (date(2023, 1, 1), "expired"),
    ],
)
@pytest.mark.parametrize("column", ["last_claim_on", "ends_on"])
def test_engagement_is_active_from_its_first_to_its_last_day(today, expected, column):
    engagement = Engagement(starts_on=date(2021, 7, 1), **{column: date(2022, 12, 31)})
    assert availability(engagement, today) == expected


def test_engagement_without_an_end_stays_active():
    assert availability(Engagement(starts_on=date(2021, 7, 1)), date(2099, 1, 1)) == "active"


def test_earlier_of_two_ends_counts():
    engagement = Engagement(starts_on=date(2021, 7, 1), ends_on=date(2023, 6, 30), last_claim_on=date(2022, 12, 31))
    assert availability(engagement, date(2023, 1, 1)) == "expired"
