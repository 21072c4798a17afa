"""The Action Center's lists in the reader's order, and the bar that asks for his preferences (R-240, R-243)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test.html import parse_html

from claims.statuses import Status as S
from eligibility.models import PayeeProfile
from mci_portal.common.clock import database_now
from tests.factories import claim_in
from tests.pages.htmx import content, headers, swapped

DAY = timedelta(days=1)
LIST = "/action-center/"
ASK, ACT = "Send customer consent email", "Answer the reviewer and submit the claim again"
PAYEE, COACH = "Complete the payee profile of Redmond", "See what is missing to earn more"


def titles(client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    return [unescape(title) for title in re.findall(r'aria-label="Select: ([^"]*)"', answer.content.decode())]


@pytest.fixture
def waiting(cast):
    """Due in 9 days, in 29 and - longest ago - in 12; and two recommended ones, without a date."""
    now = database_now()
    claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=now - 20 * DAY)
    claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=now)
    claim_in(S.ACTION_REQUIRED, by=cast.ben, location=cast.redmond, now=now - 3 * DAY)
    PayeeProfile.objects.filter(location=cast.redmond).delete()


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("action", [ACT, PAYEE, COACH, ASK, ASK]),
        ("-action", [ASK, ASK, COACH, PAYEE, ACT]),
        ("-type", [COACH, PAYEE]),
        ("-workspace", [PAYEE]),
    ],
)
def test_actions_are_sorted_by_what_a_column_says(cast, client, waiting, sort, found):
    client.force_login(cast.ana)
    assert titles(client, f"{LIST}?sort={sort}")[: len(found)] == found


@pytest.mark.parametrize("sort", ["due", "-due", "created", "-created"])
def test_actions_without_a_date_stand_behind_those_with_one(cast, client, waiting, sort):
    client.force_login(cast.ana)
    assert set(titles(client, f"{LIST}?sort={sort}")[-2:]) == {PAYEE, COACH}


def test_dates_are_sorted_both_ways(cast, client, waiting):
    client.force_login(cast.ana)
    for sort in ("due", "created"):
        forwards, backwards = (titles(client, f"{LIST}?sort={sign}{sort}")[:3] for sign in ("", "-"))
        assert forwards == backwards[::-1]
    assert titles(client, f"{LIST}?sort=created")[:3] == [ASK, ACT, ASK]


@pytest.mark.parametrize("name", ["action", "type", "workspace", "created", "due"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_of_every_order_make_the_whole_list_there_and_back(cast, client, waiting, monkeypatch, name, sign):
    monkeypatch.setattr("mci_portal.common.paging.PER_PAGE", (2, 25))
    client.force_login(cast.ana)
    whole = titles(client, f"{LIST}?sort={sign}{name}")
    address, pages = f"{LIST}?sort={sign}{name}&per_page=2", []
    while address:
        drawn = client.get(address).content.decode()
        pages.append(titles(client, address))
        (address,) = re.findall(r'<a href="([^"]+)" rel="next"', drawn) or [""]
        address = unescape(address)
    assert [title for page in pages for title in page] == whole
    (back,) = re.findall(r'<a href="([^"]+)" rel="prev"', drawn)
    assert titles(client, unescape(back)) == pages[-2]


def test_head_names_the_order_and_swaps_as_a_reload_would(cast, client, waiting):
    client.force_login(cast.ana)
    plain = client.get(LIST).content.decode()
    assert len(re.findall(r'aria-sort="', plain)) == 1
    assert re.search(r'aria-sort="ascending"><a class="sort" href="[^"]*sort=-due"', plain)
    address = f"{LIST}?sort=-action"
    answer, fresh = client.get(address, headers=headers("rows")), client.get(address).content.decode()
    assert re.search(r'aria-sort="descending"><a class="sort" href="[^"]*sort=action"', fresh)
    assert content(swapped(plain, answer, "rows")) == content(parse_html(fresh))


def test_notifications_are_sorted_by_date_alone(cast, client, about):
    about("redmond", "first")
    about("redmond", "second")
    client.force_login(cast.ana)
    tab = f"{LIST}?tab=notifications"
    assert titles(client, tab) == ["Written second", "Written first"]
    assert titles(client, f"{tab}&sort=created") == ["Written first", "Written second"]
    assert client.get(f"{tab}&sort=action").status_code == 400


def test_bar_asks_for_preferences_until_it_is_closed_or_they_are_saved(cast, client):
    bar = "Enter your notification preferences"
    client.force_login(cast.ana)
    assert bar in client.get(LIST).content.decode()
    assert client.post("/action-center/hide-note/").status_code == 302
    assert bar not in client.get(LIST).content.decode()
    client.force_login(cast.ben)
    assert bar in client.get(LIST).content.decode()
    sent = {"job_title": "", "mail_language": "", "time_zone": "UTC", "digest": "", "digest_hour": "8"}
    assert client.post("/action-center/preferences/", sent).status_code == 302
    assert bar not in client.get(LIST).content.decode()
