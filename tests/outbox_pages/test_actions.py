"""What the Action Center lists to do, done and put away (R-027, R-240, R-241, R-244)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test.html import parse_html

from claims.models import Claim
from claims.queries import actions
from claims.reminders import remind
from claims.statuses import Status as S
from eligibility.models import PayeeProfile, Verdict
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import ActionMark, Seen
from tests.factories import CustomerFactory, EngagementFactory, Walk, claim_in
from tests.pages.htmx import content, headers, swapped

DAY = timedelta(days=1)
LIST, COMPLETED, ARCHIVED = "/action-center/", "/action-center/completed/", "/action-center/archived/"


def listed(client, address: str = LIST) -> list[tuple[str, str]]:
    """Title and type of each line."""
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    titles = re.findall(r'aria-label="Select: ([^"]*)"', page)
    kinds = re.findall(r"</svg>(Mandatory|Recommended|Transactional|Promotional)</span>", page)
    return list(zip(map(unescape, titles), kinds, strict=True))


def done(client) -> list[str]:
    page = client.get(COMPLETED).content.decode()
    return re.findall(r'role="row"><td role="cell"><a href="[^"]*">([^<]*)</a>', page)


def tabs(client) -> list[str]:
    page = client.get(LIST).content.decode()
    return re.findall(r"((?:Actions|Notifications) \([^)]*\))</a>", page)


ASK = ("Send customer consent email", "Mandatory")
COACH = ("See what is missing to earn more", "Recommended")
PAYEE = ("Complete the payee profile of Redmond", "Recommended")


@pytest.fixture
def waiting(cast) -> Claim:
    return claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=database_now() - 20 * DAY)


@pytest.fixture
def unpaid(cast, waiting) -> None:
    PayeeProfile.objects.filter(location=cast.redmond).delete()


def test_claims_with_a_deadline_come_first_and_recommended_ones_after_them(cast, client, waiting, unpaid):
    client.force_login(cast.ana)
    assert listed(client) == [ASK, PAYEE, COACH]
    page = client.get(LIST).content.decode()
    assert "9 days left" in page
    assert f'href="/incentives/claims/{waiting.number}/consent/"' in page
    assert tabs(client) == ["Actions (3)", "Notifications (1)"]


@pytest.mark.parametrize(
    ("who", "sees"),
    [("ana", [ASK, PAYEE, COACH]), ("ben", [ASK, PAYEE, COACH]), ("tom", []), ("omar", []), ("rita", []), ("olga", [])],
)
def test_actions_reach_users_by_role_and_location(cast, client, waiting, unpaid, who, sees):
    """R-244, R-007, R-008."""
    client.force_login(getattr(cast, who))
    assert listed(client, f"{LIST}?tab=actions") == sees
    part = client.get("/action-center/count/").content.decode()
    news = 1 if who in ("ana", "ben") else 0  # that the claim was created
    assert (f">{len(sees[:1]) + news}<" in part) is bool(sees)


def test_action_is_gone_with_the_state_that_asked_for_it(cast, client, waiting):
    client.force_login(cast.ben)
    assert listed(client) == [ASK]
    Walk(waiting, by=cast.actor("ben")).ask(database_now())
    assert listed(client) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?type=mandatory", [ASK]),
        ("?type=recommended", [PAYEE, COACH]),
        ("?type=mandatory&type=recommended", [ASK, PAYEE, COACH]),
        ("?workspace=payout", [PAYEE]),
        ("?workspace=incentives", [ASK, COACH]),
        ("?q=payee", [PAYEE]),
        ("?q=nothing-like-it", []),
    ],
)
def test_actions_are_filtered_and_searched(cast, client, waiting, unpaid, query, found):
    client.force_login(cast.ana)
    assert listed(client, LIST + query) == found


def test_search_finds_a_claim_by_number_and_customer(cast, client, waiting):
    other = claim_in(
        S.CUSTOMER_CLAIMED,
        by=cast.ben,
        location=cast.redmond,
        engagement=waiting.engagement,
        customer=CustomerFactory(name="Zava Retail"),
    )
    client.force_login(cast.ana)
    for q in (str(other.number), "zava"):
        page = client.get(LIST, {"q": q}).content.decode()
        assert (str(other.number) in page, f"{waiting.number}:" in page) == (True, False)


@pytest.mark.parametrize("query", ["?type=customer", "?workspace=all", "?read=maybe", "?sort=name", "?at=x"])
def test_what_the_page_does_not_offer_is_refused(ana, client, query):
    client.force_login(ana)
    assert client.get(LIST + query).status_code == 400


def test_read_action_stays_and_is_marked_for_this_reader_only(cast, client, waiting):
    client.force_login(cast.ana)
    key = f"claim:{waiting.number}:not_sent"
    assert (
        client.post("/action-center/read/", {"keys": [key], "back": "/action-center/?tab=actions"}).status_code == 302
    )
    assert listed(client) == [ASK]
    assert listed(client, f"{LIST}?read=no") == []
    client.force_login(cast.ben)
    assert listed(client, f"{LIST}?read=no") == [ASK]


def test_action_that_comes_again_is_unread_again(cast, client):
    """The second action request is another one than the first, which was read."""
    claim = claim_in(S.ACTION_REQUIRED, now=database_now() - 3 * DAY)
    client.force_login(cast.ana)
    key = f"claim:{claim.number}:action_required"
    ActionMark.objects.create(user=cast.ana, key=key, seen_at=database_now() - 30 * DAY)
    assert len(listed(client, f"{LIST}?read=no")) == 1
    client.post("/action-center/read/", {"keys": [key]})
    assert listed(client, f"{LIST}?read=no") == []


def test_recommended_action_is_archived_for_this_user_only_and_comes_back(cast, client, unpaid):
    key = f"location:{cast.redmond.pk}:payee_incomplete"
    client.force_login(cast.ana)
    client.post("/action-center/archive/", {"one": key})
    assert (listed(client), listed(client, ARCHIVED)) == ([ASK, COACH], [PAYEE])
    client.force_login(cast.ben)
    assert (listed(client), listed(client, ARCHIVED)) == ([ASK, PAYEE, COACH], [])
    client.force_login(cast.ana)
    client.post("/action-center/unarchive/", {"keys": [key], "back": ARCHIVED})
    assert (listed(client), listed(client, ARCHIVED)) == ([ASK, PAYEE, COACH], [])


def test_mandatory_action_cannot_be_archived_and_the_others_ticked_with_it_are(cast, client, waiting, unpaid):
    """R-241."""
    client.force_login(cast.ana)
    keys = [f"claim:{waiting.number}:not_sent", f"location:{cast.redmond.pk}:payee_incomplete"]
    answer = client.post("/action-center/archive/", {"keys": keys}, follow=True)
    page = answer.content.decode()
    assert "A mandatory action cannot be archived." in page
    assert "1 item is archived." in page
    assert listed(client) == [ASK, COACH]
    assert ActionMark.objects.filter(key=keys[0], archived_at__isnull=False).count() == 0


def test_somebody_elses_items_cannot_be_marked_or_archived(cast, client, waiting, unpaid, about):
    notice = about("redmond", "theirs")
    keys = [f"claim:{waiting.number}:not_sent", f"location:{cast.redmond.pk}:payee_incomplete", "coach"]
    client.force_login(cast.omar)
    for address in ("read", "archive", "unarchive"):
        assert client.post(f"/action-center/{address}/", {"keys": keys, "ids": [notice.pk]}).status_code == 302
    assert (ActionMark.objects.count(), Seen.objects.count()) == (0, 0)


@pytest.mark.parametrize("sent", [{"keys": "x"}, {"keys": "claim:١:x"}, {"one": "claim:1:x y"}, {"ids": "-1"}])
def test_what_is_no_item_is_refused(ana, client, sent):
    client.force_login(ana)
    assert client.post("/action-center/archive/", sent).status_code == 400


def test_notification_is_archived_for_this_user_only_and_comes_back_read(cast, client, about):
    notice = about("redmond", "news")
    line = ("Written news", "Transactional")
    client.force_login(cast.ana)
    client.post("/action-center/archive/", {"ids": [notice.pk], "back": "/action-center/?tab=notifications"})
    assert (listed(client, f"{LIST}?tab=notifications"), listed(client, ARCHIVED)) == ([], [line])
    client.force_login(cast.ben)
    assert listed(client, f"{LIST}?tab=notifications") == [line]
    client.force_login(cast.ana)
    client.post("/action-center/unarchive/", {"one": notice.pk})
    assert listed(client, f"{LIST}?tab=notifications") == [line]
    assert tabs(client) == ["Actions (0)", "Notifications (0)"]


def test_what_asks_is_listed_as_an_action_and_not_told_once_more(cast, client):
    claim = claim_in(S.ACTION_REQUIRED, location=cast.redmond, by=cast.ben, now=database_now() - DAY)
    client.force_login(cast.ben)
    titles = [title for title, _kind in listed(client, f"{LIST}?tab=notifications")]
    assert f"Please act on claim {claim.number} for {claim.customer.name}" not in titles
    assert listed(client) == [("Answer the reviewer and submit the claim again", "Mandatory")]


def test_completed_items_show_what_was_asked_for_once_it_is_done(cast, client):
    now = database_now()
    claim = claim_in(S.ACTION_REQUIRED, location=cast.redmond, by=cast.ben, now=now - DAY)
    client.force_login(cast.ben)
    assert done(client) == []
    walk = Walk(claim, by=cast.actor("ben"))
    walk.answer_issues(now)
    walk.submit(now)
    assert done(client) == [f"Please act on claim {claim.number} for {claim.customer.name}"]
    client.force_login(cast.tom)
    assert done(client) == []


def test_of_several_reminders_one_stands_for_the_deadline(cast, client, waiting):
    for days in (7, 3):
        remind(waiting.due_at - days * DAY)
    client.force_login(cast.ben)
    assert done(client) == []
    Walk(waiting, by=cast.actor("ben")).ask(database_now())
    assert done(client) == [f"Claim {waiting.number} for {waiting.customer.name} needs you before its deadline"]


def test_coach_is_one_recommended_line(cast, client):
    Verdict.objects.create(
        partner=cast.contoso,
        location=cast.redmond,
        engagement=EngagementFactory(),
        eligible=False,
        unmet=["Designation"],
        checked_at=database_now(),
    )
    client.force_login(cast.ana)
    assert listed(client) == [("See what is missing to earn more", "Recommended")]
    assert 'href="/incentives/eligibility-coach/"' in client.get(LIST).content.decode()


def test_actions_are_read_in_pages_and_recommended_ones_end_the_last(cast, client, waiting, unpaid):
    for _more in range(11):
        claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, engagement=waiting.engagement)
    client.force_login(cast.ana)
    first = client.get(f"{LIST}?per_page=10").content.decode()
    (following,) = re.findall(r'<a href="([^"]+)" rel="next"', first)
    assert listed(client, f"{LIST}?per_page=10") == [ASK] * 10
    assert listed(client, unescape(following)) == [ASK, ASK, PAYEE, COACH]
    # What htmx makes of the next page is the next page.
    answer = client.get(unescape(following), headers=headers("rows"))
    fresh = client.get(unescape(following)).content.decode()
    assert content(swapped(first, answer, "rows")) == content(parse_html(fresh))


def test_overview_takes_a_fixed_number_of_queries(cast, client, waiting, unpaid, django_assert_num_queries):
    """Session with user and roles, clock, locations, coach, marks, two numbers, claims."""
    client.force_login(cast.ana)
    with django_assert_num_queries(8):
        client.get(LIST)
    for _more in range(5):
        claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, engagement=waiting.engagement)
    with django_assert_num_queries(8):
        client.get(LIST)


@pytest.mark.parametrize(("address", "queries"), [(COMPLETED, 4), (ARCHIVED, 5)])
def test_other_pages_take_a_fixed_number_of_queries(
    cast, client, waiting, about, django_assert_num_queries, address, queries
):
    remind(waiting.due_at - 7 * DAY)
    Walk(waiting, by=cast.actor("ben")).ask(database_now())
    notice = about("redmond", "news", subject="x")
    client.force_login(cast.ana)
    client.post("/action-center/archive/", {"ids": [notice.pk]})
    with django_assert_num_queries(queries):
        client.get(address)


def test_bell_is_bounded(cast, waiting, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, engagement=waiting.engagement)
    assert actions.open_mandatory(cast.actor("ana"), database_now()) == 1
