"""The engagements list: who sees what, in which order, and what the address may ask for (R-020 to R-034, C-05)."""

import re
from datetime import date

import pytest
from django.test.html import parse_html
from django.utils.html import escape

from engagements.models import Area, EngagementName, Invitation
from mci_portal.accounts.models import Location, User
from tests.cast import place
from tests.factories import EngagementFactory, EnrolmentFactory, LocationFactory, allow
from tests.pages.htmx import content, headers, swapped
from tests.rows import PASSWORD

URL = "/incentives/engagements/"
FIRST, LAST_YEAR, NEXT_CENTURY = date(2021, 7, 1), date(2021, 12, 31), date(2126, 1, 1)


def names(answer) -> list[str]:
    return [row["name"] for row in answer.context["rows"]]


def refused(location: Location, engagement, *unmet: str):
    verdict = allow(location, engagement)
    verdict.eligible, verdict.unmet = False, list(unmet)
    verdict.save()


@pytest.fixture
def offers(cast):
    """Two engagements that Redmond earns on, one that it does not, one of another area."""
    alpha = EngagementFactory(name="Alpha Workshop", slug="alpha")
    beta = EngagementFactory(name="Beta Workshop", slug="beta", role="transact", type=None)
    gamma = EngagementFactory(name="Gamma Workshop", slug="gamma")
    azure = EngagementFactory(name="Cloud Assessment", slug="cloud", area=Area.AZURE)
    for one in (alpha, beta, azure):
        allow(cast.redmond, one)
    refused(cast.redmond, gamma, "Designation")
    refused(cast.toronto, gamma, "Designation", "Agreement")
    return {"alpha": alpha, "beta": beta, "gamma": gamma, "azure": azure}


@pytest.fixture
def as_ana(client, cast):
    client.force_login(cast.ana)
    return client


def test_list_shows_the_eligible_engagements_of_the_first_area_by_name(as_ana, offers):
    """R-020, R-029, R-032"""
    assert names(as_ana.get(URL)) == ["Alpha Workshop", "Beta Workshop"]


def test_all_engagements_add_those_without_an_eligible_location_and_what_they_miss(as_ana, offers):
    """C-05"""
    answer = as_ana.get(f"{URL}?view=all")
    assert names(answer) == ["Alpha Workshop", "Beta Workshop", "Gamma Workshop"]
    assert [(row["ratio"], row["lacking"]) for row in answer.context["rows"]] == [
        ("1 of 1", ""),
        ("1 of 1", ""),
        ("0 of 2", "Designation"),
    ]


def test_list_of_another_area(as_ana, offers):
    assert names(as_ana.get(f"{URL}?area=azure")) == ["Cloud Assessment"]


def test_tabs_name_the_areas_and_what_needs_attention(as_ana, offers):
    """R-027; R-035: nothing to do yet"""
    labels = [str(tab["label"]) for tab in as_ana.get(URL).context["tabs"]]
    assert labels == ["Modern Work And Security", "Azure", "Business Applications", "Attention required (0)"]


def test_member_of_one_location_sees_only_what_it_is_eligible_for(client, cast, offers):
    """R-007, R-008"""
    client.force_login(cast.tom)
    assert names(client.get(URL)) == []
    assert [row["ratio"] for row in client.get(f"{URL}?view=all").context["rows"]] == ["0 of 0", "0 of 0", "0 of 1"]


def test_outsider_sees_nothing_of_another_company(client, cast, offers):
    """T: Fabrikam has no verdict of its own here"""
    client.force_login(cast.omar)
    assert names(client.get(URL)) == []
    assert {row["ratio"] for row in client.get(f"{URL}?view=all").context["rows"]} == {"0 of 0"}


@pytest.mark.parametrize("address", [URL, f"{URL}?view=all", f"{URL}?view=all&q=secret"])
def test_invitation_only_engagement_is_never_shown_to_others(client, cast, address):
    """R-031"""
    secret = EngagementFactory(name="Secret Workshop", slug="secret", visibility="invitation")
    Invitation.objects.create(engagement=secret, partner=cast.contoso)
    allow(cast.redmond, secret)
    client.force_login(cast.omar)
    assert names(client.get(address)) == []
    assert client.get(f"{URL}secret/").status_code == 404
    client.force_login(cast.ana)
    assert names(client.get(address)) == ["Secret Workshop"]


def test_partners_columns_are_those_of_the_guides_together(as_ana, offers):
    """R-022, R-023, R-024, C-03"""
    heads = re.findall(r'<a class="sort"[^>]*>([^<]+)', as_ana.get(URL).content.decode())
    assert heads == ["Name", "Partner role", "Eligibility", "Status", "Active customers", "Eligible customers"]


@pytest.mark.parametrize("who", ["rita", "olga"])
def test_microsoft_sees_every_engagement_without_a_partners_columns(client, cast, offers, who):
    EngagementFactory(name="Secret Workshop", visibility="invitation")
    client.force_login(getattr(cast, who))
    answer = client.get(URL)
    assert names(answer) == ["Alpha Workshop", "Beta Workshop", "Gamma Workshop", "Secret Workshop"]
    heads = re.findall(r'<a class="sort"[^>]*>([^<]+)', answer.content.decode())
    assert heads == ["Name", "Partner role", "Status"]
    assert "Attention required" not in answer.content.decode()


def test_user_without_incentives_role_is_told_whom_to_ask(client, cast):
    """R-001"""
    client.force_login(User.objects.create_user("guest@contoso.example", PASSWORD, name="Guest"))
    assert client.get(URL).status_code == 403


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", "alpha beta gamma"),
        ("-name", "gamma beta alpha"),
        ("role", "alpha gamma beta"),
        ("-role", "beta alpha gamma"),
        ("eligibility", "gamma alpha beta"),
        ("-eligibility", "alpha beta gamma"),
        ("status", "alpha beta gamma"),
        ("active", "alpha beta gamma"),
        ("-eligible", "alpha beta gamma"),
    ],
)
def test_list_sorts_by_each_column_and_then_by_name(as_ana, offers, sort, expected):
    """R-032"""
    rows = as_ana.get(f"{URL}?view=all&sort={sort}").context["rows"]
    assert [row["name"].split()[0].lower() for row in rows] == expected.split()


def test_status_sorts_upcoming_before_active_before_expired(as_ana, cast):
    """R-025"""
    EngagementFactory(name="A active")
    EngagementFactory(name="B expired", last_claim_on=LAST_YEAR)
    EngagementFactory(name="C upcoming", starts_on=NEXT_CENTURY)
    rows = as_ana.get(f"{URL}?view=all&sort=status").context["rows"]
    assert [str(row["status"]) for row in rows] == ["Upcoming", "Active", "Expired"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=gamma", ["Gamma Workshop"]),
        ("q=WORKSHOP&role=transact", ["Beta Workshop"]),
        ("q=former+glory", ["Alpha Workshop"]),
        ("status=active", ["Alpha Workshop", "Beta Workshop", "Gamma Workshop"]),
        ("status=upcoming&status=expired", []),
        ("q=100%25", []),
    ],
)
def test_search_and_filters_narrow_the_list(as_ana, offers, query, expected):
    """R-021, R-032, R-033"""
    EngagementName.objects.create(engagement=offers["alpha"], name="Former Glory Workshop")
    assert names(as_ana.get(f"{URL}?view=all&{query}")) == expected


def test_two_roles_may_be_chosen(as_ana, offers):
    """R-021; needs "role" in settings.MULTI_VALUED_PARAMETERS"""
    answer = as_ana.get(f"{URL}?view=all&role=transact&role=build_intent")
    assert names(answer) == ["Alpha Workshop", "Beta Workshop", "Gamma Workshop"]


def test_location_filter_narrows_the_counts(as_ana, cast, offers):
    """R-021: of Gamma's two locations one is asked for; on Alpha Toronto has no verdict"""
    answer = as_ana.get(f"{URL}?view=all&location={cast.toronto.pk}")
    assert [row["ratio"] for row in answer.context["rows"]] == ["0 of 0", "0 of 0", "0 of 1"]


def test_location_that_is_not_enrolled_does_not_count(as_ana, cast, offers):
    """R-026: earning of enrolled locations"""
    extra = LocationFactory(partner=cast.contoso)
    EnrolmentFactory(location=extra, status="validating")
    allow(extra, offers["alpha"])
    assert as_ana.get(URL).context["rows"][0]["ratio"] == "1 of 1"


def test_location_without_payee_profile_is_eligible_but_does_not_earn(as_ana, cast, offers):
    """R-051: both marks; R-029: the engagement stays on the list"""
    cast.redmond.payee.delete()
    row = as_ana.get(URL).context["rows"][0]
    assert (row["name"], row["ratio"], row["lacking"]) == ("Alpha Workshop", "0 of 1", "Payee profile")


def test_foreign_location_is_not_offered_by_the_filter(as_ana, cast):
    assert as_ana.get(f"{URL}?location={cast.amsterdam.pk}").status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "area=nowhere",
        "view=theirs",
        "tab=other",
        "sort=amount",
        "sort=--name",
        "status=closed",
        "role=owner",
        "location=x",
        "location=0",
        "tab=attention&sort=name",
        "tab=attention&at=forged",
    ],
)
def test_value_that_the_page_does_not_offer_is_refused(as_ana, query):
    """A04"""
    assert as_ana.get(f"{URL}?{query}").status_code == 400


def test_marks_have_names(as_ana, offers):
    """ui-spec 6.2: "Eligible" and "Not eligible\""""
    html = as_ana.get(f"{URL}?view=all").content.decode()
    assert (html.count('aria-label="Eligible"'), html.count('aria-label="Not eligible"')) == (2, 1)


def test_counts_of_nothing_are_plain_dashes(as_ana, offers):
    """R-024: no link where there is nothing behind it"""
    html = as_ana.get(URL).content.decode()
    assert html.count('data-l="Active customers">-</td>') == 2
    assert "/customers/" not in html


def test_nothing_eligible_names_whom_to_ask_and_leads_to_all_engagements(as_ana, cast):
    """R-029, R-030"""
    html = as_ana.get(URL).content.decode()
    assert "None of your locations is eligible for an engagement of this solution area." in html
    assert "partner development manager" in html
    assert f'<a class="btn" href="{escape(URL)}?area=modern-work-and-security&amp;view=all">All engagements</a>' in html


def test_nothing_found_offers_to_clear(as_ana, offers):
    html = as_ana.get(f"{URL}?q=zzz").content.decode()
    assert "No engagement matches." in html
    assert "Clear all" in html


def test_note_is_shown_until_its_user_closes_it(as_ana, cast, client):
    """R-004"""
    assert "MCI Opportunities is now MCI Engagements" in as_ana.get(URL).content.decode()
    for _twice in range(2):
        answer = as_ana.post(f"{URL}hide-note/?area=azure")
        assert (answer.status_code, answer["Location"]) == (302, f"{URL}?area=azure")
    assert User.objects.get(pk=cast.ana.pk).hidden_notes == ["engagements-renamed"]
    assert "MCI Opportunities is now MCI Engagements" not in as_ana.get(URL).content.decode()
    client.force_login(cast.ben)
    assert "MCI Opportunities is now MCI Engagements" in client.get(URL).content.decode()


def test_note_is_not_closed_by_looking(as_ana):
    assert as_ana.get(f"{URL}hide-note/").status_code == 405


@pytest.mark.parametrize("query", ["view=all&q=gamma", "q=alpha&sort=-name", "view=all&q=zzz"])
def test_searched_rows_equal_a_reload(as_ana, offers, query):
    """What htmx swaps in is what a fresh load shows, but for the text in the search box itself."""
    start = re.sub(r"q=\w+&?", "", query)
    before = as_ana.get(f"{URL}?{start}").content.decode()
    part = as_ana.get(f"{URL}?{query}", headers=headers("rows", URL))
    reload = re.sub(r'(<input class="q"[^>]*value=")[^"]*', r"\1", as_ana.get(f"{URL}?{query}").content.decode())
    # The address of the note carries the list along and stays outside the swapped part.
    after = swapped(before, part, "rows")
    assert [line for line in content(after) if "hide-note" not in line] == [
        line for line in content(parse_html(reload)) if "hide-note" not in line
    ]


@pytest.mark.parametrize("engagements", [1, 10, 100])
def test_list_costs_a_fixed_number_of_queries(as_ana, cast, django_assert_num_queries, engagements):
    """performance.md section 4: one statement for all rows and counts"""
    for number in range(engagements):
        allow(place("redmond"), EngagementFactory(name=f"Workshop {number:03}"))
    as_ana.get(URL)
    with django_assert_num_queries(QUERIES) as captured:
        answer = as_ana.get(URL)
    assert len(answer.context["rows"]) == engagements
    assert sum("engagements_engagement" in query["sql"] for query in captured.captured_queries) == 1


QUERIES = 5  # session with user and roles, clock, locations, rows, attention
