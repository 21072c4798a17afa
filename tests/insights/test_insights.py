"""Insights: numbers that agree with the claims' histories, lead to exactly their claims, and show to nobody else."""

import csv
import io
from datetime import UTC, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from claims.insights import ahead, buckets, funnel, history, money, phases, reviewing
from claims.insights.asked import Asked
from claims.models import Claim, ClaimEvent, Earning, EarningState
from claims.queries import slices
from claims.queries.claims_list import Wanted
from claims.statuses import OPEN, Status
from claims.statuses import Status as S
from mci_portal.common.clock import database_now
from tests.cast import make_cast
from tests.factories import CustomerFactory, EngagementFactory, Walk, claim_in
from tests.insights.world import DAY, World, build, listed
from tests.pages.htmx import content, headers, swapped

pytestmark = pytest.mark.django_db
PARTNER, REVIEW, OPERATOR = "/incentives/insights/", "/review/insights/", "/operator/insights/"
MAKERS = (history, funnel, phases, money, ahead)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once; every test only reads it."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield build(make_cast(), database_now())
            transaction.set_rollback(True)


def ask(world: World, name: str, months: int = 6, **wanted) -> Asked:
    return Asked(world.cast.actor(name), Wanted(**wanted), months, database_now())


def everything(asked: Asked) -> list:
    """All figures that this reader is shown on any page."""
    makers = MAKERS if asked.sees_payouts else (ahead,)
    return [figure for maker in makers for figure in maker.figures_of(asked)] + (
        reviewing.figures_of(asked) if asked.by.is_microsoft else []
    )


def values(figure) -> list[list]:
    return [[cell.value for cell in row[1:]] for row in figure.rows]


# --- the numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ana", "ben", "omar", "olga"])
def test_open_and_finished_claims_of_each_week_are_those_of_the_histories(world, name):
    """Worked out anew, claim by claim, from the newest line of history before each week's end."""
    asked = ask(world, name)
    bounds = buckets.weeks_back(asked.now, 6, asked.zone)
    expected = []
    for end in bounds[1:]:
        stood = dict.fromkeys(slices.GROUPS, 0)
        for claim in asked.claims():
            last = ClaimEvent.objects.filter(claim=claim, at__lt=end).order_by("seq").last()
            if last:
                stood[history.GROUP_OF[last.to_status]] += 1
        expected.append([stood[name] for name in (*history.OPEN_GROUPS, *history.FINISHED_GROUPS)])
    opened, finished = history.figures_of(asked)
    assert [left + right for left, right in zip(values(opened), values(finished), strict=True)] == expected
    assert sum(expected[-1]) == asked.claims().count() > 0


def test_claim_past_its_deadline_stands_where_the_clock_says(world):
    """R-271: before the sweep comes."""
    claim = claim_in(S.AWAITING_CONSENT, location=world.cast.amsterdam, now=world.now - 31 * DAY)
    opened, finished = history.figures_of(ask(world, "omar"))
    before = values(opened)[-2]
    assert (values(opened)[-1][0], before[0]) == (1, 2)
    assert values(finished)[-1][2] == 1
    assert claim.status == S.AWAITING_CONSENT


def test_funnel_of_one_location_counts_as_by_hand(world):
    """Toronto: one claim waits for consent, one is submitted, one is approved."""
    (figure,) = funnel.figures_of(ask(world, "tom"))
    assert [(row[0].text, row[1].value) for row in figure.rows] == [
        ("Customer added", 3),
        ("Still under way: Awaiting customer consent response", 1),
        ("Customer consented", 2),
        ("Claim submitted", 2),
        ("Still under way: Submitted", 1),
        ("Claim approved", 1),
        ("Still under way: Unprocessed", 1),
        ("Paid", 0),
    ]


def test_funnel_names_every_reason_for_a_loss(world):
    (figure,) = funnel.figures_of(ask(world, "ben"))
    lost = {row[0].text: row[1].value for row in figure.rows if row[0].text.startswith("Lost")}
    assert lost == {
        "Lost: Customer consent declined": 1,
        "Lost: Customer consent expired": 1,
        "Lost: Canceled": 1,
        "Lost: Consent rejected": 1,
        "Lost: Not submitted expired": 1,
        "Lost: Rejected final": 1,
    }
    (chart,) = figure.charts
    went_on, under_way, gone = (one.values for one in chart.legend)
    reached = [sum(parts) for parts in zip(went_on, under_way, gone, strict=True)]
    assert reached[1:] == list(went_on[:-1])  # whoever goes on arrives


def test_approved_claim_without_a_payment_yet_is_unprocessed_and_leads_to_itself(world, client):
    cast, claim = world.cast, claim_in(S.APPROVED)
    others = set(
        Claim.objects.filter(partner=claim.partner, earning__state=EarningState.UNPROCESSED).exclude(pk=claim.pk)
    )
    with connection.cursor() as cursor:  # as in a bulk world without histories; the portal itself deletes no earning
        cursor.execute("SET LOCAL session_replication_role = replica")
        Earning.objects.filter(claim=claim).delete()
        cursor.execute("SET LOCAL session_replication_role = origin")
    (figure,) = funnel.figures_of(Asked(cast.actor("ana"), Wanted(), 6, database_now()))
    (cell,) = [row[1] for row in figure.rows if row[0].text == "Still under way: Unprocessed"]
    assert set(listed(cast.actor("ana"), cell.url, database_now())) == {claim, *others}
    assert cell.value == 1 + len(others)
    client.force_login(cast.ana)
    assert client.get(PARTNER).status_code == 200


def test_days_per_phase_are_the_middle_and_the_ninth_of_ten(world):
    """Three claims whose consent took 1, 3 and 11 days: the middle is 3, nine of ten took up to 9.4."""
    place, now = world.cast.singapore, world.now
    for count in (1, 3, 11):
        claim = claim_in(S.AWAITING_CONSENT, location=place, now=now - count * DAY)
        Claim.objects.filter(pk=claim.pk).update(created_at=now - count * DAY)
        Walk(claim, by=world.cast.actor("ana")).accept(now)
    (figure,) = phases.figures_of(ask(world, "ana", locations=(str(place.pk),)))
    assert figure.rows[0][0].text == "Consent: added to consented"
    assert values(figure) == [[3, 3.0, 9.4], [0, 0, 0], [0, 0, 0], [0, 0, 0]]


def test_earnings_are_earned_estimated_and_paid(world):
    """Of Redmond's three: one paid, one whose payment came back, one not paid yet."""
    asked = ask(world, "ben")
    (figure,) = money.figures_of(asked)
    amounts = list(asked.claims().exclude(earning=None).order_by("closed_at").values_list("earning__amount", flat=True))
    earned, waiting, paid = (sum(column) for column in list(zip(*values(figure), strict=True))[1:])
    assert len(amounts) == 3
    assert (earned, waiting, paid) == (sum(amounts), sum(amounts[1:]), amounts[0])


def test_deadlines_ahead_are_those_that_run(world):
    (figure,) = ahead.figures_of(ask(world, "ben"))
    running = Claim.objects.filter(location=world.cast.redmond, status__in=OPEN, due_at__gt=world.now)
    within = running.filter(due_at__lt=buckets.weeks_ahead(world.now, UTC)[-1])
    assert sum(sum(row) for row in values(figure)) == within.count() > 4


def test_reviews_are_counted_as_they_happened(world):
    """Every submission and every decision of the world, whoever's claim it is."""
    figures = {figure.code: figure for figure in reviewing.figures_of(ask(world, "rita"))}
    events = ClaimEvent.objects
    incoming, decided = (sum(column) for column in zip(*values(figures["reviewed"]), strict=True))
    assert incoming == events.filter(action="submit").values("claim", "at__year", "at__week").distinct().count()
    outcomes = [sum(column) for column in zip(*values(figures["outcomes"]), strict=True)]
    reviewed = events.filter(from_status=S.UNDER_REVIEW)
    assert outcomes == [
        reviewed.filter(to_status=status).count()
        for status in (S.APPROVED, S.REJECTED, S.REJECTED_FINAL, S.ACTION_REQUIRED)
    ]
    decisions = reviewed.filter(to_status__in=(S.APPROVED, S.REJECTED, S.REJECTED_FINAL))
    assert decided == decisions.values("claim", "at__year", "at__week").distinct().count() < sum(outcomes[:3])
    assert sum(sum(row) for row in values(figures["punctuality"])) == decided  # nothing was early once and late once
    waiting = Claim.objects.filter(status__in=(S.SUBMITTED, S.UNDER_REVIEW))
    assert sum(row[0] for row in values(figures["queue"])) == waiting.count()
    assert sum(row[0] for row in values(figures["engagements"])) >= decided


# --- links, charts, tables ------------------------------------------------------------------------------------------


CASES = [
    ("ana", "UTC", {}),
    ("ben", "Pacific/Auckland", {"months": 12}),
    ("omar", "America/Los_Angeles", {}),
    ("rita", "UTC", {}),
    ("olga", "Europe/Berlin", {"months": 12, "area": "modern-work-and-security"}),
    ("olga", "UTC", {"market": "C"}),
    ("ana", "UTC", {"engagements": ("teams",)}),
]


@pytest.mark.parametrize(("name", "zone", "how"), CASES)
def test_every_number_leads_to_exactly_its_claims(world, name, zone, how):
    with timezone.override(zone):
        asked = ask(world, name, **how)
        checked = 0
        for figure in everything(asked):
            for row in figure.rows:
                for cell in row:
                    if not cell.url:
                        assert not cell.value or figure.code in ("days", "engagements"), (figure.code, row)
                        continue
                    claims = listed(asked.by, cell.url, asked.now)
                    found = (
                        claims.aggregate(sum=Sum("earning__amount"))["sum"]
                        if figure.code == "earnings"
                        else claims.count()
                    )
                    assert found == cell.value, (figure.code, [one.text for one in row], cell.url)
                    checked += 1
        assert checked > 20


@pytest.mark.parametrize("name", ["ana", "olga"])
def test_table_says_what_the_chart_shows(world, name):
    for figure in everything(ask(world, name)):
        if figure.code in ("funnel", "days", "earnings", "engagements"):
            continue
        (chart,) = figure.charts
        assert values(figure) == [list(row) for row in zip(*(one.values for one in chart.legend), strict=True)]
        assert list(figure.heads[1:]) == [one.label for one in chart.legend]
        drawn = [mark.title for mark in chart.marks] + [dot.title for line in chart.lines for dot in line.dots]
        assert len(drawn) >= sum(1 for row in values(figure) for value in row if value)
    (days,) = phases.figures_of(ask(world, name))
    assert [row[1:] for row in values(days)] == [
        list(row) for row in zip(*(one.values for one in days.charts[0].legend), strict=True)
    ]


def test_groups_hold_every_status_once():
    held = [status for group in slices.GROUPS.values() for status in group]
    assert sorted(held) == sorted(Status)
    assert frozenset().union(*(slices.GROUPS[name] for name in history.OPEN_GROUPS)) == OPEN


def test_linked_list_shows_and_names_the_slice(client, world):
    client.force_login(world.cast.ben)
    asked = ask(world, "ben")
    url = asked.link("consented", "", world.now - 40 * DAY, world.now)
    answer = client.get(url)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.count('<a id="c') == min(25, listed(asked.by, url, asked.now).count())
    assert "Customer consented, " in text
    assert "consented" in client.get(url.replace("/claims/", "/claims/export/")).content.decode()


# --- who ------------------------------------------------------------------------------------------------------------


def test_page_holds_the_own_locations_only(world):
    """R-007, R-008: what Toronto and Fabrikam have is in no number of Redmond's."""
    totals = {
        name: sum(map(sum, values(history.figures_of(ask(world, name))[0])[-1:]))
        for name in ("ana", "ben", "tom", "omar")
    }
    opened = Claim.objects.filter(status__in=OPEN)
    assert totals == {
        "ana": opened.filter(partner=world.cast.contoso).count(),
        "ben": opened.filter(location=world.cast.redmond).count(),
        "tom": 2,
        "omar": 2,
    }


@pytest.mark.parametrize(
    ("name", "url", "status"),
    [
        ("ana", PARTNER, 200), ("rita", PARTNER, 403), ("olga", PARTNER, 403),
        ("ana", REVIEW, 403), ("rita", REVIEW, 200), ("olga", REVIEW, 200),
        ("ana", OPERATOR, 403), ("rita", OPERATOR, 403), ("olga", OPERATOR, 200),
    ],
)  # fmt: skip
def test_each_page_is_for_its_own_people(client, world, name, url, status):
    client.force_login(getattr(world.cast, name))
    assert client.get(url).status_code == status
    assert client.get(f"{url}table.csv").status_code == status


@pytest.mark.parametrize(
    "query",
    [
        "moment=paid&of=USD",
        "moment=earned&of=USD",
        "moment=reached&of=paid",
        "moment=stopped&of=approved",
        "moment=stopped&of=approved.failed",
    ],
)
def test_reviewer_cannot_ask_the_list_for_payouts(client, world, query):
    """R-007, R-009: what was paid is between the partner and the program."""
    client.force_login(world.cast.rita)
    assert client.get(f"/incentives/claims/?{query}").status_code == 403
    client.force_login(world.cast.ana)
    assert client.get(f"/incentives/claims/?{query}").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["moment=secret", "moment=stood&of=nowhere", "moment=due", "moment=paid&of=usd", "market=Z",
     "moment=consented&since=yesterday", "moment=consented&since=2026-01-01T00:00:00"],
)  # fmt: skip
def test_slice_that_is_none_is_a_bad_request(client, ana, query):
    """A04."""
    client.force_login(ana)
    assert client.get(f"/incentives/claims/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["period=3M", "engagement=none", "location=0", "table=none"])
def test_filter_that_is_not_offered_is_a_bad_request(client, world, query):
    client.force_login(world.cast.ben)
    assert client.get(f"{PARTNER}table.csv?{query}").status_code == 400


def test_foreign_location_is_no_filter(client, world):
    client.force_login(world.cast.ben)
    assert client.get(f"{PARTNER}?location={world.cast.toronto.pk}").status_code == 400


# --- the page -------------------------------------------------------------------------------------------------------


def test_csv_says_what_the_table_says(client, world):
    client.force_login(world.cast.ben)
    answer = client.get(f"{PARTNER}table.csv?table=deadlines")
    assert answer["Content-Disposition"].startswith('attachment; filename="insights-deadlines-')
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    (figure,) = ahead.figures_of(ask(world, "ben"))
    assert head == list(figure.heads)
    assert [[int(one) for one in row[1:]] for row in rows] == values(figure)


@pytest.mark.parametrize(("name", "url"), [("ben", PARTNER), ("rita", REVIEW), ("olga", OPERATOR)])
def test_swap_equals_a_load_of_the_whole_page(client, world, name, url):
    client.force_login(getattr(world.cast, name))
    before = client.get(url).content.decode()
    there = f"{url}?period=12M&engagement=teams"
    answer = client.get(there, headers=headers("insights", url))
    fresh = client.get(there)

    def without_now(document) -> list[str]:  # the instant of the question stands in the links
        return [line for line in content(document) if "until=" not in line and "since=" not in line]

    assert without_now(swapped(before, answer, "insights")) == without_now(parse_html(fresh.content.decode()))


def test_partner_without_claims_is_told_so(client, cast):
    client.force_login(cast.ana)
    text = client.get(f"{PARTNER}?location={cast.singapore.pk}").content.decode()
    assert text.count("Nothing to show for this period and these filters.") == 6
    assert "<rect x=" not in text


@pytest.mark.parametrize(("name", "url", "most"), [("ana", PARTNER, 15), ("rita", REVIEW, 9), ("olga", OPERATOR, 6)])
def test_statements_are_few_and_the_same_for_any_number_of_claims(client, cast, name, url, most):
    client.force_login(getattr(cast, name))
    counts = []
    for more in range(2):
        for _number in range(1 + 3 * more):
            claim_in(S.APPROVED, location=cast.redmond, now=database_now() - timedelta(days=9 * more))
        with CaptureQueriesContext(connection) as run:
            assert client.get(url).status_code == 200
        counts.append(len(run))
    assert counts[0] == counts[1] <= most


def test_numbers_and_days_are_written_as_the_reader_writes_them(world):
    with translation.override("de"):
        (figure,) = money.figures_of(ask(world, "ben"))
        amounts = [cell.text for row in figure.rows for cell in row[2:] if cell.value]
        assert amounts
        assert all(text.endswith(",00 USD") for text in amounts)
        assert "." in figure.charts[0].y_ticks[-1].label


def test_unused_engagement_is_offered_to_nobody_of_a_partner(client, cast):
    EngagementFactory(name="Unused Workshop")
    claim_in(S.CUSTOMER_CLAIMED, location=cast.redmond, customer=CustomerFactory())
    client.force_login(cast.ana)
    assert "Unused Workshop" not in client.get(PARTNER).content.decode()
