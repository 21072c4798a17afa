"""What the bell opens beside any page: what presses most, what is new, and putting it away (R-006, R-241)."""

import re
from datetime import timedelta
from html import unescape

import pytest

from claims.statuses import Status as S
from eligibility.models import PayeeProfile
from mci_portal.common.clock import database_now
from mci_portal.outbox.models import ActionMark, MailPreference, Seen
from tests.factories import claim_in
from tests.pages.htmx import headers

DAY = timedelta(days=1)
BELL = "/action-center/bell/"


@pytest.fixture
def waiting(cast):
    """Two claims to ask for consent, one of them soon too late, at a location that cannot be paid."""
    now = database_now()
    PayeeProfile.objects.filter(location=cast.redmond).delete()
    late = claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=now - 28 * DAY)
    return late, claim_in(S.CUSTOMER_CLAIMED, by=cast.ben, location=cast.redmond, now=now)


def opened(client, target: str = "dialogs", url: str = BELL) -> str:
    answer = client.get(url, headers=headers(target))
    assert answer.status_code == 200
    return answer.content.decode()


def titles(page: str) -> list[str]:
    return [unescape(re.sub(r"<.*", "", one)).strip() for one in re.findall(r"<h3[^>]*>(.*?)</h3>", page)]


def test_bell_opens_what_presses_most_then_what_helps_then_what_is_new(client, cast, waiting, about):
    for number in range(6):
        about("redmond", f"n{number}", subject=f"News {number}")
    client.force_login(cast.ana)
    page = opened(client)
    found = titles(page)
    assert found[:3] == ["Send customer consent email"] * 2 + ["Complete the payee profile of Redmond"]
    assert found[-4:] == [f"News {number}" for number in (5, 4, 3, 2)]
    assert 'Warning"/></svg>1 day left' in page
    assert page.index(str(waiting[0].number)) < page.index(str(waiting[1].number))
    # What must be done cannot be put away.
    assert page.count(">Dismiss</button>") == len(found) - 2
    assert not Seen.objects.exists()


def test_bell_shows_the_address_that_notifications_go_to(client, cast):
    MailPreference.objects.create(user=cast.ana, notification_email="team@contoso.example")
    client.force_login(cast.ana)
    assert "<b>team@contoso.example</b>" in opened(client)


def test_dismissed_item_leaves_the_panel_and_is_archived(client, cast, waiting, about):
    """The answer is the list that is left; no message waits for the next page."""
    news = about("redmond", "one", subject="Only news")
    client.force_login(cast.ana)
    key = f"location:{cast.redmond.pk}:payee_incomplete"
    for value, title in ((key, "Complete the payee profile of Redmond"), (str(news.pk), "Only news")):
        assert title in titles(opened(client))
        sent = {"one": value, "back": BELL}
        answer = client.post("/action-center/archive/", sent, headers=headers("bell-items"))
        assert answer.url == BELL
        left = opened(client, "bell-items", answer.url)
        assert left.lstrip().startswith('<div id="bell-items"')
        assert title not in titles(left)
        assert "archived" not in client.get("/action-center/").content.decode().split("</main>")[0].split("<main")[1]
    assert ActionMark.objects.get(key=key).archived_at is not None
    assert Seen.objects.get(message=news).archived_at is not None


def test_bell_shows_nothing_of_another_company_or_location(client, cast, waiting, about):
    """R-244."""
    about("redmond", "one", subject="About Redmond")
    for name in ("omar", "tom"):
        client.force_login(getattr(cast, name))
        found = titles(opened(client))
        assert "About Redmond" not in found
        assert "Send customer consent email" not in found


def test_bell_without_script_leads_to_the_action_center(client, cast):
    client.force_login(cast.ana)
    assert client.get(BELL).url == "/action-center/"
    page = client.get("/action-center/").content.decode()
    assert '<a class="shell-btn" href="/action-center/" hx-get="/action-center/bell/"' in page


def test_bell_asks_the_database_as_often_for_many_as_for_few(
    client, cast, waiting, about, django_assert_max_num_queries
):
    for number in range(30):
        about("redmond", f"n{number}")
    client.force_login(cast.ana)
    with django_assert_max_num_queries(16):
        opened(client)


def test_counter_says_how_many_must_be_done(client, cast, waiting):
    """For the script, which speaks when there are more than a minute ago."""
    client.force_login(cast.ana)
    assert 'data-mandatory="2"' in client.get("/action-center/count/").content.decode()
    client.force_login(cast.omar)
    assert 'data-mandatory="0"' in client.get("/action-center/count/").content.decode()
