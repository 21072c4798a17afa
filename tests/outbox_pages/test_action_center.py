"""Who is told what in the portal, and what he has read (R-006, R-007, R-008, R-244)."""

import re
from html import unescape

import pytest

from mci_portal.accounts.models import Role
from mci_portal.outbox import notices
from mci_portal.outbox.models import Seen
from tests.factories import claim_in
from tests.rows import MembershipFactory, UserFactory

LIST = "/action-center/?tab=notifications"


@pytest.fixture
def told(about, tell):
    """One notice for everybody it could be about."""
    about("redmond", "redmond")
    about("toronto", "toronto")
    about("amsterdam", "amsterdam")
    about(None, "all of contoso")
    about("redmond", "pointless", status="void")
    tell("customers", audience="customer", to_email="carla@customer.example")
    tell("reviewers", audience="reviewer", topic="claim:1000002")


def listed(client) -> list[str]:
    return re.findall(r"<b>Written ([^<]*)</b>", client.get(LIST).content.decode())


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("ana", ["all of contoso", "toronto", "redmond"]),
        ("ben", ["redmond"]),
        ("tom", ["toronto"]),
        ("omar", ["amsterdam"]),
        ("rita", ["reviewers"]),
        ("lena", ["reviewers"]),
        ("olga", []),
    ],
)
def test_action_center_shows_each_his_own_newest_first(cast, told, client, who, sees):
    client.force_login(getattr(cast, who))
    assert listed(client) == sees
    assert notices.unread_count(cast.actor(who)) == len(sees)


def test_member_without_incentives_role_is_told_nothing(cast, told, client):
    gina = UserFactory()
    MembershipFactory(user=gina, partner=cast.contoso, role=Role.GLOBAL_ADMIN)
    client.force_login(gina)
    assert listed(client) == []


@pytest.mark.parametrize(("who", "link"), [("ana", "/incentives/claims/1000001/"), ("rita", "/review/1000002/")])
def test_notice_leads_to_the_readers_own_view_of_the_claim(cast, told, client, who, link):
    client.force_login(getattr(cast, who))
    assert f'href="{link}"' in client.get(LIST).content.decode()


def test_subject_as_sent_is_shown_before_any_other(cast, about, client):
    about("redmond", "x", subject="As sent <b>")
    client.force_login(cast.ana)
    assert "As sent &lt;b&gt;" in client.get(LIST).content.decode()


@pytest.mark.parametrize("kind", ["X02", "X03", "unheard of"])
def test_notice_that_cannot_be_written_costs_its_own_line_only(cast, about, client, kind):
    about("redmond", "good")
    about("redmond", "bad", kind=kind)
    client.force_login(cast.ana)
    page = client.get(LIST)
    assert ["News about claim 1000001" in page.content.decode(), page.status_code] == [True, 200]
    assert listed(client) == ["good"]


def test_marked_notice_is_read_for_this_reader_only(cast, told, about, client):
    notice = about("redmond", "one more")
    client.force_login(cast.ana)
    answer = client.post("/action-center/read/", {"ids": [notice.pk], "back": "/action-center/?per_page=10"})
    assert (answer.status_code, answer["Location"]) == (302, "/action-center/?per_page=10")
    assert listed(client) == ["all of contoso", "toronto", "redmond"]
    assert (notices.unread_count(cast.actor("ana")), notices.unread_count(cast.actor("ben"))) == (3, 2)


def test_marking_twice_changes_nothing_more(cast, about, client):
    notice = about("redmond", "x")
    client.force_login(cast.ana)
    for _twice in range(2):
        assert client.post("/action-center/read/", {"ids": [notice.pk]}).status_code == 302
    assert Seen.objects.count() == 1


def test_all_unread_are_marked_at_once(cast, told, client):
    client.force_login(cast.ana)
    client.post("/action-center/read/", {"all": "1"})
    assert (listed(client), notices.unread_count(cast.actor("ana"))) == ([], 0)


def test_somebody_elses_notice_cannot_be_marked(cast, told, about, client):
    foreign = about("amsterdam", "foreign")
    client.force_login(cast.ana)
    answer = client.post("/action-center/read/", {"ids": [foreign.pk, 999_999_999]})
    assert (answer.status_code, Seen.objects.count()) == (302, 0)


@pytest.mark.parametrize("ids", ["x", "-1", "1.5", "9" * 30, "١"])
def test_what_is_no_notice_is_refused(ana, client, ids):
    client.force_login(ana)
    assert client.post("/action-center/read/", {"ids": ids}).status_code == 400


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/account/", "/action-center/\\..//x\n"])
def test_marking_never_leads_off_the_list(ana, client, back):
    client.force_login(ana)
    answer = client.post("/action-center/read/", {"all": "1", "back": back})
    assert answer["Location"] == "/action-center/"


def test_list_is_read_in_pages(cast, about, client):
    for number in range(27):
        about("redmond", f"n{number:02}")
    client.force_login(cast.ana)
    first = client.get(LIST).content.decode()
    (following,) = re.findall(r'<a href="([^"]+)" rel="next"', first)
    second = client.get(unescape(following)).content.decode()
    assert [len(re.findall("<b>Written n", page)) for page in (first, second)] == [25, 2]
    assert "Written n26" in first
    assert "Written n00" in second
    assert re.findall('rel="next"', second) == []
    assert len(re.findall('rel="prev"', second)) == 1


@pytest.mark.parametrize("many", [1, 25])
def test_list_of_written_notices_takes_a_fixed_number_of_queries(cast, about, client, django_assert_num_queries, many):
    """Session with user and roles, clock, what locations have to do and the coach, both tabs' numbers, notices."""
    for number in range(many):
        about("redmond", f"n{number}", subject="x")
    client.force_login(cast.ana)
    with django_assert_num_queries(7):
        client.get(LIST)


def test_notices_without_subject_take_one_more_query_for_all_their_claims(rita, client, django_assert_num_queries):
    """Session with user, clock, unread, notices, claims. N41 is never mailed, so nothing stored its words."""
    client.force_login(rita)
    claims = [claim_in("submitted")]
    with django_assert_num_queries(5):
        one = client.get(LIST).content.decode()
    claims += [claim_in("submitted"), claim_in("submitted")]
    with django_assert_num_queries(5):
        three = client.get(LIST).content.decode()
    titles = [f"Claim {claim.number} waits for a reviewer" for claim in claims]
    assert [title in one for title in titles] == [True, False, False]
    assert [title in three for title in titles] == [True, True, True]


@pytest.mark.parametrize(("unread", "shown"), [(0, ""), (1, ">1<"), (99, ">99<"), (101, ">99+<")])
def test_bell_counts_up_to_99(cast, about, client, django_assert_num_queries, unread, shown):
    """R-006. Session with user and roles, unread; while the number is not known to be large also clock and actions."""
    for number in range(unread):
        about("redmond", f"n{number}")
    client.force_login(cast.ana)
    with django_assert_num_queries(4 if unread < 100 else 2):
        part = client.get("/action-center/count/").content.decode()
    assert (shown in part, "<html" in part) == (True, False)
    assert ('class="count"' in part) is bool(unread)


def test_htmx_gets_the_rows_alone(cast, told, client):
    client.force_login(cast.ana)
    part = client.get(LIST, headers={"HX-Request": "true", "HX-Target": "rows"}).content.decode()
    assert part.lstrip().startswith('<div id="rows" ')
