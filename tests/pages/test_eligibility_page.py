"""The Eligibility page of an engagement and its criteria dialog (R-007, R-050 to R-055)."""

from datetime import UTC, date, datetime

import pytest
from django.test.html import parse_html

from eligibility import refresh
from eligibility.models import Credential, Enrolment, PayeeProfile
from engagements.models import Invitation, MarketCountry, PartnerCriterion
from mci_portal.common.clock import database_now
from tests.cast import place
from tests.factories import EngagementFactory, EnrolmentFactory, LocationFactory
from tests.pages.htmx import content, headers, swapped

URL = "/incentives/engagements/alpha/eligibility/"
LONG_AGO = date(2021, 7, 1)
CHECKED_AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def alpha(cast):
    """Redmond holds what is asked for, Toronto does not; Singapore is not enrolled any more."""
    engagement = EngagementFactory(name="Alpha Workshop", slug="alpha")
    for country, market in (("US", "A"), ("*", "B")):
        MarketCountry.objects.create(country=country, market=market, valid_from=LONG_AGO)
    any_of = ["Solutions Partner for Security", "Gold Security"]
    PartnerCriterion.objects.create(engagement=engagement, title="Designation", any_of=any_of, scope="location")
    Credential.objects.create(partner=cast.contoso, location=cast.redmond, name="Gold Security", valid_from=LONG_AGO)
    Enrolment.objects.filter(location=cast.singapore).update(status="inactive")
    refresh.refresh(CHECKED_AT)
    return engagement


@pytest.fixture
def as_ana(client, cast):
    client.force_login(cast.ana)
    return client


def rows(answer) -> list[tuple]:
    return [(row["name"], row["eligible"], row["unmet"], row["payee"]) for row in answer.context["rows"]]


def test_page_shows_both_marks_of_each_location(as_ana, alpha, cast):
    """R-050, R-051"""
    PayeeProfile.objects.filter(location=cast.toronto).update(bank_status="pending")
    assert rows(as_ana.get(URL)) == [
        ("Redmond", True, "", "Complete"),
        ("Singapore", False, "Enrollment, Designation", "Complete"),
        ("Toronto", False, "Designation", "Pending Microsoft validation"),
    ]


def test_location_outside_the_program_is_not_listed(as_ana, alpha, cast):
    EnrolmentFactory(location=LocationFactory(partner=cast.contoso, name="Berlin"), status="invited")
    LocationFactory(partner=cast.contoso, name="Oslo")
    answer = as_ana.get(URL)
    assert [row["name"] for row in answer.context["rows"]] == ["Berlin", "Redmond", "Singapore", "Toronto"]
    assert "Invited" in answer.content.decode()


@pytest.mark.parametrize(("who", "names"), [("ben", ["Redmond"]), ("tom", ["Toronto"]), ("omar", ["Amsterdam"])])
def test_member_sees_his_locations_only_and_whom_to_ask(client, alpha, cast, who, names):
    """R-007, R-008"""
    client.force_login(getattr(cast, who))
    answer = client.get(URL)
    assert [row["name"] for row in answer.context["rows"]] == names
    assert '<a href="/admins/">Find your admins</a>' in answer.content.decode()


@pytest.mark.parametrize(
    ("bank", "tax", "for_admin"),
    [
        ("approved", "approved", "View"),
        ("missing", "approved", "Update bank profile"),
        ("expired", "missing", "Update bank profile"),
        ("pending", "approved", "View"),
        ("approved", "missing", "Update tax profile"),
        ("approved", "expired", "Update tax profile"),
        ("approved", "pending", "View"),
    ],
)
def test_payee_link_says_what_an_admin_does_there(client, alpha, cast, bank, tax, for_admin):
    """R-054: others see who can"""
    PayeeProfile.objects.filter(location=cast.redmond).update(bank_status=bank, tax_status=tax)
    shown = {}
    for who in ("ana", "ben"):
        client.force_login(getattr(cast, who))
        row = client.get(URL).context["rows"][0]
        shown[who] = (row["payee_action"], row["payee_url"])
    address = "/incentives/payout-and-tax/6612001/"
    assert shown == {"ana": (for_admin, address), "ben": ("See who can update it", address)}


def test_location_without_a_profile_asks_for_one(as_ana, alpha):
    PayeeProfile.objects.all().delete()
    row = as_ana.get(URL).context["rows"][0]
    assert (row["payee"], row["payee_action"], row["payee_complete"]) == (
        "Action required",
        "Update bank profile",
        False,
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=eligible", ["Redmond"]),
        ("status=not-eligible", ["Singapore", "Toronto"]),
        ("status=eligible&status=not-eligible", ["Redmond", "Singapore", "Toronto"]),
        ("q=tor", ["Toronto"]),
        ("q=6612003", ["Singapore"]),
        ("q=nowhere", []),
    ],
)
def test_filters_and_search_narrow_the_locations(as_ana, alpha, query, expected):
    assert [row["name"] for row in as_ana.get(f"{URL}?{query}").context["rows"]] == expected


def test_location_filter_offers_only_own_locations(as_ana, alpha, cast):
    assert [row["name"] for row in as_ana.get(f"{URL}?location={cast.toronto.pk}").context["rows"]] == ["Toronto"]
    assert as_ana.get(f"{URL}?location={cast.amsterdam.pk}").status_code == 400
    assert as_ana.get(f"{URL}?status=maybe").status_code == 400


def test_searched_rows_equal_a_reload(as_ana, alpha):
    before = as_ana.get(URL).content.decode()
    part = as_ana.get(f"{URL}?q=tor", headers=headers("rows", URL))
    reload = as_ana.get(f"{URL}?q=tor").content.decode()
    reload = reload.replace('type="search" name="q" value="tor"', 'type="search" name="q" value=""')
    assert content(swapped(before, part, "rows")) == content(parse_html(reload))


def test_page_of_an_engagement_by_invitation_is_not_found(client, alpha, cast):
    """R-031"""
    type(alpha).objects.update(visibility="invitation")
    Invitation.objects.create(engagement=alpha, partner=cast.fabrikam)
    client.force_login(cast.ana)
    assert client.get(URL).status_code == 404
    assert client.get(f"{URL}{cast.redmond.pk}/").status_code == 404


def test_footer_says_when_in_utc(as_ana, alpha, cast):
    """R-053: whatever the reader's own time zone"""
    type(cast.ana).objects.filter(pk=cast.ana.pk).update(time_zone="Asia/Tokyo")
    for address in (URL, f"{URL}{cast.toronto.pk}/"):
        html = " ".join(as_ana.get(address).content.decode().split())
        assert (
            'Eligibility status is updated daily. Last update: <time datetime="2026-03-04T05:06:00+00:00">'
            "March 4, 2026, 05:06 UTC</time>" in html
        )


def test_criteria_list_what_is_unmet_first_and_every_alternative(as_ana, alpha, cast):
    """R-052"""
    answer = as_ana.get(f"{URL}{cast.toronto.pk}/")
    assert [(line.title, line.met) for line in answer.context["lines"]] == [
        ("Designation", False),
        ("Enrollment", True),
        ("Market", True),
        ("Payee profile", True),
    ]
    html = answer.content.decode()
    assert "<li>Solutions Partner for Security</li><li>Gold Security</li>" in html
    assert (html.count('aria-label="Not met"'), html.count('aria-label="Met"')) == (1, 3)


def test_criteria_mark_what_is_held(as_ana, alpha, cast):
    html = as_ana.get(f"{URL}{cast.redmond.pk}/").content.decode()
    assert html.count("held</span>") == 1
    assert "this location meets everything below." in html


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"tax_status": "expired"}, "Bank profile now: Approved. Tax profile now: Action required – expired."),
        (None, "Bank profile now: Action required. Tax profile now: Action required."),
    ],
)
def test_criteria_say_what_an_incomplete_payee_profile_lacks(as_ana, alpha, cast, states, words):
    """R-052, R-055: an open circle never stands beside "are approved"."""
    profile = PayeeProfile.objects.filter(location=cast.redmond)
    if states is None:
        profile.delete()
    else:
        profile.update(**states)
    (line,) = (line for line in as_ana.get(f"{URL}{cast.redmond.pk}/").context["lines"] if not line.met)
    assert (line.title, line.text) == ("Payee profile", f"Both have to be approved. {words}")


def test_criteria_open_as_a_dialog_by_htmx_and_as_a_page_without(as_ana, alpha, cast):
    """ui-spec 5.7: the same content"""
    address = f"{URL}{cast.toronto.pk}/"
    part = as_ana.get(address, headers=headers("dialogs", URL)).content.decode()
    assert part.startswith('<div id="dialogs"><dialog class="dialog" id="criteria" data-open')
    assert 'command="close">Close</button>' in part
    page = as_ana.get(address).content.decode()
    assert "<h1><b>Eligibility requirements</b> | Alpha Workshop</h1>" in page
    criteria = part[part.index('<ul class="criteria') : part.index('<p class="muted mt">')]
    assert criteria in page


def test_criteria_of_another_location(client, alpha, cast):
    """R-008: own company 403, another company 404, no location 404"""
    client.force_login(cast.ben)
    found = [client.get(f"{URL}{pk}/").status_code for pk in (cast.redmond.pk, cast.toronto.pk, cast.amsterdam.pk, 0)]
    assert found == [200, 403, 404, 404]


@pytest.mark.parametrize("locations", [1, 20])
def test_page_costs_a_fixed_number_of_queries(client, cast, alpha, django_assert_num_queries, locations):
    for _number in range(locations):
        EnrolmentFactory(location=LocationFactory(partner=place("redmond").partner))
    refresh.refresh(database_now())
    client.force_login(cast.ana)
    client.get(URL)
    with django_assert_num_queries(4):  # session with user and roles, engagement, verdicts, locations
        client.get(URL)
