"""What an export of claims holds: exactly what the list shows to the same reader, and a trace of who took it."""

import re
from dataclasses import asdict, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import exports, list_filters
from claims.export_columns import columns
from claims.list_columns import SORTS
from claims.models import Claim, Export
from claims.queries import claims_list, slices
from claims.queries.claims_list import Wanted
from claims.statuses import Status as S
from engagements.models import Area, Market, PartnerRole, ReasonWords
from mci_portal.accounts.actors import Kind
from mci_portal.common.clock import database_now
from mci_portal.common.table_copy import Tally
from tests.export.files import body, read_cells, read_csv, read_xlsx
from tests.factories import CustomerFactory, EngagementFactory, claim_in

pytestmark = pytest.mark.django_db
URL = "/incentives/claims/"
VALUES = {
    "role": PartnerRole.values,
    "owner": [list_filters.MINE, list_filters.ALONE],
    "due": [*list_filters.AHEAD, list_filters.NO_DEADLINE],
    "updated": list(list_filters.BACK),
}
R_149 = [
    "claimId", "engagementId", "engagementName", "partnerRole", "solutionArea", "participantId", "participantName",
    "customerId", "customerIdType", "customerName", "customerTenantId", "earningAmountUSD", "estimatedPaymentMonth",
    "paymentStatus", "reason",
]  # fmt: skip


@pytest.fixture
def claims(cast) -> list[Claim]:
    """Claims in many statuses at three locations of two companies, on two engagements."""
    azure = EngagementFactory(name="Azure Migrate", area=Area.AZURE, exclusive=False)
    work = EngagementFactory(name="Work & <Play>", exclusive=False)
    stations = [S.CUSTOMER_CLAIMED, S.AWAITING_CONSENT, S.CONSENT_RECEIVED, S.UNDER_REVIEW, S.APPROVED, S.REJECTED]
    places = (cast.redmond, cast.toronto, cast.amsterdam)
    walked = [
        claim_in(
            status,
            location=places[number % 3],
            engagement=(azure, work)[number % 2],
            customer=CustomerFactory(name=f"=Tailspin {number}", country=places[number % 3].country),
        )
        for number, status in enumerate(stations * 2)
    ]
    late = Claim.objects.filter(status=S.AWAITING_CONSENT).first()
    Claim.objects.filter(pk=late.pk).update(due_at=database_now() - timedelta(minutes=1))  # the sweep has not come by
    return walked


def _kind(cut: dict) -> str:
    """One of the kinds that a moment knows, by number; "" for a moment that knows none."""
    known = slices.KNOWN_OF.get(cut["moment"], ("",))
    return known[cut["of"] % len(known)]


def exported(by, wanted: Wanted, format: str = "csv", order=exports.NEWEST_FIRST) -> list[dict[str, str]]:
    content = b"".join(exports.stream(by, wanted, format, database_now(), order, tally=Tally(), seconds=10))
    return read_csv(content) if format == "csv" else read_xlsx(content)


def listed(by, wanted: Wanted, order, size: int) -> list[dict[str, str]]:
    """The list walked from its first page to its last."""
    rows, cursor = [], ""
    while True:
        page = claims_list.page(by, wanted, order, cursor, size, database_now())
        rows += page.rows
        cursor = page.next
        if not cursor:
            return rows


HOURS = st.integers(-60 * 24, 60 * 24).map(lambda hours: (database_now() + timedelta(hours=hours)).isoformat())


def seldom(choice: st.SearchStrategy, nothing=(), one_in: int = 6) -> st.SearchStrategy:
    """One filter in a few, or hardly a claim would be left."""
    return st.one_of(*(st.just(nothing) for _time in range(one_in - 1)), choice)


def some(values) -> st.SearchStrategy:
    return st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True)


SLICES = st.one_of(
    st.fixed_dictionaries({"market": st.sampled_from(Market.values)}),
    st.fixed_dictionaries(
        {
            "moment": st.sampled_from(["stood", "reached", "stopped", "decided", "due", "consented", "waiting"]),
            "of": st.integers(0, 20),
            "since": seldom(HOURS, ""),
            "until": seldom(HOURS, ""),
        }
    ).map(lambda cut: cut | {"of": _kind(cut)}),
)
WANTED = st.builds(
    lambda cut, **given: Wanted(**given, **cut),
    seldom(SLICES, {}, one_in=4),
    area=seldom(st.sampled_from(Area.values), ""),
    q=seldom(st.sampled_from(["tailspin", "play", "azure 1", "nothing", "1000003", "' or 1=1"]), ""),
    statuses=seldom(some(S.values)),
    engagements=seldom(some([0, 1])),
    of_roles=seldom(some([0, 1]), None),
    locations=seldom(some(["redmond", "toronto", "amsterdam"])),
    numbers=seldom(some(range(12))),
    further=seldom(st.sampled_from([*VALUES]).flatmap(lambda name: some(VALUES[name]).map(lambda v: {name: v})), {}, 2),
)
SORTED_BY = st.sampled_from([*SORTS, *(f"-{name}" for name in SORTS)])


def test_export_equals_list_under_every_filter(cast, claims):
    """Acceptance check 11, R-145: the same claims in the same order, whoever looks and whatever the filter."""
    slugs = sorted({claim.engagement.slug for claim in claims})
    offers = sorted({claim.engagement_id for claim in claims})
    Claim.objects.filter(pk__in=[claims[0].pk, claims[3].pk]).update(owner=cast.ana, stand_in=cast.ben)
    Claim.objects.filter(pk__in=[claims[1].pk, claims[4].pk]).update(updated_at=database_now() - timedelta(days=40))
    seen = {"empty": 0, "some": 0, "sliced": 0, "further": 0}

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(WANTED, SORTED_BY, st.sampled_from(["ana", "ben", "omar", "rita", "olga"]), st.sampled_from([1, 2, 100]))
    def check(drawn: Wanted, sort: str, name: str, size: int) -> None:
        wanted = replace(
            drawn,
            engagements=[slugs[number] for number in drawn.engagements],
            of_roles=None if drawn.of_roles is None else [offers[number] for number in drawn.of_roles],
            locations=[str(getattr(cast, place).pk) for place in drawn.locations],
            numbers=[claims[place].number for place in drawn.numbers],
        )
        by, keys = cast.actor(name), SORTS[sort.removeprefix("-")]
        order = [f"-{key}" for key in keys] if sort.startswith("-") else keys
        if by.kind is Kind.REVIEWER and wanted.moment and slices.is_about_payouts(slices.parsed(asdict(wanted))):
            with pytest.raises(PermissionDenied):
                listed(by, wanted, order, size)
            with pytest.raises(PermissionDenied):
                exported(by, wanted)
            return
        rows = listed(by, wanted, order, size)
        expected = [
            (str(row["number"]), row["name_label"], row["engagement_label"], row["location_label"]) for row in rows
        ]
        names = ("claimId", "claimName", "engagementName", "location")
        in_csv = [tuple(row[key].removeprefix("'") for key in names) for row in exported(by, wanted, "csv", order)]
        in_xlsx = [tuple(row[key] for key in names) for row in exported(by, wanted, "xlsx", order)]
        assert in_csv == in_xlsx == [tuple(one.removeprefix("'") for one in row) for row in expected]
        assert exports.count(by, wanted, database_now()) == len(rows)
        seen["some" if rows else "empty"] += 1
        seen["sliced"] += bool(rows and wanted.is_sliced)
        seen["further"] += bool(rows and wanted.further)

    check()
    assert min(seen.values()) > 3, seen


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_download_holds_what_the_page_with_the_same_address_shows(client, cast, claims, format: str):
    """R-145, R-007: through the addresses, for each of the cast."""
    for name, expected in {"ana": 8, "ben": 4, "omar": 4, "rita": 12, "olga": 12}.items():
        client.force_login(getattr(cast, name))
        for query in ({}, {"area": "azure"}, {"q": "play"}, {"status": [S.APPROVED, S.CONSENT_EXPIRED]}):
            address = urlencode(query, doseq=True)
            page = client.get(f"{URL}?{address}&per_page=100").content.decode()
            content = body(client.get(f"{URL}export.{format}?{address}"))
            rows = read_csv(content) if format == "csv" else read_xlsx(content)
            assert [row["claimId"] for row in rows] == re.findall(r'<a id="c(\d+)"', page)
            assert query or len(rows) == expected


def test_export_stands_in_the_order_of_the_list(client, cast, claims):
    """R-145: by any column that sorts, through the addresses that the pages offer."""
    client.force_login(cast.ana)
    for sort in ("customer", "-due", "number", "amount", "-action"):
        page = client.get(f"{URL}?sort={sort}&columns=owner&per_page=100")
        offered = client.get(page.context["export_url"])
        rows = read_csv(body(client.get(f"{URL}export.csv?{offered.context['query']}")))
        assert [row["claimId"] for row in rows] == re.findall(r'<a id="c(\d+)"', page.content.decode())
        back = dict(parse_qsl(offered.context["back_query"]))
        assert back == {"sort": sort, "per_page": "100", "columns": "owner"}


def test_export_page_says_what_narrows_the_file(client, cast, claims):
    """Also a slice that Insights led to, and ticked claims."""
    client.force_login(cast.ana)
    query = f"q=tailspin&due=none&moment=handed_in&since=2020-01-01T00:00:00%2B00:00&ids={claims[0].number}"
    page = re.sub(r"\s+", " ", client.get(f"{URL}export/?{query}").content.decode())
    for line in (
        "Search: tailspin",
        "1 ticked claim",
        "First submitted, from Jan 1, 2020",
        "Next deadline - No deadline",
    ):
        assert f"<li>{line}</li>" in page


def test_export_of_nothing_is_a_file_with_heads_alone(client, cast):
    """An empty list exports as an empty table, in both formats."""
    client.force_login(cast.ana)
    content = body(client.get(f"{URL}export.csv?q=nothing"))
    assert content.decode("utf-8-sig").count("\n") == 1
    assert read_csv(content) == read_xlsx(body(client.get(f"{URL}export.xlsx?q=nothing"))) == []


def test_list_offers_no_filter_that_the_export_does_not_know(client, cast, claims):
    """A filter that the list learns must reach the export, or the file would hold more than the page."""
    client.force_login(cast.ana)
    known = {"csrfmiddlewaretoken", "area", "q", "sort", "per_page", "at", "status", "engagement", "location"}
    known |= {"language"}  # of the frame
    known |= set(list_filters.NAMES)
    known |= {"ids", "columns", "do", "next"}  # the ticked claims are known, and the rest narrows nothing
    page = client.get(f"{URL}?area=azure&q=a&sort=name").content.decode()
    assert set(re.findall(r'<(?:input|select|button)[^>]* name="(\w+)"', page)) - known == set()


@pytest.mark.parametrize("query", ["status=nonsense", "area=moon", "engagement=unknown", "location=1", "sort=unknown"])
@pytest.mark.parametrize("address", ["", "export.csv", "export.xlsx", "export/"])
def test_filter_that_the_list_refuses_is_refused(client, ana, address: str, query: str):
    """A04: never silently everything instead of something."""
    claim_in(S.CUSTOMER_CLAIMED)
    client.force_login(ana)
    assert client.get(f"{URL}{address}?{query}").status_code == 400


def test_columns_are_those_of_the_payout_files(cast):
    """R-149, R-252: names and order of the columns that the payout files have as well."""
    names = [column.name for column in columns(cast.actor("ana"), database_now())]
    assert [name for name in names if name in R_149] == R_149
    assert len(set(names)) == len(names)


def test_values_of_an_approved_claim(cast):
    """R-149."""
    claim = claim_in(S.APPROVED, customer=CustomerFactory(name="Tailspin", domain="tailspin.example"))
    (row,) = exported(cast.actor("ana"), Wanted())
    earning = claim.earning
    assert {name: row[name] for name in R_149} == {
        "claimId": str(claim.number),
        "engagementId": claim.engagement.slug,
        "engagementName": claim.engagement.name,
        "partnerRole": "Build intent",
        "solutionArea": "Modern Work And Security",
        "participantId": cast.redmond.code,
        "participantName": "Contoso Consulting",
        "customerId": "tailspin.example",
        "customerIdType": "Domain name",
        "customerName": "Tailspin",
        "customerTenantId": str(claim.customer.tenant_id),
        "earningAmountUSD": str(earning.amount),
        "estimatedPaymentMonth": f"{earning.estimated_payment_on:%Y-%m}",
        "paymentStatus": "Unprocessed",
        "reason": "",
    }
    assert (row["status"], row["nextAction"], row["nextDeadline"]) == ("Approved", "", "")
    assert row["consentedAt"] == f"{claim.consented_at:%Y-%m-%dT%H:%M:%SZ}"


def test_values_of_a_rejected_claim(cast):
    """R-149, R-194: the reason in words, what to do next and until when."""
    claim = claim_in(S.REJECTED)
    (row,) = exported(cast.actor("ana"), Wanted())
    assert (row["status"], row["reason"], row["nextAction"]) == ("Rejected", "Insufficient PoE", "Dispute")
    assert row["nextDeadline"] == f"{claim.dispute_due_at:%Y-%m-%dT%H:%M:%SZ}"
    assert (row["earningAmountUSD"], row["paymentStatus"]) == ("", "")
    day = claim.rejected_at.date()
    for step, words in ((-1, "Of then"), (1, "Of later")):
        ReasonWords.objects.create(
            list="rejection", code="insufficient_poe", valid_from=day + timedelta(days=step), text=words
        )
    assert exported(cast.actor("ana"), Wanted())[0]["reason"] == "Of then"


def test_reviewers_export_nothing_about_payouts(cast, claims):
    """Reliability section 6: payouts are for the partner and the operators."""
    payout = {"earningAmountUSD", "adjustmentAmountUSD", "estimatedPaymentMonth", "paymentStatus"}
    assert {name: payout & set(exported(cast.actor(name), Wanted())[0]) for name in ("rita", "lena")} == {
        "rita": set(),
        "lena": set(),
    }
    assert payout <= set(exported(cast.actor("olga"), Wanted())[0])


def test_no_column_holds_a_contact_of_the_customer(cast, claims):
    """R-276."""
    content = b"".join(exports.stream(cast.actor("ana"), Wanted(), "csv", database_now(), tally=Tally(), seconds=10))
    assert b"Carla" not in content
    assert b"@" not in content


def test_hostile_customer_name_is_text_in_both_formats(cast, claims):
    """G01 to G03."""
    assert {row["customerName"][:5] for row in exported(cast.actor("ana"), Wanted())} == {"'=Tai"}
    content = b"".join(exports.stream(cast.actor("ana"), Wanted(), "xlsx", database_now(), tally=Tally(), seconds=10))
    head, *rows = read_cells(content)
    at = [text for _kind, text in head].index("customerName")
    assert {(row[at][0], row[at][1][:4]) for row in rows} == {("inlineStr", "=Tai")}


def test_rows_cost_one_statement_however_many(cast, claims, django_assert_num_queries):
    """The wordings, one savepoint, one time limit, the way back; the rows themselves come by COPY."""
    by, now = cast.actor("ana"), database_now()
    with django_assert_num_queries(4), translation.override("en"):
        assert len(b"".join(exports.stream(by, Wanted(), "csv", now, tally=Tally(), seconds=10))) > 500


# --- the trace, and one at a time -------------------------------------------------------------------------------------


def test_download_leaves_a_row_for_the_audit(client, cast, claims):
    """Reliability 11.12: who took what, with which filter, how many rows."""
    client.force_login(cast.ben)
    answer = client.get(f"{URL}export.csv?area=azure")
    assert Export.objects.count() == 0  # it is not over yet
    content = body(answer)
    row = Export.objects.get()
    assert (row.user, row.partner, row.locations) == (cast.ben, cast.contoso, [cast.redmond.pk])
    assert (row.direct, row.state, row.rows, row.size) == (True, "done", len(read_csv(content)), len(content))
    assert row.wanted["area"] == "azure"


def test_download_that_broke_off_leaves_a_row_and_the_way_free(cast, claims):
    """The server closes what it was streaming when the reader goes away."""
    by, now = cast.actor("ana"), database_now()
    download = exports.Download(by, Wanted(), "csv", now)
    next(iter(download))
    download.close()
    assert [(row.state, row.direct) for row in Export.objects.all()] == [("failed", True)]
    again = exports.Download(by, Wanted(), "csv", now)
    assert len(read_csv(b"".join(again))) == 8
    again.close()


def test_head_runs_nothing(client, cast, claims):
    client.force_login(cast.ana)
    answer = client.head(f"{URL}export.csv")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert Export.objects.count() == 0


def test_second_download_beside_a_running_one_is_refused(client, cast, claims):
    """G05: another worker is handing one out to the same user; somebody else is not held up."""
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [exports.LOCK_CLASS, cast.ana.pk])
            client.force_login(cast.ana)
            for answer in (client.get(f"{URL}export.csv"), client.post(f"{URL}export/", {"format": "csv"})):
                assert (answer.status_code, answer["Retry-After"]) == (429, "30")
                assert "already have an export under way" in answer.content.decode()
            client.force_login(cast.ben)
            assert len(read_csv(body(client.get(f"{URL}export.csv")))) == 4
    finally:
        other.close()


def test_download_is_a_file_that_no_browser_shows(client, cast, claims):
    client.force_login(cast.ana)
    answer = client.get(f"{URL}export.xlsx")
    body(answer)
    assert re.fullmatch(r'attachment; filename="customer-claims-\d{4}-\d\d-\d\d\.xlsx"', answer["Content-Disposition"])
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "no-store")
    assert "sandbox" in answer["Content-Security-Policy"]
