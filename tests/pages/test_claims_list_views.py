"""Customer claims: columns, saved views, ticked claims, and swaps instead of loads (R-144 to R-147)."""

import re
from urllib.parse import parse_qs, urlencode

import pytest
from django.test.html import parse_html
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims import saved_views
from claims.list_columns import COLUMNS, DEFAULT
from claims.models import Claim, SavedView
from claims.models.claim import TURN
from claims.presentation import NEXT_ACTION
from claims.statuses import Status as S
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import Role
from tests.export.files import body, read_csv
from tests.factories import EngagementFactory, MembershipFactory, claim_in
from tests.pages.htmx import content, headers, swapped
from tests.pages.test_claims_list import numbers, rows, text, without_box

pytestmark = pytest.mark.django_db
URL = "/incentives/claims/"
VIEWS = f"{URL}views/"


@pytest.fixture
def signed_in(client, ana):
    client.force_login(ana)
    return client


def heads(answer) -> list[str]:
    found = re.findall(r'<a class="sort"[^>]*>([^<]+)', answer.content.decode())
    return [head.strip() for head in found]


def labels(codes) -> list[str]:
    return [str(COLUMNS[code].label) for code in codes]


# --- columns --------------------------------------------------------------------------------------------------------


def test_columns_of_the_address_show_in_the_order_of_the_table(signed_in):
    """R-147: such an address can be sent to somebody else."""
    claim_in(S.APPROVED)
    assert heads(signed_in.get(URL)) == labels(DEFAULT)
    some = signed_in.get(f"{URL}?columns=amount&columns=customer&columns=gone")
    assert heads(some) == ["Claim ID", "Customer", "Amount"]
    assert heads(signed_in.get(f"{URL}?{urlencode([('columns', code) for code in COLUMNS])}")) == labels(COLUMNS)


def test_all_columns_say_what_they_know_of_a_claim(signed_in, ana):
    """R-147."""
    engagement = EngagementFactory(name="Endpoint <b>workshop</b>")
    claim = claim_in(S.APPROVED, name="<script>x</script>", engagement=engagement)
    Claim.objects.filter(pk=claim.pk).update(owner=ana, amount="4500.00")
    answer = signed_in.get(f"{URL}?{urlencode([('columns', code) for code in COLUMNS])}")
    page = answer.content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "Endpoint &lt;b&gt;workshop" in page
    row = rows(answer)
    for shown in ("Build intent", "Approved", "View claim", "4,500.00 USD", str(ana.name)):
        assert shown in row


def test_deadline_says_its_days_and_what_it_is_for(signed_in):
    """R-147: the next deadline in days."""
    claim_in(S.AWAITING_CONSENT)
    assert re.search(r"\d\d days left, for customer consent|29 days left", text(signed_in.get(URL)))


def test_chooser_is_a_panel_beside_the_list_and_a_page_without_script(signed_in):
    address = f"{VIEWS}columns/?status=approved&sort=name&columns=owner"
    list_page = signed_in.get(f"{URL}?status=approved&sort=name&columns=owner").content.decode()
    assert 'href="/incentives/claims/views/columns/?' in list_page
    boxes = re.compile(r'<input type="checkbox" name="columns" value="(\w+)"( checked)?( disabled)?>')
    for drawn in (signed_in.get(address), signed_in.get(address, headers=headers("dialogs"))):
        page = drawn.content.decode()
        ticked = {code for code, checked, _disabled in boxes.findall(page) if checked}
        assert ticked == {"number", "owner"}
        assert {code for code, _checked, disabled in boxes.findall(page) if disabled} == {"number"}
        assert 'name="status" value="approved"' in page
    assert '<dialog class="panel narrow" id="columns" data-open' in page
    assert signed_in.get(f"{VIEWS}columns/?status=nonsense").status_code == 400


def test_filters_are_a_panel_beside_the_list_and_a_page_without_script(signed_in):
    query = "?status=approved&sort=name&columns=owner"
    assert 'href="/incentives/claims/filters/?' in signed_in.get(f"{URL}{query}").content.decode()
    for drawn in (
        signed_in.get(f"{URL}filters/{query}"),
        signed_in.get(f"{URL}filters/{query}", headers=headers("dialogs")),
    ):
        page = drawn.content.decode()
        assert '<input type="checkbox" name="status" value="approved" checked>' in page
        assert '<input type="hidden" name="sort" value="name">' in page
        assert '<input type="hidden" name="status"' not in page
        assert 'method="get" action="/incentives/claims/"' in page
        assert 'href="/incentives/claims/?columns=number&amp;columns=owner&amp;sort=name"' in page
    assert '<dialog class="panel narrow" id="filters" data-open' in page


def test_chosen_columns_are_kept_for_the_user_or_only_shown(signed_in, ana):
    """Works without script: the buttons of one form."""
    claim_in(S.APPROVED)
    shown = signed_in.post(f"{VIEWS}columns/", {"columns": ["owner"], "do": "show", "status": "approved"})
    assert shown.url == f"{URL}?status=approved&columns=number&columns=owner"
    assert heads(signed_in.get(URL)) == labels(DEFAULT)
    kept = signed_in.post(f"{VIEWS}columns/", {"columns": ["owner"], "do": "keep", "status": "approved"})
    assert kept.url == f"{URL}?status=approved"
    assert heads(signed_in.get(kept.url)) == ["Claim ID", "Owner"]


@pytest.mark.parametrize("code", COLUMNS)
def test_pages_of_each_order_meet_where_values_are_missing(signed_in, ana, code):
    """Nothing is lost where claims have no amount, owner, date or action."""
    engagement = EngagementFactory(evidence=())
    for number in range(11):
        claim_in([S.CUSTOMER_CLAIMED, S.APPROVED][number % 2], engagement=engagement, name="The same")
    Claim.objects.filter(status=S.APPROVED).update(owner=ana, amount=10)
    first = signed_in.get(f"{URL}?sort=-{code}&per_page=10")
    second = signed_in.get(first.context["pager"]["next_url"])
    assert sorted(numbers(first) + numbers(second)) == sorted(Claim.objects.values_list("number", flat=True))


def test_order_by_next_action_knows_every_action():
    """What the index orders by is what the list shows."""
    ranks = {}
    for case in TURN.cases:
        (_key, value), rank = case.condition.children[0], case.result.value
        ranks |= dict.fromkeys([value] if isinstance(value, str) else value, rank)
    assert set(ranks) == {status.value for status in NEXT_ACTION}
    for one, action in NEXT_ACTION.items():
        assert {ranks[other.value] for other in NEXT_ACTION if NEXT_ACTION[other] == action} == {ranks[one.value]}


# --- saved views ----------------------------------------------------------------------------------------------------


@pytest.fixture
def two(signed_in) -> list[int]:
    return [claim_in(status, name=f"In {status}").number for status in (S.APPROVED, S.SUBMITTED)]


def test_view_is_saved_listed_and_opened(signed_in, two):
    """R-146."""
    query = "status=approved&sort=name&columns=number&columns=owner"
    answer = signed_in.post(f"{VIEWS}?{query}", {"name": "  Won  "})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.columns) == ("Won", "status=approved&sort=name", "number,owner")
    assert answer.url == f"{URL}?view={view.pk}&{query}"
    page = signed_in.get(answer.url)
    assert (numbers(page), heads(page)) == (two[:1], ["Claim ID", "Owner"])
    assert f"view={view.pk}&amp;status=approved" in signed_in.get(URL).content.decode()
    assert 'aria-current="page">Won</a>' in page.content.decode()


def test_view_is_renamed_overwritten_and_deleted(signed_in, ana, two):
    view = saved_views.save(actor_for(ana), "Won", "status=approved")
    signed_in.post(f"{VIEWS}{view.pk}/", {"do": "rename", "name": "Paid"})
    signed_in.post(f"{VIEWS}{view.pk}/?status=submitted&at=x&view=1", {"do": "overwrite"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Paid", "status=submitted")
    signed_in.post(f"{VIEWS}{view.pk}/", {"do": "delete"})
    assert not SavedView.objects.exists()


def test_default_view_opens_by_itself_and_can_be_left(signed_in, ana, two):
    view = saved_views.save(actor_for(ana), "Won", "status=approved", opens_by_itself=True)
    opened = signed_in.get(URL)
    assert (opened.status_code, opened.url) == (302, f"{URL}?view={view.pk}&status=approved")
    page = signed_in.get(opened.url)
    assert f'<a href="{URL}?view=all">All claims</a>' in page.content.decode()
    assert sorted(numbers(signed_in.get(f"{URL}?view=all"))) == two
    assert "view=" in page.context["state"].clear_url
    signed_in.post(f"{VIEWS}{view.pk}/", {"do": "close"})
    assert signed_in.get(URL).status_code == 200


def test_view_of_what_is_gone_opens_with_a_message(signed_in, ana, two):
    """Not an error: an engagement may end, a role at a location may be taken away."""
    view = saved_views.save(actor_for(ana), "Old", "status=approved&engagement=gone&location=99&area=old&sort=old")
    answer = signed_in.get(f"{URL}?view={view.pk}&{view.query}")
    assert numbers(answer) == two[:1]
    assert "A part of this view no longer exists and was left out." in text(answer)
    assert signed_in.get(f"{URL}?{view.query}").status_code == 400


SLICE = "moment=handed_in&since=2020-01-01T00:00:00%2B00:00"


def test_view_keeps_every_filter_and_slice_that_the_list_shows(signed_in, ana, two):
    """R-146: also what a number of Insights led to; saved as an address, it opens to the same claims."""
    Claim.objects.filter(number=two[1]).update(owner=None)
    query = f"owner=mine&role=build_intent&due=none&updated=week&{SLICE}"
    assert numbers(signed_in.get(f"{URL}?{query}")) == two[:1]
    opened = signed_in.post(f"{VIEWS}?{query}", {"name": "Mine"}).url
    assert parse_qs(query).items() <= parse_qs(opened).items()
    page = signed_in.get(opened)
    assert numbers(page) == two[:1]
    assert "left out" not in text(page)


def test_columns_of_a_slice_are_chosen_without_leaving_it(signed_in, two):
    """The form posts what the list shows, and the list that follows shows the same claims."""
    page = signed_in.get(f"{URL}?{SLICE}&q=approved")
    assert numbers(page) == two[:1]
    chooser = signed_in.get(page.context["columns_url"])
    form = dict(chooser.context["keep"])
    shown = signed_in.post(f"{VIEWS}columns/", {**form, "columns": ["owner"], "do": "show"})
    assert numbers(signed_in.get(shown.url)) == two[:1]
    assert "moment=handed_in" in shown.url


def test_view_of_payouts_opens_without_them_for_somebody_who_became_a_reviewer(client, cast):
    """A view outlives the role it was made in; the list must open all the same."""
    claim = claim_in(S.APPROVED)
    view = saved_views.save(actor_for(cast.rita), "Paid", "moment=paid&of=USD", opens_by_itself=True)
    client.force_login(cast.rita)
    page = client.get(client.get(URL).url)
    assert numbers(page) == [claim.number]
    assert "A part of this view no longer exists and was left out." in text(page)
    assert client.get(f"{URL}?{view.query}").status_code == 403


def test_slice_that_nobody_knows_is_left_out_of_a_view_only(signed_in, ana, two):
    view = saved_views.save(actor_for(ana), "Old", "moment=gone&status=approved")
    assert numbers(signed_in.get(f"{URL}?view={view.pk}&{view.query}")) == two[:1]
    assert signed_in.get(f"{URL}?{view.query}").status_code == 400


def test_twenty_views_are_enough_and_names_are_unique(signed_in, ana):
    for number in range(20):
        saved_views.save(actor_for(ana), f"View {number}", "")
    assert "as many as there may be" in text(signed_in.post(VIEWS, {"name": "One more"}))
    last = SavedView.objects.get(name="View 19")
    last.delete()
    again = signed_in.post(VIEWS, {"name": "View 3"})
    assert (again.status_code, "already have a view of this name" in text(again)) == (422, True)
    assert 'value="View 3"' in again.content.decode()
    other = SavedView.objects.get(name="View 1")
    assert signed_in.post(f"{VIEWS}{other.pk}/", {"do": "rename", "name": "View 2"}).status_code == 422
    assert signed_in.post(f"{VIEWS}{other.pk}/", {"do": "rename", "name": ""}).status_code == 422


def test_view_of_somebody_else_is_not_there(signed_in, ben, two):
    view = saved_views.save(actor_for(ben), "Ben's", "status=approved")
    assert signed_in.post(f"{VIEWS}{view.pk}/", {"do": "delete"}).status_code == 404
    assert "Ben&#x27;s" not in signed_in.get(URL).content.decode()
    assert numbers(signed_in.get(f"{URL}?view={view.pk}&status=approved")) == two[:1]


def test_view_of_one_company_is_not_shown_in_the_workspace_of_another(client, cast):
    """R-011: its name and filters tell of the first company; the same name is free in the second."""
    MembershipFactory(user=cast.ana, partner=cast.fabrikam, role=Role.INCENTIVES_ADMIN)
    contoso, fabrikam = (actor_for(cast.ana, partner.pk) for partner in (cast.contoso, cast.fabrikam))
    view = saved_views.save(contoso, "Won", "q=northwind", opens_by_itself=True)
    saved_views.keep_columns(contoso, ["number"])
    assert [list(saved_views.of(by)) for by in (contoso, fabrikam)] == [[view], []]
    client.force_login(cast.ana)
    client.post("/workspace/", {"partner": cast.fabrikam.pk})
    page = client.get(URL)
    assert (page.status_code, "northwind" in page.content.decode(), len(heads(page)) > 1) == (200, False, True)
    assert client.post(f"{VIEWS}{view.pk}/", {"do": "delete"}).status_code == 404
    saved_views.save(fabrikam, "Won", "", opens_by_itself=True)


# --- ticked claims --------------------------------------------------------------------------------------------------


def test_consent_is_asked_again_where_that_is_possible_and_refused_with_the_reason(signed_in, amsterdam):
    """R-116, T04: each claim by itself, each with its own answer."""
    waiting = [claim_in(S.AWAITING_CONSENT) for _number in range(2)]
    approved, foreign = claim_in(S.APPROVED), claim_in(S.AWAITING_CONSENT, location=amsterdam)
    before = {claim.pk: claim.consent_requests.count() for claim in (*waiting, foreign)}
    ids = [claim.number for claim in (*waiting, approved, foreign)]
    answer = signed_in.post(f"{URL}ticked/", {"ids": ids, "do": "resend", "next": f"{URL}?q=x"})
    assert answer.url == f"{URL}?q=x"
    after = {claim.pk: claim.consent_requests.count() for claim in (*waiting, foreign)}
    assert after == {**before, waiting[0].pk: 2, waiting[1].pk: 2}
    page = text(signed_in.get(answer.url))
    assert f"sent again for 2 claims: {waiting[0].number}, {waiting[1].number}." in page
    assert f"Not sent for {approved.number}: The claim does not wait for the customer" in page
    assert f"Not sent for {foreign.number}: You cannot see this claim." in page


def test_consent_asked_again_too_often_says_so(signed_in):
    claim = claim_in(S.AWAITING_CONSENT)
    for _number in range(4):
        signed_in.post(f"{URL}ticked/", {"ids": [claim.number], "do": "resend"})
    assert claim.consent_requests.count() == 4  # the first and three again (T04)
    assert f"Not sent for {claim.number}: " in text(signed_in.get(URL))


@pytest.mark.parametrize(
    "body", [{"do": "x"}, {"do": "export", "ids": ["a"]}, {"do": "export", "ids": ["1"] * 501}, {}]
)
def test_ticked_nonsense_is_a_bad_request(signed_in, body):
    assert signed_in.post(f"{URL}ticked/", body).status_code == 400


def test_back_from_the_ticked_goes_nowhere_else(signed_in):
    for evil in ("//evil.example/", "https://evil.example/incentives/claims/", "/incentives/claims/?x\\@evil"):
        assert signed_in.post(f"{URL}ticked/", {"do": "resend", "next": evil}).url.startswith(URL)


def test_reviewers_do_not_ask_customers(client, rita):
    client.force_login(rita)
    claim = claim_in(S.AWAITING_CONSENT)
    answer = client.post(f"{URL}ticked/", {"ids": [claim.number], "do": "resend"})
    assert (answer.status_code, claim.consent_requests.count()) == (403, 1)


def test_export_of_the_ticked_holds_exactly_these(signed_in, amsterdam):
    """R-145."""
    mine = [claim_in(S.APPROVED).number for _number in range(3)]
    foreign = claim_in(S.APPROVED, location=amsterdam).number
    chosen = signed_in.post(f"{URL}ticked/", {"ids": [mine[0], mine[2], foreign], "do": "export"})
    page = signed_in.get(chosen.url)
    assert "2 claims, as the list shows them now." in text(page)
    link = re.search(r'href="([^"]+export\.csv[^"]+)"', page.content.decode()).group(1).replace("&amp;", "&")
    found = {int(row["claimId"]) for row in read_csv(body(signed_in.get(link)))}
    assert found == {mine[0], mine[2]}


QUERY = st.fixed_dictionaries({}, optional={
    "area": st.sampled_from(["azure", "modern-work-and-security"]),
    "q": st.sampled_from(["pilot", "autumn 1", "nothing"]),
    "status": st.lists(st.sampled_from([S.APPROVED, S.SUBMITTED, S.CUSTOMER_CLAIMED]), max_size=2, unique=True),
    "sort": st.sampled_from([f"{sign}{code}" for code in COLUMNS for sign in ("", "-")]),
    "columns": st.lists(st.sampled_from(list(COLUMNS)), max_size=3, unique=True),
})  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERY)
def test_export_of_a_list_holds_what_its_pages_show(signed_in, query):
    """R-145, R-146: whatever the address says."""
    if not Claim.objects.exists():
        engagements = [EngagementFactory(area=area) for area in ("azure", "modern-work-and-security")]
        for number, status in enumerate([S.APPROVED, S.SUBMITTED, S.CUSTOMER_CLAIMED, S.REJECTED] * 3):
            claim_in(status, engagement=engagements[number % 2], name=f"{('Pilot', 'Autumn')[number % 2]} {number}")
    page = signed_in.get(f"{URL}?{urlencode(query, doseq=True)}&per_page=10")
    shown = numbers(page)
    while page.context["pager"]["next_url"]:
        page = signed_in.get(page.context["pager"]["next_url"])
        shown += numbers(page)
    file = read_csv(body(signed_in.get(page.context["export_url"].replace("/export/", "/export.csv"))))
    assert sorted(shown) == sorted(int(row["claimId"]) for row in file)


# --- swaps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["?sort=customer", "?status=approved", "?area=azure&sort=-name", "?columns=owner", "?view=all&q=in"]
)
def test_swap_of_sort_filter_and_tab_equals_a_fresh_page(signed_in, ana, two, query):
    """House rule; tabs and commands above the table come along."""
    saved_views.save(actor_for(ana), "Won", "status=approved")
    page = signed_in.get(URL)
    part = signed_in.get(f"{URL}{query}", headers=headers("rows", URL))
    after = swapped(page.content.decode(), part, "rows")
    assert without_box(after) == without_box(parse_html(signed_in.get(f"{URL}{query}").content.decode()))


def test_everything_that_narrows_or_orders_is_a_link_first(signed_in, two):
    """Without script each of them loads the page; with it, the same address comes as a swap."""
    page = parse_html(signed_in.get(f"{URL}?status=approved").content.decode())
    swaps = [line for line in content(page) if 'hx-get="' in line and 'hx-target="#rows"' in line and "<a" in line]
    assert len(swaps) >= 4 + len(DEFAULT) + 2  # tabs, heads, the chip and Clear all
    for line in swaps:
        href, got = (re.search(f' {name}="([^"]+)"', line).group(1) for name in ("href", "hx-get"))
        assert href == got
        assert 'hx-push-url="true"' in line
