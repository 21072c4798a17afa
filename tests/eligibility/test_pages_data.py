"""What pages get: the two marks, "n of m", the wizards' choices, the criteria panel."""

from datetime import timedelta

import pytest

from eligibility import queries
from eligibility.criteria import panel
from eligibility.refresh import refresh
from engagements.models import Invitation
from mci_portal.accounts.models import Partner
from tests.eligibility.cast import (
    MODERN_WORK,
    NOW,
    SECURITY,
    TODAY,
    asks_for,
    holds,
    location,
    markets,
    member,
    partner,
    payee,
    workshop,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Contoso with three locations as in the demo: paid, tax expired, not enrolled; and Fabrikam beside it."""
    markets()
    contoso, fabrikam = partner(), partner("Fabrikam", "5512002")
    engagement = workshop()
    asks_for(engagement, MODERN_WORK, SECURITY)
    holds(contoso, MODERN_WORK), holds(fabrikam, SECURITY)
    redmond, singapore = location(contoso), location(contoso, "Singapore", "SG")
    payee(redmond), payee(singapore, tax="expired"), payee(location(fabrikam, "Amsterdam", "NL"))
    location(contoso, "Toronto", "CA", enrolled="validating"), location(contoso, "Vancouver", "CA", enrolled=None)
    refresh(NOW)
    return contoso, engagement, redmond


def test_eligibility_page_shows_both_marks_of_each_location(world):
    """R-050, R-051: Singapore is eligible, but its tax profile has expired."""
    contoso, engagement, _ = world
    rows = queries.locations(engagement, member(contoso))
    assert [(row.location.name, row.eligible, row.payee_complete, row.earning, row.enrolment) for row in rows] == [
        ("Redmond", True, True, True, "Enrolled"),
        ("Singapore", True, False, False, "Enrolled"),
        ("Toronto", False, False, False, "Validating enrollment"),
    ]
    assert rows[2].unmet == ("Enrollment",)
    assert {row.checked_at for row in rows} == {NOW}


def test_eligibility_page_shows_a_member_of_one_location_that_one(world):
    """R-007, R-009."""
    contoso, engagement, redmond = world
    rows = queries.locations(engagement, member(contoso, "incentives_user", redmond, "Ben"))
    assert [(row.location, row.may_update) for row in rows] == [(redmond, False)]


def test_counts_are_earning_of_enrolled_locations(world):
    """R-026: "1 of 2"; Toronto is not enrolled and does not count."""
    contoso, engagement, redmond = world
    assert queries.counts(member(contoso)) == {engagement.pk: (1, 2)}
    assert queries.counts(member(contoso, "incentives_user", redmond, "Ben")) == {engagement.pk: (1, 1)}
    assert queries.counts(member(contoso, "account_admin", None, "Gil")) == {}


def test_counts_of_a_partner_that_meets_nothing_are_0_of_all(world):
    first_up = partner("First Up Consultants", "5512006")
    payee(location(first_up, "Sydney", "AU")), payee(location(first_up, "Auckland", "NZ"))
    refresh(NOW)
    assert queries.counts(member(first_up)) == {world[1].pk: (0, 2)}


def test_wizard_offers_enrolled_and_eligible_locations_and_says_why_not(world):
    """R-081, C-15."""
    contoso, engagement, _ = world
    choices = queries.offered_locations(engagement, member(contoso))
    assert [(choice.location.name, choice.selectable, choice.reason) for choice in choices] == [
        ("Redmond", True, ""),
        ("Singapore", True, ""),
        ("Toronto", False, "This location is not enrolled."),
        ("Vancouver", False, "This location is not enrolled."),
    ]


def test_wizard_names_the_criterion_a_location_lacks(world):
    contoso, engagement, redmond = world
    asks_for(engagement, "SAP", title="Specialization")
    refresh(NOW)
    choices = queries.offered_locations(engagement, member(contoso, place=redmond))
    assert [choice.reason for choice in choices] == ["This location does not meet the criterion “Specialization”."]


def test_wizard_does_not_offer_what_was_never_checked(world):
    contoso, _, redmond = world
    choices = queries.offered_locations(workshop("new"), member(contoso, place=redmond))
    assert [(one.selectable, one.reason) for one in choices] == [
        (False, "The eligibility of this location has not been checked yet.")
    ]


def test_lists_take_a_fixed_number_of_queries(world, django_assert_num_queries):
    contoso, engagement, _ = world
    for number in range(10):
        payee(location(contoso, f"L{number}"))
    refresh(NOW)
    ana = member(contoso)
    with django_assert_num_queries(2):
        assert len(queries.locations(engagement, ana)) == 13
    with django_assert_num_queries(2):
        assert len(queries.offered_locations(engagement, ana)) == 14
    with django_assert_num_queries(1):
        queries.counts(ana)


def test_last_update_is_that_of_the_lookers_partner(world):
    """R-053."""
    contoso, _, redmond = world
    refresh(NOW + timedelta(days=1), locations=[redmond.pk])
    fabrikam = member(Partner.objects.get(name="Fabrikam"), name="Omar")
    assert queries.last_update(member(contoso)) == NOW + timedelta(days=1)
    assert queries.last_update(fabrikam) == NOW
    assert queries.last_update() == NOW + timedelta(days=1)


def test_last_update_before_the_first_refresh_is_none():
    assert queries.last_update() is None


def test_panel_lists_unmet_criteria_first_with_what_is_held(world):
    """R-052."""
    contoso, engagement, _ = world
    asks_for(engagement, "SAP", "Analytics", title="Specialization", position=2, text="One is enough.")
    place = contoso.locations.get(name="Singapore")
    lines = panel(engagement, place, TODAY)
    assert [(line.title, line.met) for line in lines] == [
        ("Payee profile", False),
        ("Specialization", False),
        ("Enrollment", True),
        ("Market", True),
        ("Designation", True),
    ]
    assert (lines[1].text, lines[1].any_of, lines[1].held) == ("One is enough.", ("SAP", "Analytics"), frozenset())
    assert (lines[4].any_of, lines[4].held) == ((MODERN_WORK, SECURITY), frozenset({MODERN_WORK}))


def test_panel_says_which_enrolment_state_is_in_the_way(world):
    contoso, engagement, _ = world
    lines = panel(engagement, contoso.locations.get(name="Toronto"), TODAY)
    assert lines[0].text == "Enroll this location in the program. Status now: Validating enrollment."
    lines = panel(engagement, contoso.locations.get(name="Vancouver"), TODAY)
    assert lines[0].text == "Enroll this location in the program. Status now: Not enrolled."


def test_panel_names_the_market_that_is_not_served(world):
    contoso, _, _ = world
    lines = panel(workshop("us", {"A": 5000}), contoso.locations.get(name="Singapore"), TODAY)
    assert [(line.text, line.met) for line in lines if line.title == "Market"] == [
        ("It is not offered in market B.", False)
    ]


@pytest.mark.parametrize("invited", [True, False])
def test_panel_agrees_with_the_verdict_of_the_same_day(world, invited):
    """Every criterion but the payee profile: the page must not contradict the mark that opened it."""
    contoso, _, _ = world
    engagement = workshop("closed", {"A": 1, "B": None}, visibility="invitation")
    asks_for(engagement, "CSP", scope="location", title="Authorization")
    holds(contoso, "CSP", contoso.locations.get(name="Redmond"))
    if invited:
        Invitation.objects.create(engagement=engagement, partner=contoso)
    refresh(NOW)
    for row in queries.locations(engagement, member(contoso)):
        lacking = {line.title for line in panel(engagement, row.location, TODAY) if not line.met}
        assert lacking - {"Payee profile"} == set(row.unmet)


def test_panel_takes_a_fixed_number_of_queries(world, django_assert_num_queries):
    contoso, engagement, redmond = world
    for number in range(10):
        asks_for(engagement, f"c{number}", title=f"T{number}")
        holds(contoso, f"c{number}")
    with django_assert_num_queries(6):
        panel(engagement, redmond, TODAY)
