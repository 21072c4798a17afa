"""The reviewers' queue: who may look, what waits where, in which order, and who takes a claim (R-190, R-195)."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext

from claims.models import Claim
from claims.models.claim import REVIEW_BY
from claims.queries import review as queries
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.common.clock import database_now
from tests.factories import CustomerFactory, EngagementFactory, MembershipFactory, claim_in
from tests.pages.htmx import content, headers, swapped

pytestmark = pytest.mark.django_db
URL = "/review/"
DAY = timedelta(days=1)


@pytest.fixture
def signed_in(client, rita):
    client.force_login(rita)
    return client


def numbers(answer) -> list[int]:
    assert answer.status_code == 200, answer.content.decode()
    return [int(found) for found in re.findall(r'<a id="c(\d+)"', answer.content.decode())]


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def do(claim: Claim, action: str) -> str:
    return f"/incentives/claims/{claim.number}/do/{action}/"


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [("rita", 200), ("ravi", 200), ("lena", 200), ("olga", 200), ("ana", 403), ("ben", 403), ("omar", 403)],
)
def test_queue_is_for_microsoft_people_only(client, cast, name, status):
    """Reliability section 6; an operator reads along."""
    client.force_login(getattr(cast, name))
    assert client.get(URL).status_code == status


def test_queue_without_an_account_leads_to_sign_in(client, db):
    assert client.get(URL).url == "/sign-in/?next=/review/"


def test_operator_reads_and_gets_no_start_review(client, cast):
    claim_in(S.SUBMITTED)
    client.force_login(cast.olga)
    page = text(client.get(URL)).split("Action")[-1]
    assert "Open" in page
    assert "Start review" not in page


# --- what stands where ----------------------------------------------------------------------------------------------


@pytest.fixture
def work(cast) -> dict[str, Claim]:
    return {
        "new": claim_in(S.SUBMITTED),
        "mine": claim_in(S.UNDER_REVIEW, reviewer=cast.rita),
        "his": claim_in(S.UNDER_REVIEW, reviewer=cast.ravi),
        "asked": claim_in(S.ACTION_REQUIRED),
        "again": claim_in(S.SUBMITTED, round=2),
        "paid": claim_in(S.APPROVED),
        "lost": claim_in(S.REJECTED),
        "early": claim_in(S.CONSENT_RECEIVED),
    }


@pytest.mark.parametrize(
    ("tab", "found"),
    [
        ("", {"new", "again"}),
        ("?tab=unassigned", {"new", "again"}),
        ("?tab=mine", {"mine"}),
        ("?tab=waiting", {"asked"}),
        ("?tab=disputes", {"again"}),
        ("?tab=done", {"paid", "lost"}),
    ],
)
def test_tab_holds_the_claims_of_its_kind(signed_in, work, tab, found):
    """R-190, ui-spec 6.11."""
    shown = numbers(signed_in.get(f"{URL}{tab}"))
    assert {key for key, claim in work.items() if claim.number in shown} == found


def test_tabs_count_the_work(signed_in, work):
    page = text(signed_in.get(URL))
    assert "Unassigned (2) Mine (1) Waiting on partner (1) Disputes (1) Done " in page


def test_unknown_tab_or_cursor_is_a_bad_request(signed_in, work):
    """A04."""
    for query in ("?tab=all", "?at=tampered", "?sort=number"):
        assert signed_in.get(f"{URL}{query}").status_code == 400


def test_queue_is_searched_by_customer_and_number(signed_in):
    claims = [claim_in(S.SUBMITTED, customer=CustomerFactory(name=name)) for name in ("Able", "Baker")]
    assert numbers(signed_in.get(f"{URL}?q=able")) == [claims[0].number]
    assert numbers(signed_in.get(f"{URL}?q={claims[1].number}")) == [claims[1].number]
    assert "No claim matches." in text(signed_in.get(f"{URL}?q=nobody"))


# --- order and age --------------------------------------------------------------------------------------------------


def test_oldest_deadline_stands_first(signed_in):
    """R-190: by the review date, not by the day of submission."""
    now = database_now()
    long = claim_in(S.SUBMITTED, engagement=EngagementFactory(type="project-large"), now=now - 9 * DAY)
    short = claim_in(S.SUBMITTED, engagement=EngagementFactory(type="assessment"), now=now)
    dispute = claim_in(S.SUBMITTED, round=2, now=now)
    assert numbers(signed_in.get(URL)) == [dispute.number, short.number, long.number]


@pytest.mark.parametrize(("ago", "words"), [(1, ""), (80, ""), (101, "Due soon"), (119, "Due soon"), (121, "Overdue")])
def test_age_warns_from_four_fifths_of_the_time_on(signed_in, ago, words):
    """R-195: the review date of a workshop is 120 days after consent; icon and words."""
    claim_in(S.SUBMITTED, engagement=EngagementFactory(type="workshop"), now=database_now() - ago * DAY)
    page = text(signed_in.get(URL)).split("business day")[-1]
    assert [word for word in ("Due soon", "Overdue") if word in page] == ([words] if words else [])


def test_age_counts_business_days(signed_in):
    """Seven days hold five working days, and fewer around a holiday."""
    claim_in(S.SUBMITTED, now=database_now() - 7 * DAY)
    days = int(re.search(r"(\d+) business days", text(signed_in.get(URL)))[1])
    assert 3 <= days <= 5


def test_pages_of_the_queue_meet_without_gap(signed_in):
    claims = [claim_in(S.SUBMITTED).number for _number in range(12)]
    first = signed_in.get(f"{URL}?per_page=10")
    second = signed_in.get(first.context["pager"]["next_url"])
    assert (numbers(first), numbers(second)) == (claims[:10], claims[10:])


def test_swapped_rows_equal_a_fresh_page(signed_in):
    """House rule: HTMX shortens the way and changes nothing; the box itself holds what was just typed."""
    for name in ("Able", "Baker"):
        claim_in(S.SUBMITTED, customer=CustomerFactory(name=name))
    page = signed_in.get(URL).content.decode()
    part = signed_in.get(f"{URL}?tab=unassigned&q=able", headers=headers("rows", URL))
    whole = signed_in.get(f"{URL}?tab=unassigned&q=able").content.decode()
    assert without_box(swapped(page, part, "rows")) == without_box(parse_html(whole))


def without_box(document) -> list[str]:
    """Nor the moment from which on the page asks for newer claims, which is its own."""
    return [line for line in content(document) if 'class="q"' not in line and "/review/newer/" not in line]


def test_claims_that_came_in_meanwhile_are_told_once_and_under_the_same_filters(signed_in):
    """ui-spec 6.11: nothing moves under the reviewer's eyes; a bar says that there is more, then asks no more."""
    claim_in(S.SUBMITTED)
    engagement = EngagementFactory(name="Azure Migrate")
    queue = f"{URL}?engagement={engagement.slug}"
    claim_in(S.SUBMITTED, engagement=engagement)
    address = signed_in.get(queue).context["newer_url"]
    claim_in(S.SUBMITTED)
    assert (signed_in.get(address).status_code, signed_in.get(address).content) == (204, b"")
    late = claim_in(S.SUBMITTED, engagement=engagement)
    Claim.objects.filter(pk=late.pk).update(submitted_at=database_now())
    answer = signed_in.get(address)
    assert answer.status_code == 286  # htmx stops asking
    assert "1 new claim has come in." in answer.content.decode()
    assert late.number in numbers(signed_in.get(answer.context["url"]))
    assert signed_in.get("/review/newer/?since=yesterday").status_code == 400


def test_later_page_of_the_queue_does_not_ask_for_newer_claims(signed_in):
    for _number in range(11):
        claim_in(S.SUBMITTED)
    first = signed_in.get(f"{URL}?per_page=10")
    second = signed_in.get(first.context["pager"]["next_url"])
    assert ["/review/newer/" in page.content.decode() for page in (first, second)] == [True, False]


def test_statements_are_few_and_the_same_for_any_number_of_rows(signed_in):
    """Performance goal 6."""
    counted, engagement = [], EngagementFactory(evidence=())
    for wanted in (1, 10, 50):
        while Claim.objects.count() < wanted:
            claim_in(S.SUBMITTED, engagement=engagement)
        with CaptureQueriesContext(connection) as run:
            assert len(numbers(signed_in.get(f"{URL}?per_page=100"))) == wanted
        counted.append(len(run))
    # session with user, calendar, engagements to filter by, rows, own companies, tabs, whether keys are on
    assert counted == [7, 7, 7]


def test_queue_is_read_from_its_index(rita):
    """Performance section 3: the order, the tabs and their counts need no look at decided claims."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
    waiting = Claim.objects.filter(queries.tab_filter("unassigned", actor_for(rita)))
    rows = waiting.annotate(review_by=REVIEW_BY).order_by(*queries.ORDER).values("id", "review_by")[:26]
    assert "Index Scan using claim_review_queue" in rows.explain()
    with CaptureQueriesContext(connection) as counting:
        queries.counts(actor_for(rita))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {counting[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor)
    assert "claim_review_" in plan


# --- taking ---------------------------------------------------------------------------------------------------------


def test_start_review_takes_the_claim_and_opens_it(signed_in, rita):
    """R-190, T16."""
    claim = claim_in(S.SUBMITTED)
    page = signed_in.get(URL).content.decode()
    assert f'action="{do(claim, "start_review")}"' in page
    assert f'aria-describedby="c{claim.number}">Start review</button>' in page
    answer = signed_in.post(do(claim, "start_review"))
    assert (answer.status_code, answer.url) == (302, f"/review/{claim.number}/")
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["You have taken this claim."]
    claim.refresh_from_db()
    assert (claim.status, claim.reviewer) == (S.UNDER_REVIEW, rita)


def test_second_reviewer_is_told_that_he_came_too_late(client, cast):
    """The loser of a race gets 409 and a sentence, and the claim stays with the first one."""
    claim = claim_in(S.UNDER_REVIEW, reviewer=cast.ravi)
    client.force_login(cast.rita)
    answer = client.post(do(claim, "start_review"))
    assert answer.status_code == 409
    assert "not possible while the claim is “Under review”" in text(answer)
    assert Claim.objects.get(pk=claim.pk).reviewer == cast.ravi


def test_reviewer_of_the_same_company_cannot_take_its_claim(signed_in, rita, contoso):
    """R-197: no button in the queue, 409 with the reason for who tries all the same."""
    claim = claim_in(S.SUBMITTED)
    MembershipFactory(user=rita, partner=contoso)
    assert "Start review" not in text(signed_in.get(URL))
    answer = signed_in.post(do(claim, "start_review"))
    assert answer.status_code == 409
    assert "You belong to this partner, so another reviewer must take this claim." in text(answer)
    assert Claim.objects.get(pk=claim.pk).status == S.SUBMITTED


def test_second_round_needs_another_reviewer(client, cast):
    """R-196."""
    claim = claim_in(S.SUBMITTED, round=2, reviewer=cast.rita)
    client.force_login(cast.rita)
    assert "Start review" not in text(client.get(URL))
    assert client.post(do(claim, "start_review")).status_code == 409
    client.force_login(cast.ravi)
    assert "Start review" in text(client.get(URL))
    assert client.post(do(claim, "start_review")).status_code == 302


@pytest.mark.parametrize("name", ["ana", "olga"])
def test_nobody_else_starts_a_review(client, cast, name):
    claim = claim_in(S.SUBMITTED)
    client.force_login(getattr(cast, name))
    assert client.post(do(claim, "start_review")).status_code == 403
    assert Claim.objects.get(pk=claim.pk).status == S.SUBMITTED


@pytest.mark.parametrize(("name", "status"), [("rita", 302), ("ravi", 403), ("lena", 302), ("olga", 302)])
def test_release_is_for_the_assigned_reviewer_and_the_lead(client, cast, name, status):
    """T17."""
    claim = claim_in(S.UNDER_REVIEW, reviewer=cast.rita)
    client.force_login(getattr(cast, name))
    answer = client.post(do(claim, "release"))
    assert answer.status_code == status
    claim.refresh_from_db()
    if status == 302:
        assert answer.url == f"/review/{claim.number}/"
        assert (claim.status, claim.reviewer) == (S.SUBMITTED, None)
    else:
        assert claim.status == S.UNDER_REVIEW
